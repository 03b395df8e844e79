"""The rules that write native code, one package per framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from codemods.rules import oneflow, paddle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.analysis.facts import Construct
    from codemods.model import Outcome
    from codemods.rules.requirements import Surroundings
    from codemods.rules.uses import Words


class NativeRules(Protocol):
    """What a framework's package of rules offers: `WORDS` for uses, a function for makings."""

    @property
    def WORDS(self) -> Words:  # noqa: N802  # a constant of the package
        """How the framework says what is done with an optimizer or a scheduler."""

    def convert_construct(self, around: Surroundings, construct: Construct, /) -> Outcome:
        """Write one construction natively, or say why not."""


NATIVE: Mapping[str, NativeRules] = {"paddle": paddle, "oneflow": oneflow}
