"""The registry of codes: complete, unambiguous, and true of the port."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

import pytest

import codemods
from bridge.equivalents import OPTIMIZERS, SCHEDULERS
from codemods.api import TABLES
from codemods.codes import PREFIXES, RULES, Rule, api_number, matching, register, unknown
from codemods.codes.page import example_result
from tests.rewriting import check_sound

if TYPE_CHECKING:
    from codemods.model import Target

SHOWN = [rule for rule in RULES.values() if rule.example is not None]
UNSHOWN = {code for code, rule in RULES.items() if rule.example is None}
ROOT = Path(codemods.__file__).parent


@pytest.mark.parametrize("rule", SHOWN, ids=lambda rule: rule.code)
def test_an_example_gets_its_code(rule: Rule) -> None:
    assert rule.example is not None
    findings = example_result(rule.example).findings

    assert (rule.code, rule.kind) in [(f.code, f.kind) for f in findings]


@pytest.mark.parametrize("rule", SHOWN, ids=lambda rule: rule.code)
def test_an_example_ports_soundly(rule: Rule) -> None:
    assert rule.example is not None
    if rule.code != "OB001":  # that one is no Python
        check_sound(rule.example.before.encode(), rule.example.target, origin=rule.example.origin)


def test_only_defects_and_full_disks_have_no_example() -> None:
    assert {"OB002", "OB003", "OB004", "OB005", "OB006"} == UNSHOWN


def test_every_row_of_the_equivalents_has_its_rule() -> None:
    rows = [row for table in (OPTIMIZERS, SCHEDULERS) for rows in table.values() for row in rows]
    native = [rule for rule in RULES.values() if rule.grade]

    assert {r.code: (f"`{r.native}`", r.grade) for r in rows} == {
        rule.code: (rule.title.rpartition(" ")[2], rule.grade) for rule in native
    }


def test_a_code_has_one_owner_and_the_first_is_named() -> None:
    first, second = Rule("PD101", "note", "the first", ""), Rule("PD101", "note", "other", "")

    with pytest.raises(ValueError, match="the code PD101 is taken already: the first"):
        register([first, second])


def test_every_code_that_the_sources_write_is_registered() -> None:
    texts = [path.read_text() for path in ROOT.rglob("*.py")]
    written = {code for text in texts for code in re.findall(r'"([A-Z]{2}\d{3})"', text)}

    assert {code for code in written if code.startswith((*PREFIXES.values(), "OB"))} <= set(RULES)


def test_every_number_that_the_planner_gives_is_registered() -> None:
    numbers = re.findall(r"_code\((\d+)\)|_note\([^,]+, (\d+)", (ROOT / "plan.py").read_text())
    codes = {f"{p}{int(a or b):03}" for a, b in numbers for p in ("PD", "OF")}

    assert codes
    assert codes <= set(RULES)


@pytest.mark.parametrize("target", list(TABLES))
def test_every_name_of_the_api_has_the_code_of_its_group(target: Target) -> None:
    codes = {f"{PREFIXES[target]}{api_number(name)}" for name in TABLES[target].names}

    assert {RULES[code].kind for code in codes} == {"ported"}
    assert len(codes) == 5


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("PD101", ["PD101"]),
        ("BR1", ["BR101"]),
        ("OF30", ["OF301", "OF302"]),
        ("ALL", list(RULES)),
        ("PX1", []),
    ],
)
def test_a_word_names_the_codes_that_begin_with_it(word: str, codes: list[str]) -> None:
    assert [rule.code for rule in matching(word)] == codes


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("PD1O4", "unknown code 'PD1O4'; did you mean PD104?"),
        ("pd205", "unknown code 'pd205'; did you mean PD205?"),
        ("AdamW", "unknown code 'AdamW'; `optbridge rules` lists the codes"),
        ("", "unknown code ''; `optbridge rules` lists the codes"),
    ],
)
def test_an_unknown_code_is_told_with_what_may_be_meant(word: str, reason: str) -> None:
    assert unknown(word) == reason


CHOSEN = [rule for rule in SHOWN if not rule.is_fixed and not rule.code.startswith("OB")]


@pytest.mark.parametrize("rule", CHOSEN, ids=lambda rule: rule.code)
def test_every_code_can_be_ignored(rule: Rule) -> None:
    assert rule.example is not None
    result = check_sound(
        rule.example.before.encode(),
        rule.example.target,
        origin=rule.example.origin,
        ignore=(rule.code,),
    )

    assert {f.kind for f in result.findings if f.code == rule.code} <= {"skipped"}


@pytest.mark.parametrize("rule", CHOSEN, ids=lambda rule: rule.code)
def test_every_code_can_be_skipped_at_its_line(rule: Rule) -> None:
    assert rule.example is not None
    text = rule.example.before
    lines = text.splitlines()
    line = next(f.line for f in example_result(rule.example).findings if f.code == rule.code)
    ends = [n.end_lineno or 0 for n in ast.walk(ast.parse(text)) if is_simple_at(n, line)]
    lines[(ends or [line])[0] - 1] += f"  # optbridge: skip[{rule.code}]"
    result = check_sound("\n".join(lines).encode(), rule.example.target, origin=rule.example.origin)

    assert {f.kind for f in result.findings if f.code == rule.code} <= {"skipped"}


def is_simple_at(node: ast.AST, line: int) -> TypeGuard[ast.stmt]:
    if not isinstance(node, ast.stmt) or hasattr(node, "body"):
        return False
    return node.lineno <= line <= (node.end_lineno or 0)
