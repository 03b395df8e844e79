"""The values that travel through a port: options, verdicts, edits, findings and results."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    import libcst as cst

Target: TypeAlias = Literal["paddle", "oneflow", "bridge"]
Style: TypeAlias = Literal["auto", "native", "bridge"]
Scope: TypeAlias = Literal["all", "optim"]
Origin: TypeAlias = Literal["torch", "paddle", "oneflow"]
Kind: TypeAlias = Literal[
    "native", "bridge", "refused", "left", "ported", "skipped", "note", "error"
]

TARGETS: tuple[Target, ...] = ("paddle", "oneflow", "bridge")
STYLES: tuple[Style, ...] = ("auto", "native", "bridge")
SCOPES: tuple[Scope, ...] = ("all", "optim")
ORIGINS: tuple[Origin, ...] = ("torch", "paddle", "oneflow")


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for.

    `target` is the framework to write; `style` says when native code is taken; `scope` is the
    whole training script or its optimizer code; `partial` writes a file although a part of it
    could not be ported; `origin` is the framework that the file is written in;
    `select` and `ignore` are codes, or beginnings of codes; `todo` puts a comment above what
    could not be ported; `version` is the target's, as 3.3, and empty for the newest.
    """

    target: Target
    style: Style = "auto"
    scope: Scope = "all"
    partial: bool = False
    origin: Origin = "torch"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    todo: bool = False
    version: str = ""


@dataclass(frozen=True, slots=True)
class Native:
    """The bundle becomes the framework's own code; `notes` say under which assumption."""

    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bridge:
    """Native code would train differently, for `reason`; `bridge` has torch's meaning."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Neither native code nor bridge can do it; the site stays as it was."""

    reason: str
    hint: str


Verdict: TypeAlias = Native | Bridge | Refused


@dataclass(frozen=True, slots=True)
class Replace:
    """Put `parts` in the place of `node`: text, and nodes of the original that are kept.

    A kept node is rendered with its own edits applied, so edits nest.
    """

    node: cst.CSTNode
    parts: tuple[str | cst.CSTNode, ...]


@dataclass(frozen=True, slots=True)
class Insert:
    """Put `text` directly before or after `node`."""

    node: cst.CSTNode
    text: str
    where: Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class AppendLine:
    """Put a statement on a line of its own, directly after the statement `node`."""

    node: cst.BaseStatement
    text: str


@dataclass(frozen=True, slots=True)
class PrependLine:
    """Put a line of its own directly above the statement that `node` stands in."""

    node: cst.CSTNode
    text: str


@dataclass(frozen=True, slots=True)
class RewriteStatement:
    """Put statements in the place of one; none at all removes it, but never a comment beside it."""

    node: cst.BaseSmallStatement | cst.If
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveArgument:
    """Take an argument out of its call, with the comma that belongs to it."""

    call: cst.Call
    argument: cst.Arg


Edit: TypeAlias = Replace | Insert | AppendLine | PrependLine | RewriteStatement | RemoveArgument


@dataclass(frozen=True, slots=True)
class Converted:
    """A rule's edits for one site, and what the user should know of them.

    `is_absorbed` where the site is no more, and `native` does its work elsewhere. `groups` is where
    the parameter groups of an optimizer stand, if there is something to edit in them.
    """

    edits: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()
    native: str = ""
    code: str = ""
    is_absorbed: bool = False
    groups: cst.BaseExpression | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """Native code would not equal torch's at this site, for `reason`."""

    reason: str


Outcome: TypeAlias = Converted | Blocked


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: a place, what stands there, what became of it, and why.

    `line` and `column` count from 1, in the file as it was before; in a notebook, in its code cell
    number `cell`, which counts from 1 too.
    """

    line: int
    column: int
    code: str
    kind: Kind
    what: str
    reason: str = ""
    hint: str = ""
    cell: int = 0


@dataclass(frozen=True, slots=True)
class FileResult:
    """What a port made of one file; `after` equals `before` where nothing may be written."""

    path: Path
    before: bytes
    after: bytes
    findings: tuple[Finding, ...] = ()
    needs_bridge: bool = False
    counts: Counter[Kind] = field(default_factory=Counter)

    @property
    def changed(self) -> bool:
        return self.before != self.after

    @property
    def failed(self) -> bool:
        """Whether the file could not be read or ported at all."""
        return self.counts["error"] > 0

    @property
    def incomplete(self) -> bool:
        """Whether something in scope was refused or left as it was."""
        return self.counts["refused"] + self.counts["left"] > 0
