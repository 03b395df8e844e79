"""Every code that a finding can have: what it means, and how to name several at once.

One registry for the report, for `--select` and `--ignore`, for `optbridge rules` and for the pages
in docs/rules. The codes of native code are those of `bridge.equivalents`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codemods.codes._findings import api_number, other_rules
from codemods.codes._model import PREFIXES, THROUGH, Example, Rule
from codemods.codes._native import native_rules
from codemods.codes._row import GROUPS, LEFT, MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "ALL",
    "GROUPS",
    "LEFT",
    "MEMBERS",
    "PREFIXES",
    "RULES",
    "THROUGH",
    "Example",
    "Rule",
    "api_number",
    "matching",
    "register",
    "split",
    "unknown",
]

ALL: Final = "ALL"
SIMILAR: Final = 3  # letters of a code, in their places


def register(rules: Iterable[Rule]) -> Mapping[str, Rule]:
    """Return rules by their codes.

    Raises:
        ValueError: if two have one code; the first owner is named.
    """
    found: dict[str, Rule] = {}
    for rule in rules:
        if (first := found.setdefault(rule.code, rule)) is not rule:
            raise ValueError(f"the code {rule.code} is taken already: {first.title}")
    return found


RULES: Final = dict(sorted(register([*native_rules(), *other_rules()]).items()))


def matching(prefix: str) -> list[Rule]:
    """Return the rules that a code, the beginning of one, or ALL names.

    >>> [rule.code for rule in matching("BR1")]
    ['BR101']
    """
    return [r for r in RULES.values() if prefix == ALL or r.code.startswith(prefix)]


def unknown(prefix: str) -> str | None:
    """Return what is wrong with a word that should name codes, None if it does.

    >>> unknown("PD1"), unknown("PD1O4")
    (None, "unknown code 'PD1O4'; did you mean PD104?")
    """
    if prefix and matching(prefix):
        return None
    close = max(RULES, key=lambda code: _alike(prefix, code))
    hint = "`optbridge rules` lists the codes"
    if _alike(prefix, close) >= SIMILAR:
        hint = f"did you mean {close}?"
    return f"unknown code {prefix!r}; {hint}"


def split(text: str) -> tuple[str, ...]:
    """Return the codes, or beginnings of codes, that stand in a text with commas between them.

    Raises:
        ValueError: if one of them names no rule.

    >>> split("PD1, BR")
    ('PD1', 'BR')
    """
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    for word in words:
        if (reason := unknown(word)) is not None:
            raise ValueError(reason)
    return words


def _alike(word: str, code: str) -> int:
    return sum(a == b for a, b in zip(word.upper(), code, strict=False))
