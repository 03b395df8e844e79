"""The text of a tree and where each node stands in it, in one pass.

libcst prints for the one and once more for the other. Its printer tells a state of every token and
node, and that state is a class to derive from; the answers are those of ByteSpanPositionProvider.

https://libcst.readthedocs.io/en/latest/metadata.html#libcst.metadata.ByteSpanPositionProvider
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from libcst.metadata.span_provider import SpanProvidingCodegenState

if TYPE_CHECKING:
    from collections.abc import Mapping

    import libcst as cst


def printed(module: cst.Module) -> tuple[str, Mapping[cst.CSTNode, tuple[int, int]]]:
    """Return a tree's text, and where every node in it begins and ends, in bytes of UTF-8."""
    printer = _Printer(module)
    module._codegen(printer)  # noqa: SLF001  # as every provider of positions in libcst does
    return "".join(printer.tokens), printer.spans


class _Printer(SpanProvidingCodegenState):
    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline, provider=None)  # type: ignore[arg-type]  # the spans are kept here
        self.spans: dict[cst.CSTNode, tuple[int, int]] = {}
        self.starts: list[int] = []

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.position += len(value) if value.isascii() else len(value.encode())

    def before_codegen(self, node: cst.CSTNode) -> None:
        del node
        self.starts.append(self.position)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self.starts.pop()
        if node not in self.spans:
            self.spans[node] = start, self.position

    def record_syntactic_position(
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> Any:
        return _Between(self, node, start_node, end_node)


class _Between:
    """What is printed inside is the node: without the blanks and parentheses around it."""

    __slots__ = ("end_node", "node", "printer", "start", "start_node")

    def __init__(
        self,
        printer: _Printer,
        node: cst.CSTNode,
        start_node: cst.CSTNode | None,
        end_node: cst.CSTNode | None,
    ) -> None:
        self.printer, self.node = printer, node
        self.start_node, self.end_node = start_node, end_node
        self.start = printer.position

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, *error: object) -> None:
        if kind is not None:
            return
        spans, start, end = self.printer.spans, self.start, self.printer.position
        if self.start_node is not None:
            start = spans[self.start_node][0]
        if self.end_node is not None:
            end = spans[self.end_node][1]
        spans[self.node] = start, end
