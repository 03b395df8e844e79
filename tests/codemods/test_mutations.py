"""A wrong rule is caught: the script that it ports wrongly does not train as the original does.

So each condition of a row is needed, and the proof of `test_execution.py` can fail.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bridge.equivalents import OPTIMIZERS, SCHEDULERS
from codemods.engine import port
from codemods.model import Options
from tests.codemods.execution import largest_differences, run
from tests.codemods.mutants import mutants
from tests.codemods.test_execution import SAME_LR, SAME_PARAMS, TORCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.equivalents._model import Otherwise
    from codemods.model import FileResult, Target
    from tests.codemods.execution import Trace
    from tests.codemods.mutants import Mutant
    from tests.frameworks import Framework


def ported(text: str, target: Target) -> FileResult:
    return port(text.encode(), Path("x.py"), Options(target))


def native_codes(result: FileResult) -> set[str]:
    return {finding.code for finding in result.findings if finding.kind == "native"}


def trained(xp: Framework, texts: Sequence[str], path: Path) -> Trace | Exception:
    try:
        return run(xp, texts, path)
    except Exception as error:  # noqa: BLE001  # whatever a wrong port leads to
        return error


def check_caught(
    xp: Framework, mutant: Mutant, target: Target, path: Path, patch: pytest.MonkeyPatch
) -> None:
    right = ported(mutant.text, target)
    for table in (OPTIMIZERS, SCHEDULERS):
        rows = table[target]
        if any(row.code == mutant.row.code for row in rows):
            others = (row for row in rows if row.torch != mutant.row.torch)
            patch.setitem(table, target, (mutant.row, *others))
    wrong = ported(mutant.text, target)
    assert wrong.after != right.after
    assert mutant.row.code in native_codes(wrong)

    theirs = trained(TORCH, [mutant.text], path / "torch")
    ours = trained(xp, [wrong.after.decode()], path / "port")

    assert is_caught(ours, theirs, mutant.otherwise)


def is_caught(
    ours: Trace | Exception, theirs: Trace | Exception, otherwise: Otherwise = "differs"
) -> bool:
    if isinstance(ours, Exception):
        return True  # loudly
    if isinstance(theirs, Exception):
        return True  # a script that fails must not train
    lr, params = largest_differences(ours, theirs)
    return otherwise == "differs" and not (lr <= SAME_LR and params <= SAME_PARAMS)


@pytest.mark.parametrize(
    ("target", "mutant"),
    [
        pytest.param(target, mutant, id=str(mutant), marks=pytest.mark.only_backend(target))
        for target in ("paddle", "oneflow")
        for mutant in mutants(target)
    ],
)
def test_a_wrong_rule_is_caught(
    xp: Framework, target: Target, mutant: Mutant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_caught(xp, mutant, target, tmp_path, monkeypatch)
