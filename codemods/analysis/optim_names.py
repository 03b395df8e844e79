"""What a name of torch.optim becomes where it makes nothing: in an annotation, a base, a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import libcst as cst

from codemods.analysis.annotations import native_annotation
from codemods.analysis.facts import class_of
from codemods.analysis.patches import patch_of
from codemods.analysis.subclasses import has_own_step
from codemods.codes import LEFT
from codemods.signatures import bridge_name
from codemods.versions import lacks

if TYPE_CHECKING:
    from codemods.analysis.annotations import Natives
    from codemods.analysis.names import Dotted, Names, Reference
    from codemods.model import Kind, Options
    from codemods.syntax.source import Source

OWN_STEP: Final = "an optimizer's own `step` computes with torch's tensors"
HINT_OWN_STEP: Final = (
    "keep it on torch, or write the update as a `formula` of bridge.optim.Optimizer"
)
PATCHED: Final = "what is assigned here computes with torch's tensors"
HINT_PATCH: Final = "make a subclass or a function, in place of changing torch.optim"
HINT_LEFT: Final = "port this line by hand, or run with --partial and finish it there"


@dataclass(frozen=True, slots=True)
class Moved:
    """`node`, which means `qualified`, becomes `target`; the code is empty for a construction."""

    node: Dotted
    qualified: str
    target: str
    code: str = ""
    kind: Kind = "bridge"


@dataclass(frozen=True, slots=True)
class Stuck:
    """The name stays torch's; `number` is that of the finding, if there is to be one."""

    number: int = 0
    kind: Kind = "refused"
    reason: str = ""
    hint: str = ""


Decision: TypeAlias = Moved | Stuck


class OptimNames:
    """The names of torch.optim in a file."""

    def __init__(self, source: Source, names: Names, options: Options) -> None:
        self.source, self.options = source, options
        self.patch = patch_of(source, names)

    def decide(self, reference: Reference, natives: Natives, native_code: str) -> Decision:
        """Decide on one name, `natives` being what the file's bundles became."""
        if self.patch is not None:
            is_patch = reference is self.patch
            return Stuck(3, "refused", PATCHED, HINT_PATCH) if is_patch else Stuck()
        if self.options.target != "bridge" and has_own_step(self.source, reference):
            return Stuck(2, "refused", OWN_STEP, HINT_OWN_STEP)
        for node, qualified in prefixes(reference):
            if (native := native_annotation(self.source, node, qualified, natives)) is not None:
                return Moved(node, qualified, native, native_code, "native")
            name = bridge_name(qualified)
            if name is not None and (qualified != "torch.optim" or node is reference.node):
                return self._to_bridge(node, qualified, name)
        return Stuck(LEFT, "left", f"bridge has no `{reference.qualified}`", HINT_LEFT)

    def _to_bridge(self, node: Dotted, qualified: str, name: str) -> Decision:
        if class_of(qualified) is not None and self._is_called(node):
            return Moved(node, qualified, name)
        if (reason := lacks(self.options, "BR301")) is not None:
            return Stuck(LEFT, "left", reason, HINT_LEFT)
        return Moved(node, qualified, name, "BR301")

    def _is_called(self, node: cst.CSTNode) -> bool:
        call = self.source.parents.get(node)
        return isinstance(call, cst.Call) and call.func is node


def prefixes(reference: Reference) -> list[tuple[Dotted, str]]:
    """Return a dotted name and all that it begins with, the longest first.

    For `torch.optim.SGD.__name__` that is itself, `torch.optim.SGD`, `torch.optim` and `torch`.
    """
    found: list[tuple[Dotted, str]] = []
    node: cst.BaseExpression = reference.node
    qualified = reference.qualified
    while isinstance(node, cst.Name | cst.Attribute):
        found.append((node, qualified))
        if isinstance(node, cst.Name):
            break
        node, qualified = node.value, qualified.rpartition(".")[0]
    return found
