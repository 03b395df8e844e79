"""Parts of a file that libcst's own parser reads: its nodes, among those made here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.syntax._reader import UnknownSyntaxError
from codemods.syntax.metadata import IS_TRIVIA, parents
from codemods.syntax.printing import printed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.syntax._reader import Reader, Span


def foreign(
    reader: Reader, span: Span, before: str, after: str = ""
) -> tuple[cst.Module, Mapping[cst.CSTNode, Span]]:
    """Parse what stands at a place, with something around it; return where its nodes stand."""
    start, end = span
    reader.strings.append(span)  # its comments are among its nodes
    try:
        module = cst.parse_module(before + reader.data[start:end].decode() + after)
    except cst.ParserSyntaxError as error:
        raise UnknownSyntaxError(error.message) from error
    offset = start - len(before.encode())
    spans = {node: (offset + a, offset + b) for node, (a, b) in printed(module)[1].items()}
    return module, spans


def adopt(reader: Reader, node: cst.CSTNode, spans: Mapping[cst.CSTNode, Span]) -> None:
    """Take a node, and all that is in it, for one of the reader's own."""
    above = parents(node)
    reader.parents.update(above)
    reader.spans.update(
        (inner, span)
        for inner, span in spans.items()
        if (inner is node or inner in above) and not IS_TRIVIA[type(inner)]
    )
