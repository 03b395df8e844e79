"""--select and --ignore: which rules a run may apply, and what becomes of the others' sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from bridge.cli import main
from codemods.model import Options
from codemods.wishes.selection import objection
from tests.rewriting import check_refused, check_rewritten, check_sound

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "from torch import optim\n\n"
SGD = HEAD + "opt = optim.SGD(net.parameters(), lr=0.1)\n"
SCHEDULED = SGD + "sched = optim.lr_scheduler.StepLR(opt, 30)\n"
BRIDGED = "from bridge import optim\n\nopt = optim.SGD(net.parameters(), lr=0.1)\n"
API = "import torch\n\nx = torch.zeros(2)\ny = torch.nn.Linear(2, 3)\nz = torch.fft.fft(x)\n"


@pytest.mark.parametrize(
    ("select", "ignore", "code", "is_applied"),
    [
        ((), (), "PD101", True),
        (("PD1",), (), "PD101", True),
        (("PD1",), (), "PD201", False),
        (("PD1", "PD201"), (), "PD201", True),
        ((), ("PD1",), "PD101", False),
        ((), ("PD1",), "PD201", True),
        (("PD101",), ("PD1",), "PD101", True),
        (("PD1",), ("PD101",), "PD101", False),
        (("PD1",), ("PD1",), "PD101", False),
        (("ALL",), ("PD1",), "PD101", False),
        (("ALL", "PD104"), ("PD1",), "PD101", False),
        (("ALL", "PD104"), ("PD1",), "PD104", True),
        (("PD101",), ("ALL",), "PD101", True),
        ((), ("ALL",), "PD900", False),
        (("PD1",), (), "PD301", True),
        (("PD1",), ("PD3",), "PD301", False),
        (("PD1",), (), "PD802", True),
        ((), ("PD8",), "PD802", False),
        ((), ("ALL",), "PD997", True),
        (("PD1",), ("ALL",), "OB001", True),
    ],
)
def test_the_longest_name_of_a_code_counts(
    select: tuple[str, ...], ignore: tuple[str, ...], code: str, is_applied: bool
) -> None:
    options = Options("paddle", select=select, ignore=ignore)

    assert (objection(options, code) is None) is is_applied


def test_an_ignored_native_rule_goes_to_bridge() -> None:
    result = check_rewritten(SGD, BRIDGED, "paddle", ignore=("PD101",))

    assert [(f.code, f.reason) for f in result.findings] == [("BR101", "PD101 is ignored")]


def test_no_other_row_for_the_class_steps_in() -> None:
    # Paddle's Momentum has another default momentum: PD102 is right only where it is given.
    result = check_sound(SGD.encode(), "paddle", ignore=("PD101",))

    assert b"Momentum" not in result.after


def test_an_ignored_rule_of_a_use_takes_the_bundle_to_bridge() -> None:
    before = SGD + 'print(opt.param_groups[0]["lr"])\n'
    result = check_sound(before.encode(), "paddle", ignore=("PD3",))

    assert [(f.code, f.reason) for f in result.findings] == [("BR101", "PD301 is ignored")]


def test_style_native_refuses_what_is_ignored() -> None:
    check_refused(SGD, "paddle", 3, "PD101 is ignored", style="native", ignore=("PD1",))


@pytest.mark.parametrize("options", [{"ignore": ("PD2", "BR")}, {"select": ("PD1",)}])
def test_a_bundle_that_no_rule_may_port_stays_whole(options: dict[str, Any]) -> None:
    result = check_sound(SCHEDULED.encode(), "paddle", **options)
    found = [(f.line, f.code, f.kind) for f in result.findings]

    assert not result.changed
    assert not result.incomplete
    assert found == [(3, "BR101", "skipped"), (4, "BR101", "skipped")]
    assert result.findings[0].reason.startswith("PD201 is")
    assert result.findings[1].reason.startswith("goes with line 3: ")


def test_names_that_are_not_selected_stay_and_are_counted_once() -> None:
    result = check_sound((API + "w = torch.ones(2)\n").encode(), "paddle", ignore=("PD900", "PD99"))
    skipped = [(f.line, f.code, f.what) for f in result.findings if f.kind == "skipped"]

    assert b"torch.zeros(2)\ny = paddle.nn.Linear(2, 3)\nz = torch.fft" in result.after
    assert result.after.startswith(b"import paddle\nimport torch\n")
    assert skipped == [(3, "PD900", "torch.zeros and 1 more"), (5, "PD999", "torch.fft.fft")]


def test_an_ignored_note_is_not_told() -> None:
    told = check_sound(API.encode(), "paddle", partial=True).counts["note"]

    assert told
    assert not check_sound(API.encode(), "paddle", partial=True, ignore=("PD8",)).counts["note"]


def test_an_import_without_use_stays_where_its_rule_is_ignored() -> None:
    before = "import torch\nimport torch.nn as nn\nx = torch.zeros(2)\n"

    check_rewritten(
        before, before.replace("import torch\n", "import paddle\n").replace("= torch", "= paddle"),
        "paddle", ignore=("PD902",),
    )  # fmt: skip


def port(path: Path, *options: str) -> Any:
    return CliRunner().invoke(main, ["port", str(path), "--to", "paddle", *options])


@pytest.mark.parametrize("option", ["--select", "--ignore", "--explain"])
def test_an_unknown_code_on_the_command_line_exits_2(tmp_path: Path, option: str) -> None:
    result = port(tmp_path, option, "BR1,PD1O4")

    assert result.exit_code == 2
    assert "unknown code 'PD1O4'; did you mean PD104?" in result.stderr


def test_a_selection_for_another_target_exits_2(tmp_path: Path) -> None:
    result = port(tmp_path, "--select", "OF1,OF2")

    assert result.exit_code == 2
    assert "--select: OF1, OF2 names no rule of --to paddle" in result.stderr
    assert port(tmp_path, "--select", "OF1,PD1").exit_code == 0


@pytest.mark.parametrize(
    "options", [["--ignore", "PD1,PD2"], ["--ignore", "PD1", "--ignore", "PD2"]]
)
def test_codes_may_be_listed_or_repeated(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "train.py").write_text(SCHEDULED)

    assert "from bridge import optim" in port(tmp_path, *options).stdout


@pytest.mark.parametrize("setting", ['ignore = ["PD1", "PD2"]', 'ignore = "PD1,PD2"'])
def test_codes_may_be_settled_in_pyproject(tmp_path: Path, setting: str) -> None:
    (tmp_path / "train.py").write_text(SCHEDULED)
    (tmp_path / "pyproject.toml").write_text(f"[tool.optbridge]\n{setting}\n")

    assert "from bridge import optim" in port(tmp_path).stdout


@pytest.mark.parametrize(
    ("words", "incomplete", "first"),
    [
        (["port", "--ignore"], "PD10", "PD101"),
        (["port", "--select"], "PD101,of2", "PD101,OF201"),
        (["rules"], "OB1", "OB101"),
    ],
)
def test_the_shell_completes_codes(words: list[str], incomplete: str, first: str) -> None:
    shell = ShellComplete(main, {}, "optbridge", "_OPTBRIDGE_COMPLETE")
    found = shell.get_completions(words, incomplete)

    assert found[0].value == first
    assert isinstance(main, click.Group)
    assert found[0].help
