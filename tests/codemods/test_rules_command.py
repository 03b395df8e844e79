"""`optbridge rules`, and the two options of `optbridge port` that are short for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from bridge.cli import main
from codemods.codes import RULES
from codemods.codes.page import page


def run(*words: str) -> Any:
    return CliRunner().invoke(main, words, catch_exceptions=False)


def test_every_rule_has_a_line() -> None:
    lines = run("rules").stdout.splitlines()

    assert [line.split()[0] for line in lines] == list(RULES)
    assert "PD104  native    torch.optim.AdamW becomes paddle.optimizer.AdamW" in lines


def test_the_beginning_of_codes_lists_them() -> None:
    lines = run("rules", "PD30,BR1").stdout.splitlines()

    assert [line[:5] for line in lines] == ["PD301", "PD302", "PD303", "BR101"]


def test_a_code_is_explained_by_its_page() -> None:
    assert run("rules", "PD104").stdout == page(RULES["PD104"])


@pytest.mark.parametrize(
    ("option", "same"), [(["--list"], ["rules"]), (["--explain", "PD104"], ["rules", "PD104"])]
)
def test_port_has_both_too_and_needs_nothing_else(option: list[str], same: list[str]) -> None:
    assert run("port", *option).stdout == run(*same).stdout
    assert run("port", *option).exit_code == 0


def test_json_has_what_a_page_says() -> None:
    rows = json.loads(run("rules", "PD104", "BR", "--json").stdout)

    assert [row["code"] for row in rows] == ["PD104", *(c for c in RULES if c.startswith("BR"))]
    assert rows[0]["kind"] == "native"
    assert rows[0]["grade"] == "p"
    assert "`maximize` is False" in rows[0]["conditions"]
    assert "torch.optim.AdamW(" in rows[0]["before"]


def test_an_unknown_code_exits_2_and_says_what_may_be_meant() -> None:
    result = run("rules", "PD1O4")

    assert result.exit_code == 2
    assert "did you mean PD104?" in result.stderr
