"""Schedules of schedules: which calls list members, and what their members are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.analysis.arguments import definition_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.analysis.facts import Construct
    from codemods.syntax.source import Source

# Class -> the position of the list of its members.
POSITIONS = {"SequentialLR": 1, "ChainedScheduler": 0}


def members_list(construct: Construct) -> cst.List | None:
    """Return the list of members that a construction writes out, None if it has none."""
    position = POSITIONS.get(construct.name)
    for index, argument in enumerate(construct.call.args):
        if argument.star or position is None:
            return None
        name = argument.keyword.value if argument.keyword is not None else None
        if name == "schedulers" or (name is None and index == position):
            return argument.value if isinstance(argument.value, cst.List) else None
    return None


def composition_of(
    source: Source, by_call: Mapping[cst.CSTNode, Construct], node: cst.CSTNode
) -> Construct | None:
    """Return the construction that a node stands in the list of members of."""
    element = source.parents.get(node)
    members = source.parents.get(element) if isinstance(element, cst.Element) else None
    argument = source.parents.get(members) if members is not None else None
    call = source.parents.get(argument) if argument is not None else None
    found = by_call.get(call) if call is not None else None
    return found if found is not None and members_list(found) is members else None


def members_of(
    source: Source, by_call: Mapping[cst.CSTNode, Construct], construct: Construct
) -> list[Construct] | None:
    """Return the constructions that a list of members means, None where one is not followed."""
    written = members_list(construct)
    if written is None:
        return None
    members: list[Construct] = []
    for element in written.elements:
        value: cst.CSTNode | None = element.value
        if isinstance(value, cst.Name):
            value = definition_of(source, value)
        member = by_call.get(value) if value is not None else None
        if member is None or isinstance(element, cst.StarredElement):
            return None
        members.append(member)
    return members
