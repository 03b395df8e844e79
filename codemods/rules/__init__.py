"""The rules that write native code, one package per framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from codemods.rules import oneflow, paddle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.facts import AttributeUse, Construct, MethodCall, Role
    from codemods.model import Outcome
    from codemods.rules.requirements import Surroundings


class NativeRules(Protocol):
    """What a framework's package of rules offers."""

    def convert_construct(self, around: Surroundings, construct: Construct, /) -> Outcome:
        """Write one construction natively, or say why not."""

    def convert_use(
        self, around: Surroundings, role: Role, use: MethodCall | AttributeUse, /
    ) -> Outcome:
        """Write one use of an optimizer or a scheduler natively, or say why not."""


NATIVE: Mapping[str, NativeRules] = {"paddle": paddle, "oneflow": oneflow}
