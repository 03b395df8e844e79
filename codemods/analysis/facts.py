"""What a file does with its optimizers and schedulers: constructions, slots, uses.

A slot is a place that holds one: a variable or parameter, `self.attribute` in a class, or what a
function of the file returns. Everything that is done with what a slot holds is a use. A use that
the analysis does not understand is an escape, and says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    import libcst as cst

    from codemods.analysis.names import Reference

Role: TypeAlias = Literal["optimizer", "scheduler"]
SlotKey: TypeAlias = "tuple[object, str]"
Classify: TypeAlias = "Callable[[str], tuple[Role, str] | None]"

SCHEDULER_MODULE = "torch.optim.lr_scheduler."
OPTIMIZER_MODULE = "torch.optim."
# Submodules that hold the same class again: torch.optim.sgd.SGD is torch.optim.SGD.
OPTIMIZER_SUBMODULES = ("sgd", "adam", "adamw", "rmsprop", "adagrad", "adadelta", "adamax")
BASE_CLASSES = ("Optimizer", "LRScheduler", "_LRScheduler")


@dataclass(frozen=True, slots=True)
class Construct:
    """A call that makes an optimizer or a scheduler of class `name`.

    `reference` names that class. Where it is the base of a class of the file, which is called,
    that one is the `owner`.
    """

    role: Role
    name: str
    call: cst.Call
    reference: Reference
    owner: cst.ClassDef | None = None

    @property
    def title(self) -> str:
        """What is called, in the words of the report."""
        return self.reference.qualified if self.owner is None else self.owner.name.value


@dataclass(frozen=True, slots=True)
class MethodCall:
    """`holder.method(...)`, `holder` being the node that names the slot."""

    holder: cst.BaseExpression
    method: str
    call: cst.Call


@dataclass(frozen=True, slots=True)
class AttributeUse:
    """`holder.attribute`, read or written, and no call."""

    holder: cst.BaseExpression
    attribute: str
    node: cst.Attribute


@dataclass(frozen=True, slots=True)
class Escape:
    """The object goes where the analysis does not follow; `reason` says how."""

    node: cst.CSTNode
    reason: str
    consumer: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """The object is handed to a function of another file, which does with it what `uses` say."""

    node: cst.CSTNode
    callee: str
    uses: frozenset[str]


Use: TypeAlias = MethodCall | AttributeUse | Away | Escape


@dataclass(frozen=True, slots=True)
class Inflow:
    """The node by which a slot gets its object, and the slot it had been in before, if in any.

    The node is a construction, an alias, a call whose result is assigned, or, for a parameter, a
    call that hands it over.
    """

    node: cst.CSTNode
    origin: SlotKey | None
    is_argument: bool = False


@dataclass(eq=False, slots=True)
class Slot:
    """One place that holds an optimizer or a scheduler, and what is done with it.

    `inflows` say how it got there.
    """

    key: SlotKey
    constructs: list[Construct] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    inflows: list[Inflow] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """Every construction of a file, and every slot that one of them reaches.

    `links` are pairs of a scheduler's construction and the slot of its optimizer; a scheduler
    whose optimizer is not followed stands in `orphans` with the reason. `handed` is what a
    construction is given of another slot: the node that names it, the slot, the construction.
    """

    constructs: list[Construct] = field(default_factory=list)
    slots: dict[SlotKey, Slot] = field(default_factory=dict)
    loose: dict[cst.Call, Escape] = field(default_factory=dict)
    links: dict[cst.Call, SlotKey] = field(default_factory=dict)
    orphans: dict[cst.Call, str] = field(default_factory=dict)
    handed: list[tuple[cst.BaseExpression, SlotKey, Construct]] = field(default_factory=list)


def class_of(qualified: str) -> tuple[Role, str] | None:
    """Tell which optimizer or scheduler class a dotted torch name means.

    >>> class_of("torch.optim.lr_scheduler.StepLR")
    ('scheduler', 'StepLR')
    >>> class_of("torch.optim.sgd.SGD")
    ('optimizer', 'SGD')
    >>> class_of("torch.optim.lr_scheduler"), class_of("torch.optim.SGD.__init__")
    (None, None)
    """
    if qualified.startswith(SCHEDULER_MODULE):
        name = qualified.removeprefix(SCHEDULER_MODULE)
        return ("scheduler", name) if _is_class_name(name) else None
    if qualified.startswith(OPTIMIZER_MODULE):
        first, _, rest = qualified.removeprefix(OPTIMIZER_MODULE).partition(".")
        name = rest if first in OPTIMIZER_SUBMODULES else qualified.removeprefix(OPTIMIZER_MODULE)
        return ("optimizer", name) if _is_class_name(name) else None
    return None


def _is_class_name(name: str) -> bool:
    return name.isidentifier() and name.lstrip("_")[:1].isupper() and name not in BASE_CLASSES
