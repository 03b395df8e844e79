"""Measure how far bridge's optimizers are from torch's, in this interpreter; JSON to stdout.

    python tools/measure_parity.py torch paddle

Each optimizer runs through every row of tests/cases.py, by kernel and by formula; what counts is
the largest difference of a parameter to torch's, relative to the tensor's largest entry.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DTYPES = ("float32", "float64")
PATHS = ("formula", "kernel")


DISTRIBUTIONS = {"torch": "torch", "paddle": "paddlepaddle", "oneflow": "oneflow"}


def measure(frameworks: list[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Return optimizer -> framework -> "path dtype" -> largest relative difference."""
    from tests.cases import OPTIMIZERS  # noqa: PLC0415  # after the path is set
    from tests.frameworks import Framework  # noqa: PLC0415
    from tests.parity import errors, reference, train  # noqa: PLC0415

    found: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for framework in map(Framework, frameworks):
        for case in OPTIMIZERS:
            row = found[case.optimizer][framework.name]
            for dtype in DTYPES:
                torchs = reference(case, dtype)
                for path in PATHS:
                    by_tensor = errors(train(case, framework, dtype, path), torchs)
                    worst = max(e for (_, name), e in by_tensor.items() if name == "param")
                    key = f"{path} {dtype}"
                    row[key] = max(worst, row.get(key, 0.0))
    return found


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    warnings.simplefilter("ignore")  # Paddle looks for a compiler that nothing here needs
    asked = sys.argv[1:]
    versions = {name: version(DISTRIBUTIONS[name]).partition("+")[0] for name in asked}
    json.dump({"versions": versions, "optimizers": measure(asked)}, sys.stdout)
