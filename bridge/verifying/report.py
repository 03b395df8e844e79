"""A proof as Markdown, for the pull request that brings the port; its figure is a file beside it.

https://github.github.com/gfm/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge.tracing.comparing import AHEAD, FACTOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bridge.tracing.comparing import Row
    from bridge.verifying.proof import Proof

HEADINGS: Final = ("quantity", "steps", "allowed", "difference", "torch itself", "result")
EXPLANATION: Final = (
    "*difference* is the largest one, relative to the largest value. *torch itself* is the same "
    "for the original against itself, every weight moved by one unit in the last place: what "
    f"rounding alone does. At step n the port may be {FACTOR} times as far off as torch is from "
    f"itself by step {AHEAD}n, or as far as *allowed*."
)
_RUNS: Final = {"a": "the original", "b": "the port"}
_CARRIED: Final = {
    "weights": ("the initial state of one model", "the initial states of {} models"),
    "draw": ("one random tensor", "{} random tensors"),
    "mask": ("one dropout mask", "{} dropout masks"),
    "order": ("the order of one shuffled epoch", "the orders of {} shuffled epochs"),
}


def verdict(proof: Proof) -> str:
    """Say in one sentence what was found."""
    if proof.obstacles:
        return "Not all could be compared" + (", and what could differs" if proof.differs else "")
    if proof.differs:
        return "The port trains differently"
    if proof.excuses:
        return "Equal in what is comparable; the losses are not"
    if not any(row.quantity == "loss" for row in proof.rows):
        return "Equal in what was compared; losses were left out"
    return "The port trains as the original does"


def remarks(proof: Proof) -> Iterator[str]:
    """Say what a reader has to know beside the table: obstacles, excuses, where the runs part."""
    yield from proof.obstacles
    yield from proof.excuses
    for row in proof.rows:
        where = f" of optimizer {row.optimizer}" if len(proof.optimizers) > 1 else ""
        if row.first is not None:
            values = f"{row.first.a:.9g} in the original, {row.first.b:.9g} in the port"
            yield f"step {row.first.step}, {row.label}{where}: {values}"
        elif not row.excuse and len(row.predictable) < len(row.points):
            yield (
                f"from step {row.points[len(row.predictable)].step} on, {row.label}{where} says "
                "nothing: rounding alone has taken the original a hundredth away from itself"
            )


def named(proof: Proof, number: int) -> str:
    """Return what an optimizer is, in the original and in the port."""
    return f"optimizer {number}: {' -> '.join(proof.optimizers[number])}"


def carried(proof: Proof) -> str:
    """Say what the port took from the original, so that both could be compared.

    >>> from types import SimpleNamespace
    >>> carried(SimpleNamespace(carried={"weights": 1, "mask": 12}))
    'the initial state of one model, 12 dropout masks'
    """
    words = [
        one if proof.carried[kind] == 1 else many.format(proof.carried[kind])
        for kind, (one, many) in _CARRIED.items()
        if proof.carried.get(kind)
    ]
    return ", ".join(words) or "nothing"


def cells(row: Row) -> tuple[str, ...]:
    """Return a row of the table, under `HEADINGS`; differences are shares of the largest value."""
    steps = str(len(row.points))
    if row.only_in:
        return row.label, steps, "", "", "", f"only in {_RUNS[row.only_in]}"
    largest = row.largest.difference if row.largest else 0.0
    spread = max(row.spread.values(), default=0.0)
    shares = (f"{row.tolerance:g}", _share(largest, row), _share(spread, row))
    return row.label, steps, *shares, _result(row, largest)


def _result(row: Row, largest: float) -> str:
    if row.excuse:
        return "not comparable"
    if row.first is not None:
        return f"differs (step {row.first.step})"
    if len(row.predictable) < len(row.points):
        return f"within (to step {row.predictable[-1].step})"
    return "within" if largest else "equal"


def _share(difference: float, row: Row) -> str:
    return f"{difference / row.scale:.1e}" if difference and row.scale else "0"


def markdown(
    proof: Proof, title: str, facts: Sequence[tuple[str, str]], figure: str, port: str
) -> str:
    """Write the report.

    Args:
        proof: what was found.
        title: what was verified.
        facts: what was run and how, as (what, how) pairs.
        figure: the name of the picture beside it; empty where there is none.
        port: what the port says about itself, in Markdown.
    """
    return "\n".join(_lines(proof, title, facts, figure, port)) + "\n"


def _lines(
    proof: Proof, title: str, facts: Sequence[tuple[str, str]], figure: str, port: str
) -> Iterator[str]:
    yield from (f"## {title}", "", f"**{verdict(proof)}.**", "")
    lines = [f"- {_cell(line)}" for line in remarks(proof)]
    yield from (*lines, *([""] if lines else []))
    for number in range(len(proof.optimizers)):
        yield from (f"{_cell(named(proof, number))}", "")
        yield from _table([row for row in proof.rows if row.optimizer == number])
    yield from (EXPLANATION, "")
    if figure:
        yield from (f"![The original and the port, step by step]({figure})", "")
    yield from ("| run | |", "|---|---|")
    yield from (f"| {what} | {_cell(how)} |" for what, how in facts)
    if port:
        yield from ("", port.rstrip())


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield f"| {' | '.join(HEADINGS)} |"
    yield "|---|--:|--:|--:|--:|---|"
    yield from (f"| {' | '.join(map(_cell, cells(row)))} |" for row in rows)
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
