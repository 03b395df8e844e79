"""Write compat_matrix.md from the tables of `bridge.equivalents` and fresh measurements.

    python tools/compat_matrix.py --backends torch,paddle,oneflow

What was measured is kept in bridge/equivalents/measured.json, which `optbridge matrix` prints, so
that a test can tell a stale matrix without measuring again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bridge.equivalents import OPTIMIZERS, SCHEDULERS, conditions_of, matrix  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MATRIX = ROOT / "compat_matrix.md"
MEASURED = ROOT / "bridge" / "equivalents" / matrix.MEASURED
FRAMEWORKS = {"torch": "modern", "paddle": "modern", "oneflow": "oneflow"}
TITLES = {"torch": "torch", "paddle": "Paddle", "oneflow": "OneFlow"}
HEAD = """\
# What works where

Written by `make matrix`; do not edit. Measured on {date} with {versions}.

- **bridge**: `bridge.optim` on parameters of that framework. For optimizers: the largest
  difference to torch over 100 steps with changing learning rates and several groups, relative to
  the tensor's largest entry, float32: by the framework's own kernel where one is used (on torch
  that is torch's own step), and by formula, which steps everything else. For schedulers:
  configurations in which every learning rate, momentum and beta of every step equals torch's bit
  for bit. `LAMB` and `Lion` are held against the papers' text in torch.
- **native**: the framework's own class that `optbridge port` writes instead, with its grade:
  **a** bit-identical learning rates, **b** within 1e-12 of the largest over 200 steps, **p**
  parameters within 1e-5 after 100 float32 steps. Each is executed in
  `tests/codemods/test_execution.py`. Where a condition does not hold, the port uses `bridge`."""

BEYOND_HEAD = """
## Schedules beyond torch's

What each is held against, and in how many configurations every learning rate is equal. What differs
is a group's learning rate, which is a factor in Paddle.
"""
TORCHS_STEP = "torch's step"
GRADES = {"a": "bit for bit", "b": "within 1e-12", "c": "differ"}

FEATURES_HEAD = """
## Features

How many tests of a feature pass on the framework; none fails.
"""
# Paddle's GradScaler turns itself off on a CPU: as it is, no test of it could fail there.
UNTESTABLE = (
    "`tests/bridge/test_on_torch.py`",
    "not testable on a CPU as it is; kept on, `tests/bridge/test_ecosystem_scaler.py`",
    "has none for eager steps",
)


def main() -> int:
    """Measure what is asked for, keep the rest, and write the matrix."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--backends", default=",".join(FRAMEWORKS), help="what to measure again")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv")
    options = parser.parse_args()
    measured = json.loads(MEASURED.read_text()) if MEASURED.exists() else {}
    for framework in options.backends.split(","):
        python = options.venv / FRAMEWORKS[framework] / "bin" / "python"
        print(f"measuring on {framework} ...", flush=True)
        _merge(measured, _run(python, "measure_parity.py", framework))
        _merge(measured, _run(python, "measure_features.py", framework))
        _merge(measured, _run(python, "measure_beyond.py", framework))
        if framework == "torch":
            _merge(measured, _run(python, "measure_schedules.py"))
    measured["date"] = datetime.now(timezone.utc).date().isoformat()
    MEASURED.write_text(json.dumps(measured, indent=1) + "\n")
    MATRIX.write_text(render(measured))
    print(f"wrote {MATRIX.relative_to(ROOT)}")
    return 0


def _run(python: Path, script: str, *arguments: str) -> dict[str, Any]:
    command = [str(python), str(ROOT / "tools" / script), *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _merge(into: dict[str, Any], new: dict[str, Any]) -> None:
    for key, value in new.items():
        if isinstance(value, dict):
            _merge(into.setdefault(key, {}), value)
        else:
            into[key] = value


def render(measured: dict[str, Any]) -> str:
    """Return the matrix as Markdown."""
    versions = ", ".join(f"{k} {v}" for k, v in measured["versions"].items())
    parts = [HEAD.format(versions=versions, date=measured["date"])]
    parts += ["\n## Optimizers\n", *_table(_optimizer_rows(measured))]
    parts += ["\n## Schedulers\n", *_table(_scheduler_rows(measured))]
    parts += [BEYOND_HEAD, *_table(_beyond_rows(measured))]
    parts += [FEATURES_HEAD, *_table(_feature_rows(measured))]
    parts += ["\n## Conditions of native code\n", *_conditions()]
    return "\n".join(parts) + "\n"


def _table(rows: Iterable[list[str]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield "| " + " | ".join(row) + " |"
        if number == 0:
            yield "|" + "---|" * len(row)


def _optimizer_rows(measured: dict[str, Any]) -> Iterator[list[str]]:
    yield [
        "torch.optim",
        *(f"bridge on {TITLES[f]}" for f in FRAMEWORKS),
        "native Paddle",
        "native OneFlow",
    ]
    for row in matrix.rows(measured):
        if row.kind == "optimizer":
            found = measured["optimizers"].get(row.name)
            cells = [_words(f, found[f]) if found else _alone(row, f) for f in FRAMEWORKS]
            yield [f"`{row.name}`", *cells, *_native(row)]


def _words(framework: str, figures: dict[str, float]) -> str:
    values = matrix.by_path(figures)
    kernel = TORCHS_STEP if framework == "torch" else "kernel"
    named = {"kernel": kernel, "formula": "formula"}
    return ", ".join(f"{name} {values[path]}" for path, name in named.items() if path in values)


def _alone(row: matrix.Row, framework: str) -> str:
    """Say where a class steps that was not measured: on torch alone, by torch's own step."""
    return TORCHS_STEP if framework == "torch" else row.bridge[framework]


def _scheduler_rows(measured: dict[str, Any]) -> Iterator[list[str]]:
    yield ["torch.optim.lr_scheduler", "bridge, everywhere", "native Paddle", "native OneFlow"]
    for row in matrix.rows(measured):
        if row.kind == "scheduler":
            yield [f"`{row.name}`", row.bridge["torch"], *_native(row)]


def _beyond_rows(measured: dict[str, Any]) -> Iterator[list[str]]:
    yield ["bridge.optim.lr_scheduler", "held against", "configurations", "equal"]
    for name, references in measured["beyond"].items():
        for reference, counts in references.items():
            source = f"{TITLES[reference]}'s own" if reference in TITLES else reference
            equal = ", ".join(f"{counts[g]} {words}" for g, words in GRADES.items() if g in counts)
            yield [f"`{name}`", source, str(sum(counts.values())), equal]


def _feature_rows(measured: dict[str, Any]) -> Iterator[list[str]]:
    yield ["feature", *(f"tests on {TITLES[f]}" for f in FRAMEWORKS)]
    for feature, counts in measured["features"].items():
        yield [feature, *(str(counts[f]) for f in FRAMEWORKS)]
    yield ["`GradScaler`", *UNTESTABLE]


def _native(row: matrix.Row) -> Iterator[str]:
    for framework, native in row.native.items():
        named = [word.partition(" ") for word in matrix.words(row, framework)]
        cells = [
            f"`{name}` {rest}" if native else f"{name} {rest}".rstrip() for name, _, rest in named
        ]
        yield "<br>".join(cells)


def _conditions() -> Iterator[str]:
    for tables in (OPTIMIZERS, SCHEDULERS):
        for rows in tables.values():
            for row in rows:
                yield f"- **{row.code}** `{row.torch}` -> [`{row.native}`]({row.source})"
                for condition in conditions_of(row):
                    yield f"  - {condition}"


if __name__ == "__main__":
    raise SystemExit(main())
