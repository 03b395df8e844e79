"""What a row requires of the code around it is needed: without it, a port trains differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.rules import requirements
from codemods.rules.paddle import groups
from tests.codemods.lifted import lifted
from tests.codemods.test_execution import TORCH
from tests.codemods.test_mutations import is_caught, native_codes, ported, trained

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.model import Target
    from tests.codemods.lifted import Lifted
    from tests.frameworks import Framework


def check_needed(
    xp: Framework, found: Lifted, target: Target, path: Path, patch: pytest.MonkeyPatch
) -> None:
    right = {code for text in found.texts for code in native_codes(ported(text, target))}
    patch.setitem(requirements.CHECKS, found.requirement, lambda *_: None)
    # Paddle's rule for the groups knows of the schedulers too.
    patch.setattr(groups, "writes", lambda *_: False)
    results = [ported(text, target) for text in found.texts]

    assert found.row.code not in right
    assert all(found.row.code in native_codes(result) for result in results)

    theirs = trained(TORCH, found.texts, path / "torch")
    ours = trained(xp, [r.after.decode() for r in results], path / "port")

    assert not isinstance(theirs, Exception), theirs
    assert is_caught(ours, theirs)


@pytest.mark.parametrize(
    ("target", "found"),
    [
        pytest.param(target, found, id=str(found), marks=pytest.mark.only_backend(target))
        for target in ("paddle", "oneflow")
        for found in lifted(target)
    ],
)
def test_a_requirement_is_needed(
    xp: Framework, target: Target, found: Lifted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_needed(xp, found, target, tmp_path, monkeypatch)
