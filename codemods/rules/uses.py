"""What is done with an optimizer or a scheduler: by the name of the method or attribute used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.equivalents import TITLES
from codemods.analysis.facts import AttributeUse
from codemods.analysis.groups import shape_of
from codemods.model import Blocked, Converted
from codemods.rules.calls import reads_last_epoch
from codemods.rules.own import is_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from codemods.analysis.facts import MethodCall, Role
    from codemods.analysis.groups import Shape
    from codemods.model import Outcome
    from codemods.rules.requirements import Surroundings


@dataclass(frozen=True, slots=True)
class Words:
    """How a framework says what torch's users say: a rule per method, and one for the groups.

    `last_epoch` is its schedulers' name for torch's attribute. `elsewhere` are the uses in files
    that are not seen, or not rewritten for this, which mean the same; all others but those in
    `silent` raise there.
    """

    framework: str
    methods: Mapping[tuple[Role, str], Callable[[Surroundings, MethodCall], Outcome]]
    groups: Callable[[Surroundings, AttributeUse, Shape], Outcome]
    last_epoch: str
    elsewhere: Mapping[Role, frozenset[str]]
    silent: Mapping[Role, frozenset[str]]

    def convert(self, around: Surroundings, role: Role, use: MethodCall | AttributeUse) -> Outcome:
        """Write one use in the framework's words, or say why not."""
        if isinstance(use, AttributeUse):
            return self._attribute(around, role, use)
        rule = self.methods.get((role, use.method))
        return self._lacks(role, use.method) if rule is None else rule(around, use)

    def _attribute(self, around: Surroundings, role: Role, use: AttributeUse) -> Outcome:
        if (role, use.attribute) == ("scheduler", "last_epoch"):
            return reads_last_epoch(around, use, self.last_epoch)
        if (role, use.attribute) == ("optimizer", "param_groups"):
            return self.groups(around, use, shape_of(around.source, use.node))
        if role == "scheduler" and is_kept(around, use):
            return Converted()
        return self._lacks(role, use.attribute)

    def _lacks(self, role: Role, name: str) -> Blocked:
        return Blocked(f"{TITLES[self.framework]}'s {role}s have no `{name}` that equals torch's")
