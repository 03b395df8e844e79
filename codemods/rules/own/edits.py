"""What is written in a class of the file, whatever framework its base is of from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import Replace, RewriteStatement
from codemods.rules.own.rates import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.model import Edit
    from codemods.rules.own.model import OwnScheduler
    from codemods.rules.own.rates import Rate
    from codemods.source import Source


def common_edits(source: Source, own: OwnScheduler, words: Mapping[Rate, str]) -> Iterator[Edit]:
    """Yield what makes a number of the lists of rates, and takes out what is needless."""
    for rates in own.rates:
        yield from written(source, rates, words)
    for statement in own.needless:
        yield RewriteStatement(statement, ())
    for function in own.formulas:
        if function.returns is not None:
            yield Replace(function.returns.annotation, ("float",))
