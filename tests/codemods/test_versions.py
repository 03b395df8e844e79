"""--target-version: rules hold for the versions that they were measured on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import measure_versions
from bridge.cli import main
from bridge.equivalents import VERSIONS
from codemods.codes import RULES
from tests.rewriting import check_refused, check_rewritten, check_sound

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.model import Target

HEAD = "from torch import optim\n\no = optim.SGD(net.parameters(), lr=0.1)\n"
PORTED = (
    "from paddle import optimizer as optim\n\n"
    "o = optim.SGD(parameters=net.parameters(), learning_rate=0.1)\n"
)
OLD: dict[str, Any] = {"version": "3.1", "scope": "optim"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("o.zero_grad()", "o.clear_grad(set_to_zero=False)"),
        ("o.zero_grad(set_to_none=True)", "o.clear_grad(set_to_zero=False)"),
        ("o.zero_grad(False)", "o.clear_grad(set_to_zero=True)"),
        ("o.load_state_dict(saved)", "o.set_state_dict(saved)"),
        ("o.step()", "o.step()"),
    ],
)
def test_an_older_paddle_is_written_in_its_own_words(before: str, after: str) -> None:
    check_rewritten(f"{HEAD}{before}\n", f"{PORTED}{after}\n", "paddle", **OLD)
    check_rewritten(f"{HEAD}{before}\n", f"{PORTED}{before}\n", "paddle", scope="optim")


def test_what_needs_bridge_is_refused_on_an_older_one() -> None:
    before = "from torch import optim\n\no = optim.LBFGS(net.parameters())\n"
    finding = check_refused(before, "paddle", 3, "BR101 was not measured on Paddle 3.1", **OLD)

    assert "nothing that equals torch's LBFGS" in finding.reason


def test_an_unknown_argument_of_zero_grad_is_refused_on_an_older_one() -> None:
    check_refused(f"{HEAD}o.zero_grad(flag)\n", "paddle", 3, "is its reverse", **OLD)


def test_a_class_that_needs_bridge_is_left_on_an_older_one() -> None:
    before = f"{HEAD}kinds = [optim.Optimizer]\n"
    check_refused(before, "paddle", 4, "BR301 was not measured on Paddle 3.1", **OLD)


@pytest.mark.parametrize(("to", "versions"), VERSIONS.items())
def test_the_newest_is_the_default(to: Target, versions: tuple[str, ...]) -> None:
    before = f"{HEAD}o.zero_grad()\n".encode()

    assert check_sound(before, to, version=versions[-1]).after == check_sound(before, to).after


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["paddle", "2.6"], "no rule was measured on Paddle 2.6; measured: 3.0, 3.1, 3.2, 3.3"),
        (["oneflow", "1.0"], "no rule was measured on OneFlow 1.0; measured: 0.9"),
        (["paddle", "3.1"], "API was not measured on Paddle 3.1: take --scope optim"),
        (["bridge", "3.3"], "a version goes with --to paddle or oneflow"),
        (["paddle", "new"], "no rule was measured on Paddle new"),
    ],
)
def test_a_version_that_nothing_is_known_of_exits_2(
    tmp_path: Path, options: list[str], message: str
) -> None:
    to, version = options
    words = ["port", str(tmp_path), "--to", to, "--target-version", version]
    result = CliRunner().invoke(main, words)

    assert result.exit_code == 2
    assert message in result.stderr


def test_a_patch_release_is_its_minor_one(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(f"{HEAD}o.zero_grad()\n")
    words = ["port", str(tmp_path), "--to", "paddle", "--scope", "optim", "--target-version"]

    assert "clear_grad" in CliRunner().invoke(main, [*words, "3.2.2"]).stdout
    assert "clear_grad" not in CliRunner().invoke(main, [*words, "3.3.1"]).stdout


def test_every_rule_that_writes_code_names_its_versions() -> None:
    writing = [r for r in RULES.values() if r.kind in ("native", "bridge", "ported")]

    assert [r.code for r in writing if not r.versions] == []


def test_every_version_was_measured_and_every_script_trained_as_torch_does() -> None:
    measured = json.loads(measure_versions.MEASURED.read_text())["native"]["paddle"]

    assert {v.rpartition(".")[0] for v in measured} == set(VERSIONS["paddle"])
    assert all(row["equal"] == row["scripts"] > 80 for row in measured.values())
