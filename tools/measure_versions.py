"""Run every script that ports natively on another version of Paddle, and note which equal torch.

    python tools/measure_versions.py 3.0.0 3.1.1 3.2.2 3.3.1

Each version is installed into a folder of its own, which is deleted again. The results are kept in
bridge/equivalents/measured.json; `VERSIONS` there says which versions the rules name.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bridge.equivalents import matrix  # noqa: E402

MEASURED = ROOT / "bridge" / "equivalents" / matrix.MEASURED
# What Paddle 3.0 imports beside what the newest does.
NEEDED = ("decorator", "astor", "opt_einsum")
SAME_LR, SAME_PARAMS = 1e-12, 1e-5


def main() -> int:
    """Measure each version that is named."""
    if sys.argv[1:2] == ["--here"]:
        print(json.dumps(measure(sys.argv[2])))
        return 0
    measured = json.loads(MEASURED.read_text())
    for version in sys.argv[1:]:
        found = _measured_on(version)
        measured.setdefault("native", {}).setdefault("paddle", {})[version] = found
        print(version, found)
    MEASURED.write_text(json.dumps(measured, indent=1) + "\n")
    return 0


def _measured_on(version: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        subprocess.run([*install, folder, f"paddlepaddle=={version}", *NEEDED], check=True)
        done = subprocess.run(
            [sys.executable, __file__, "--here", version],
            env=os.environ | {"PYTHONPATH": folder},
            stdout=subprocess.PIPE,
            check=True,
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(version: str) -> dict[str, Any]:
    """Return how many scripts port natively to a version, and how many train as torch's do."""
    import paddle  # noqa: PLC0415

    from codemods.engine import port  # noqa: PLC0415
    from codemods.model import Options  # noqa: PLC0415
    from tests.codemods.execution import largest_differences, run  # noqa: PLC0415
    from tests.codemods.execution_cases import CASES, Case  # noqa: PLC0415
    from tests.codemods.forms.grouped import GROUPED, RESUMED_GROUPS  # noqa: PLC0415
    from tests.frameworks import Framework  # noqa: PLC0415

    if paddle.__version__ != version:
        raise SystemExit(f"wanted Paddle {version}, imported {paddle.__version__}")
    options = Options("paddle", scope="optim", version=version.rpartition(".")[0])
    torch, xp = Framework("torch"), Framework("paddle")
    scripts, equal, folder = 0, 0, tempfile.mkdtemp()
    grouped = (Case(name, (text,)) for name, text in GROUPED.items())
    resumed = (Case(name, (text, text)) for name, text in RESUMED_GROUPS.items())
    for case in (*CASES, *grouped, *resumed):
        results = [port(text.encode(), Path("x.py"), options) for text in case.texts]
        if any(r.incomplete or r.needs_bridge for r in results):
            continue
        scripts += 1
        theirs = run(torch, case.texts, Path(folder) / "torch")
        ours = run(xp, [_on_paddle(r.after.decode()) for r in results], Path(folder) / "paddle")
        lr, params = largest_differences(ours, theirs)
        equal += lr <= SAME_LR and params <= SAME_PARAMS
    return {"scripts": scripts, "equal": equal}


def _on_paddle(text: str) -> str:
    """Save and load with Paddle: what is no optimizer code stays torch's in this scope."""
    return "import paddle\n" + text.replace("torch.save(", "paddle.save(").replace(
        "torch.load(", "paddle.load("
    )


if __name__ == "__main__":
    raise SystemExit(main())
