"""`optimizer.param_groups` in Paddle, which has none: of one group, `get_lr` and `set_lr` say it.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.groups import Count, Each, Single, writes
from codemods.model import Blocked, Converted, Replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.facts import AttributeUse
    from codemods.groups import Access, Shape
    from codemods.model import Edit, Outcome
    from codemods.rules.requirements import Surroundings

OTHER: Final = Blocked("Paddle's optimizers have no `param_groups` that can be used like this")
OPERATORS: Final = {
    cst.AddAssign: "+",
    cst.SubtractAssign: "-",
    cst.MultiplyAssign: "*",
    cst.DivideAssign: "/",
    cst.PowerAssign: "**",
}
# What needs no parentheses beside an operator.
ATOMS: Final = (cst.Name, cst.BaseNumber, cst.Attribute, cst.Call, cst.Subscript)
JUMPS: Final = (cst.Break, cst.Continue)


def convert_groups(around: Surroundings, use: AttributeUse, shape: Shape) -> Outcome:
    """Write what is done with the only group as what is done with the optimizer."""
    if writes(shape, "lr") and around.bundle.schedulers and not isinstance(shape, Count):
        return Blocked("Paddle refuses a written lr while a scheduler drives it")
    match shape:
        case Single(access, index) if index in (0, -1):
            return _converted(around, use, [access])
        case Each(accesses=accesses, counter=None) if parts := _only_run(around, shape):
            outcome = _converted(around, use, accesses)
            if isinstance(outcome, Blocked):
                return outcome
            return Converted((Replace(shape.loop, parts), *outcome.edits))
        case Count(call):
            return Converted((Replace(call, ("1",)),))
    return OTHER


def _converted(around: Surroundings, use: AttributeUse, accesses: Sequence[Access]) -> Outcome:
    edits = [_edit(around.source.text(use.holder), access) for access in accesses]
    known = [e for e in edits if e is not None]
    return Converted(tuple(known)) if len(known) == len(edits) else OTHER


def _edit(holder: str, access: Access) -> Edit | None:
    if access.key != "lr":
        return None
    match access.node:
        case cst.Subscript():
            return Replace(access.node, (f"{holder}.get_lr()",))
        case cst.Assign(value=value):
            return Replace(access.node, (f"{holder}.set_lr(", value, ")"))
        case cst.AugAssign(operator=operator, value=value) if type(operator) in OPERATORS:
            opening, closing = ("", "") if isinstance(value, ATOMS) else ("(", ")")
            sign = OPERATORS[type(operator)]
            head = f"{holder}.set_lr({holder}.get_lr() {sign} {opening}"
            return Replace(access.node, (head, value, f"{closing})"))
    return None


def _only_run(around: Surroundings, shape: Each) -> tuple[str | cst.CSTNode, ...]:
    """Return what a loop over one group does, without the loop; nothing where that is unclear."""
    source, loop = around.source, shape.loop
    if "#" in source.text(loop):
        return ()
    if not isinstance(loop, cst.For):
        is_simple = loop.for_in.inner_for_in is None and not loop.for_in.ifs
        return ("[", loop.elt, "]") if is_simple else ()
    lines = [line for line in loop.body.body if isinstance(line, cst.SimpleStatementLine)]
    is_block = isinstance(loop.body, cst.IndentedBlock)
    statements: list[cst.CSTNode] = [*lines] if is_block else [*loop.body.body]
    jumps = any(isinstance(n, JUMPS) for n in _within(loop))
    if loop.orelse is not None or jumps or len(statements) != len(loop.body.body):
        return ()
    indent = source.indent(loop)
    return tuple(part for line in statements for part in (indent, line))[1:]


def _within(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _within(child)
