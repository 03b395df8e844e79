"""Which rules a run may apply: `--select` and `--ignore`, by codes and by beginnings of codes.

Follows https://docs.astral.sh/ruff/linter/#rule-selection: of what names a code the longest counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.codes import ALL, PREFIXES, RULES, matching

if TYPE_CHECKING:
    from codemods.model import Options

NOT_NAMED = -1


def objection(options: Options, code: str) -> str | None:
    """Return why a rule is not applied in a run, None if it is.

    >>> from codemods.model import Options
    >>> objection(Options("paddle", ignore=("PD1",)), "PD104")
    'PD104 is ignored'
    >>> objection(Options("paddle", ignore=("PD1",), select=("PD104",)), "PD104") is None
    True
    """
    rule = RULES[code]
    if rule.is_fixed:
        return None
    chosen = _length(options.select, code)
    if not options.select or rule.is_implied:
        chosen = max(chosen, 0)
    ignored = _length(options.ignore, code)
    if ignored != NOT_NAMED and ignored >= chosen:
        return f"{code} is ignored"
    return f"{code} is not selected" if chosen == NOT_NAMED else None


def useless(options: Options) -> str | None:
    """Return why a selection leaves nothing to do, None if it does not.

    >>> from codemods.model import Options
    >>> useless(Options("oneflow", select=("PD1",)))
    'PD1 names no rule of --to oneflow'
    """
    letters = (PREFIXES[options.target], PREFIXES["bridge"])
    named = [rule for prefix in options.select for rule in matching(prefix)]
    if not named or any(rule.code.startswith(letters) for rule in named):
        return None
    return f"{', '.join(options.select)} names no rule of --to {options.target}"


def _length(prefixes: tuple[str, ...], code: str) -> int:
    """Return how many letters of a code are named; ALL names every code by none."""
    named = [0 for p in prefixes if p == ALL] + [len(p) for p in prefixes if code.startswith(p)]
    return max(named, default=NOT_NAMED)
