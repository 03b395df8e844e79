"""Forms that stay on torch: refused with their reason for the others, and trained on there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods.engine import port
from codemods.model import Options
from tests.codemods.execution import largest_differences, run
from tests.codemods.forms.refused import ON_TORCH, REFUSED
from tests.codemods.test_execution import SAME_LR, SAME_PARAMS, TORCH
from tests.rewriting import check_refused

if TYPE_CHECKING:
    from codemods.model import Target
    from tests.frameworks import Framework

FRAMEWORKS: list[Target] = ["paddle", "oneflow"]


@pytest.mark.parametrize("to", FRAMEWORKS)
@pytest.mark.parametrize(("text", "line", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_form_of_torch_alone_is_refused(to: Target, text: str, line: int, reason: str) -> None:
    check_refused(text, to, line, reason)


@pytest.mark.only_backend("torch")
@pytest.mark.parametrize("text", ON_TORCH.values(), ids=ON_TORCH)
def test_a_form_of_torch_alone_trains_there_as_before(
    xp: Framework, text: str, tmp_path: Path
) -> None:
    result = port(text.encode(), Path("x.py"), Options("bridge"))
    assert result.changed
    assert not result.incomplete

    theirs = run(TORCH, [text], tmp_path / "before")
    ours = run(xp, [result.after.decode()], tmp_path / "after")
    lr, params = largest_differences(ours, theirs)

    assert lr <= SAME_LR
    assert params <= SAME_PARAMS
