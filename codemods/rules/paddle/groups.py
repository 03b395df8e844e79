"""`optimizer.param_groups` in Paddle, which has none: `get_lr` and `set_lr` say it, and factors.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.groups import WRITES, Count, Each, Single, writes
from codemods.model import Blocked, Converted, Replace
from codemods.rules.factors import factors_of, times
from codemods.rules.functions import has_effect
from codemods.syntax.walking import walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.analysis.facts import AttributeUse
    from codemods.analysis.groups import Access, Shape
    from codemods.model import Edit, Outcome
    from codemods.rules.requirements import Surroundings

OTHER: Final = Blocked("Paddle's optimizers have no `param_groups` that can be used like this")
SCALED: Final = Blocked(
    "in Paddle a group's rate is a factor, and this is no number that the source tells"
)
OPERATORS: Final = {
    cst.AddAssign: "+",
    cst.SubtractAssign: "-",
    cst.MultiplyAssign: "*",
    cst.DivideAssign: "/",
    cst.PowerAssign: "**",
}
# What has the same result for every group, whatever the group's factor is.
SCALING: Final = (cst.MultiplyAssign, cst.DivideAssign)
# What needs no parentheses beside an operator.
ATOMS: Final = (cst.Name, cst.BaseNumber, cst.Attribute, cst.Call, cst.Subscript)
JUMPS: Final = (cst.Break, cst.Continue)


def convert_groups(around: Surroundings, use: AttributeUse, shape: Shape) -> Outcome:
    """Write what is done with the groups as what is done with the optimizer."""
    if writes(shape, "lr") and around.bundle.schedulers and not isinstance(shape, Count):
        return Blocked("Paddle refuses a written lr while a scheduler drives it")
    factors = factors_of(around)
    if factors is None:
        return SCALED
    if isinstance(shape, Count):
        return Converted((Replace(shape.call, (repr(len(factors)),)),))
    if factors == (1.0,):
        return _only_group(around, use, shape)
    return _of_several(around, use, shape, factors)


def _of_several(
    around: Surroundings, use: AttributeUse, shape: Shape, factors: Sequence[float | None]
) -> Outcome:
    match shape:
        case Single(access, int() as index) if -len(factors) <= index < len(factors):
            return _read(around, use, access, factors[index])
        case Each() if writes(shape):
            return _written(around, use, shape, factors)
        case Each():
            return _each_read(around, use, shape, factors)
    return OTHER


def _only_group(around: Surroundings, use: AttributeUse, shape: Shape) -> Outcome:
    match shape:
        case Single(access, index) if index in (0, -1):
            return _converted(around, use, [access])
        case Each(accesses=accesses, counter=None) if parts := _only_run(around, shape):
            outcome = _converted(around, use, accesses)
            if isinstance(outcome, Blocked):
                return outcome
            return Converted((Replace(shape.loop, parts), *outcome.edits))
    return OTHER


def _read(around: Surroundings, use: AttributeUse, access: Access, factor: float | None) -> Outcome:
    """Multiply the optimizer's rate with a group's factor."""
    if access.key != "lr" or access.kind != "read":
        return OTHER
    if factor is None:
        return SCALED
    source = around.source
    rate = times(source, access.node, f"{source.text(use.holder)}.get_lr()", factor)
    return Converted((Replace(access.node, (rate,)),))


def _each_read(
    around: Surroundings, use: AttributeUse, shape: Each, factors: Sequence[float | None]
) -> Outcome:
    """Loop over the factors in the place of the groups; the rate is read when torch's is."""
    if any(access.key != "lr" or access.kind != "read" for access in shape.accesses):
        return OTHER
    if None in factors:
        return SCALED
    source, rate = around.source, f"{around.source.text(use.holder)}.get_lr()"
    is_one_rate = set(factors) == {1.0}
    iterated = f"range({len(factors)})" if is_one_rate else f"[{', '.join(map(repr, factors))}]"
    edits = [
        Replace(
            node, (rate if is_one_rate else times(source, node, rate, source.text(node.value)),)
        )
        for node in (access.node for access in shape.accesses)
        if isinstance(node, cst.Subscript)
    ]
    return Converted((Replace(use.node, (iterated,)), *edits))


def _written(
    around: Surroundings, use: AttributeUse, shape: Each, factors: Sequence[float | None]
) -> Outcome:
    """Write the optimizer's rate once, where a loop would write the same into each group.

    Into groups with factors nothing can be written but a multiple of what they have.
    """
    written = next(access for access in shape.accesses if access.kind in WRITES)
    node, value = written.node, written.value
    is_alone = shape.counter is None and _is_only_statement(shape.loop, node)
    if not is_alone or value is None or any(has_effect(around.source, n) for n in walk(value)):
        return OTHER
    is_scaled = isinstance(node, cst.AugAssign) and isinstance(node.operator, SCALING)
    if set(factors) != {1.0} and not (is_scaled and len(shape.accesses) == 1):
        return SCALED
    return _only_group(around, use, shape)


def _is_only_statement(loop: cst.CSTNode, node: cst.CSTNode) -> bool:
    match loop:
        case cst.For(body=cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[statement])])):
            return statement is node
        case cst.For(body=cst.SimpleStatementSuite(body=[statement])):
            return statement is node
    return False


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
    jumps = any(isinstance(n, JUMPS) for n in walk(loop))
    if loop.orelse is not None or jumps or len(statements) != len(loop.body.body):
        return ()
    indent = source.indent(loop)
    return tuple(part for line in statements for part in (indent, line))[1:]
