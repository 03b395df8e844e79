"""Count the tests of each feature that pass on one framework, in this interpreter; JSON to stdout.

python tools/measure_features.py paddle
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "bridge"

# Feature -> the beginnings of the names of the files that test it.
FEATURES = {
    "groups and options, live": ("test_groups", "test_every_optimizer"),
    "an optimizer of one's own": ("test_custom_optimizer",),
    "hooks": ("test_hooks",),
    "OneFlow's `do_bias_correction`": ("test_bias_correction",),
    "edges: late, frozen, empty, NaN": ("test_edges",),
    "torch's errors": ("test_errors", "test_invalid_options"),
    "`state_dict` in torch's format": ("test_state_dict",),
    "state from and to other frameworks": ("test_state_across", "test_state_of_unnamed"),
    "`save`, `load`": ("test_checkpoint",),
    "native checkpoints": ("test_native_state",),
    "float16, bfloat16": ("test_low_precision",),
    "clipping": ("test_clip",),
    "`swa_utils`": ("test_swa_utils",),
    "schedulers on its optimizers": ("test_scheduler_",),
    "`wrap`": ("test_wrap",),
    "`as_torch`": ("test_as_torch",),
    "`lower`": ("test_lower",),
    "`trace`": ("test_trace",),
    "timm, transformers, accelerate": ("test_ecosystem_schedulers",),
    "two processes": ("test_ecosystem_parallel",),
}


def measure(framework: str) -> dict[str, dict[str, int]]:
    """Return feature -> framework -> how many tests pass.

    Raises:
        SystemExit: if a test fails; a matrix is not made from a broken tree.
    """
    files = {
        f: [p for s in starts for p in TESTS.glob(f"{s}*.py")] for f, starts in FEATURES.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        wanted = sorted({str(path) for paths in files.values() for path in paths})
        options = ["-q", "--backend", framework, "--backend-only", f"--junitxml={report}"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *wanted],
            cwd=ROOT,
            check=False,
            stdout=subprocess.PIPE,
            text=True,
        )
        if done.returncode != 0:
            raise SystemExit(done.stdout)
        passed = [case for case in ET.parse(report).iter("testcase") if not len(case)]  # noqa: S314
    modules = [str(case.get("classname")).rpartition(".")[2] for case in passed]
    return {
        feature: {framework: sum(modules.count(path.stem) for path in paths)}
        for feature, paths in files.items()
    }


if __name__ == "__main__":
    json.dump({"features": measure(sys.argv[1])}, sys.stdout)
