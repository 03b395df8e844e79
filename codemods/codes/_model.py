"""What is known of one code: the value that the command line, the docs and the tests read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.analysis.facts import Role
    from codemods.model import Kind, Origin, Target

# Which target a code's letters stand for; those of every target are not in here.
PREFIXES: Mapping[Target, str] = {"paddle": "PD", "oneflow": "OF", "bridge": "BR"}
# What a construction gets that goes through bridge.
THROUGH: Mapping[Role, str] = {"optimizer": "BR101", "scheduler": "BR201"}


@dataclass(frozen=True, slots=True)
class Example:
    """A script in which a rule applies, what it is written in and the target of its port."""

    before: str
    target: Target
    origin: Origin = "torch"


@dataclass(frozen=True, slots=True)
class Rule:
    """One code: what a finding that has it says, and when it is given.

    Attributes:
        title: one line.
        text: what it does and why, as Markdown.
        example: None only for what no script shows: defects of the port, a disk that is full.
        conditions: what must hold in the source, for a rule that writes native code.
        grade: how near the native class is to torch's (see `bridge.equivalents`).
        versions: those of each target that the rule was measured on.
        links: the pages that it follows.
        is_fixed: whether it cannot be ignored.
        goes_along: whether it belongs to another rule's work, so that `--select` need not name it.
    """

    code: str
    kind: Kind
    title: str
    text: str
    example: Example | None = None
    conditions: tuple[str, ...] = ()
    grade: str = ""
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: tuple[str, ...] = ()
    is_fixed: bool = False
    goes_along: bool = False

    @property
    def is_implied(self) -> bool:
        """Whether it is selected with whatever else is."""
        return self.goes_along or self.kind in ("note", "error")
