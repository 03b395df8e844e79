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
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tests.frameworks import Framework

ROOT = Path(__file__).resolve().parents[1]
DTYPES = ("float32", "float64")
PATHS = ("formula", "kernel")
DISTRIBUTIONS = {"torch": "torch", "paddle": "paddlepaddle", "oneflow": "oneflow"}


Figures: TypeAlias = "dict[str, dict[str, dict[str, float]]]"


def measure(frameworks: list[str]) -> Figures:
    """Return optimizer -> framework -> "path dtype" -> largest relative difference.

    A path that a class does not have on a framework is left out.
    """
    from bridge import optim  # noqa: PLC0415  # after the path is set
    from bridge.backends import backend  # noqa: PLC0415
    from tests.cases import OPTIMIZERS  # noqa: PLC0415
    from tests.frameworks import Framework  # noqa: PLC0415
    from tests.parity import errors, reference, train  # noqa: PLC0415

    found: Figures = defaultdict(lambda: defaultdict(dict))
    for framework in map(Framework, frameworks):
        kernels = backend(framework.name).kernels
        for case, dtype in product(OPTIMIZERS, DTYPES):
            row = found[case.optimizer][framework.name]
            is_own = framework.name == "torch" and hasattr(framework.module.optim, case.optimizer)
            has_kernel = is_own or getattr(optim, case.optimizer).algorithm in kernels
            for path in PATHS if has_kernel else PATHS[:1]:
                by_tensor = errors(train(case, framework, dtype, path), reference(case, dtype))
                worst = max(e for (_, name), e in by_tensor.items() if name == "param")
                key = f"{path} {dtype}"
                row[key] = max(worst, row.get(key, 0.0))
        found["LBFGS"][framework.name] = _lbfgs(framework)
    return found


def _lbfgs(framework: Framework) -> dict[str, float]:
    """LBFGS evaluates a closure; its iterates are compared on the problem of its own tests."""
    import numpy as np  # noqa: PLC0415

    from bridge import optim  # noqa: PLC0415
    from tests.bridge.test_lbfgs import RUNS, Problem, run  # noqa: PLC0415
    from tests.frameworks import Framework  # noqa: PLC0415

    torch = Framework("torch")
    row: dict[str, float] = {}
    for options, dtype in RUNS:
        problems = Problem(framework, dtype), Problem(torch, dtype)
        classes = optim.LBFGS, torch.module.optim.LBFGS
        steps = 4 if dtype == "float64" else 2
        ours, theirs = (
            np.stack(run(problem, cls(problem.params, **options), steps))
            for problem, cls in zip(problems, classes, strict=True)
        )
        error = float(np.abs(ours - theirs).max() / np.abs(theirs).max())
        row[f"formula {dtype}"] = max(error, row.get(f"formula {dtype}", 0.0))
    return row


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    warnings.simplefilter("ignore")  # Paddle looks for a compiler that nothing here needs
    asked = sys.argv[1:]
    versions = {name: version(DISTRIBUTIONS[name]).partition("+")[0] for name in asked}
    json.dump({"versions": versions, "optimizers": measure(asked)}, sys.stdout)
