"""The codes of everything that is no row of `bridge.equivalents`: the tables here, as rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bridge.equivalents import VERSIONS
from codemods.codes._bridge_rows import BRIDGE_ROWS, INWARD_ROWS
from codemods.codes._model import PREFIXES, Example, Rule
from codemods.codes._own_rows import OWN_ROWS
from codemods.codes._row import TITLES
from codemods.codes._target_rows import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.codes._row import Row
    from codemods.model import Target

# Which number a ported name of torch has, by the module that it stands in; the first that fits.
API_GROUPS: Final[Mapping[str, int]] = {
    "torch.nn.functional": 903,
    "torch.nn": 902,
    "torch.utils.data": 904,
    "torch.cuda": 905,
    "torch": 900,
}


def api_number(qualified: str) -> int:
    """Return the number of a name of torch that is ported by the table.

    >>> api_number("torch.nn.functional.relu"), api_number("torch.nn.Linear")
    (903, 902)
    """
    inside = (n for module, n in API_GROUPS.items() if f"{qualified}.".startswith(f"{module}."))
    return next(inside, API_GROUPS["torch"])


def other_rules() -> Iterator[Rule]:
    """Yield the rules of this table, each once for every target that it has an example of."""
    for row in ROWS:
        for target, before in row.examples.items():
            yield _rule(row, PREFIXES[target], before, target)
    for prefix, rows in (("BR", BRIDGE_ROWS), ("OB", OWN_ROWS)):
        for row in rows:
            yield _rule(row, prefix, row.examples.get("paddle"), "paddle")
    for row in INWARD_ROWS:
        example = Example(row.examples["paddle"], "bridge", "paddle")
        yield replace(_rule(row, "BR", None, "bridge"), example=example)


def _versions(row: Row) -> Mapping[str, tuple[str, ...]]:
    """Return the versions that what is written by a row runs on."""
    if row.kind == "native":
        return VERSIONS
    newest = {target: versions[-1:] for target, versions in VERSIONS.items()}
    return newest if row.kind in ("bridge", "ported") else {}


def _rule(row: Row, prefix: str, before: str | None, target: Target) -> Rule:
    return Rule(
        f"{prefix}{row.number:03}",
        row.kind,
        row.title.format(TITLES[target]),
        row.text.format(TITLES[target]),
        None if before is None else Example(before, target),
        versions=_versions(row),
        is_fixed=row.is_fixed,
        goes_along=row.goes_along,
    )
