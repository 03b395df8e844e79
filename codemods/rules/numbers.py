"""Numbers as the target's classes take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.analysis.arguments import is_python_own, value_of
from codemods.model import Insert, Replace

if TYPE_CHECKING:
    from codemods.model import Edit
    from codemods.syntax.source import Source


def as_float(source: Source, node: cst.BaseExpression) -> list[Edit]:
    """Make a float of an int that is written out, or known by its name."""
    if isinstance(node, cst.Integer):
        return [Replace(node, (repr(float(node.evaluated_value)),))]
    if isinstance(value_of(source, node), int) and is_python_own(source, node, "float"):
        return [Insert(node, "float(", "before"), Insert(node, ")", "after")]
    return []
