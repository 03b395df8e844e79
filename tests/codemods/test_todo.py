"""--todo: a comment above what is left, in a file that stays as it was."""

from __future__ import annotations

import pytest

from tests.rewriting import check_sound

BEFORE = """\
import torch

opt = torch.optim.SGD(net.parameters(), lr=0.1)


def f(x):
    if x: torch.frobnicate(torch.frobnicate(x))
    return torch.fft.fft(  # spectrum
        x,
    )
"""
AFTER = """\
import torch

opt = torch.optim.SGD(net.parameters(), lr=0.1)


def f(x):
    # optbridge: PD999 left: torch.frobnicate: `torch.frobnicate` is in no table yet
    if x: torch.frobnicate(torch.frobnicate(x))
    # optbridge: PD999 left: torch.fft.fft: `torch.fft.fft` is in no table yet
    return torch.fft.fft(  # spectrum
        x,
    )
"""


def test_only_comments_are_added_and_each_once() -> None:
    result = check_sound(BEFORE.encode(), "paddle", todo=True)

    assert result.after.decode() == AFTER
    assert result.incomplete
    assert not result.needs_bridge


def test_with_partial_the_rest_is_ported() -> None:
    result = check_sound(BEFORE.encode(), "paddle", todo=True, partial=True)

    assert result.after == check_sound(BEFORE.encode(), "paddle", partial=True).after
    assert result.after.count(b"# optbridge: PD999") == 2
    assert b"paddle.optimizer.SGD(" in result.after


def test_a_file_that_ports_whole_gets_none() -> None:
    before = BEFORE.partition("\n\n\n")[0].encode()

    assert b"# optbridge" not in check_sound(before, "paddle", todo=True).after


def test_a_line_that_is_new_gets_its_own_comment() -> None:
    before = AFTER.replace("    if x:", "    torch.frobnicate(x)\n    if x:", 1)
    result = check_sound(before.encode(), "paddle", todo=True)

    assert result.after.count(b"# optbridge: PD999 left: torch.frobnicate") == 2


def test_other_comments_above_do_not_hide_it() -> None:
    before = AFTER.replace("    if x:", "    # mine\n    if x:", 1)

    assert not check_sound(before.encode(), "paddle", todo=True).changed


def test_a_comment_names_no_line_that_it_moves() -> None:
    before = """\
from torch import optim

opt = optim.SGD(net.parameters(), lr=0.1)
register(opt)
"""
    result = check_sound(before.encode(), "paddle", todo=True, style="native")

    assert b"# optbridge: PD001 refused: torch.optim.SGD: it is passed to `register`\n" in (
        result.after
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", ["    ", "\t"])
def test_comments_take_the_indentation_and_the_line_ends_of_the_file(
    newline: str, indent: str
) -> None:
    before = BEFORE.replace("    ", indent).replace("\n", newline)
    result = check_sound(before.encode(), "paddle", todo=True)

    assert result.after.decode() == AFTER.replace("    ", indent).replace("\n", newline)


def test_a_star_import_stays_as_it_is_where_only_comments_are_added() -> None:
    head = "from torch.optim import *\nimport torch\n"
    before = f"{head}\no = SGD(m.parameters())\ntorch.frobnicate()\n"
    result = check_sound(before.encode(), "paddle", todo=True)
    lines = result.after.decode().splitlines()

    assert [line for line in lines if not line.startswith("# optbridge")] == before.splitlines()
    assert len(lines) == 6
