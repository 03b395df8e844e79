"""torch's `param_groups` over an optimizer that a framework built itself, for `bridge.wrap`.

A framework's file says which hyperparameters its classes have and how they are read and written;
everything that makes a group look like torch's dict is here. No file of this folder imports a
framework: an optimizer that exists has had its framework imported, so `sys.modules` is enough.

Follows https://docs.pytorch.org/docs/stable/optim.html#per-parameter-options.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


# OneFlow's own options that only some classes heed: name -> the value that every class means.
_ONEFLOWS: Mapping[str, object] = {"do_bias_correction": True}


class NativeGroup(MutableMapping[str, Any], ABC):
    """One parameter group of a native optimizer, as the dict that torch would have.

    The native optimizer stays the only place where a hyperparameter is kept: reading asks it,
    writing tells it. A user's own keys (`initial_lr`, `name`, ...) are kept in `own`.
    """

    kind: str
    own: MutableMapping[str, Any]
    # torch's names that this native class does not have, each with the value that means "off".
    lacks: Mapping[str, object] = {}
    # Keys among `own` that are the framework's business.
    hidden: frozenset[str] = frozenset()

    @property
    @abstractmethod
    def params(self) -> list[Any]:
        """The framework's own tensors."""

    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The hyperparameters of the native class, under torch's names, `lr` first."""

    @abstractmethod
    def read(self, name: str) -> Any:
        """Ask the native optimizer for a hyperparameter."""

    @abstractmethod
    def prepare(self, name: str, value: Any) -> None:
        """Refuse a write that the native optimizer would ignore or get wrong, or make it ready."""

    @abstractmethod
    def write(self, name: str, value: Any) -> None:
        """Tell the native optimizer a hyperparameter."""

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take over what `saved` holds, unchecked: the state that goes with it is loaded too."""
        names = self.names()
        for key, value in saved.items():
            if key in names:
                self.write(key, value)
            elif key != "params":
                self.own[key] = value

    def check_has(self, key: str, value: Any) -> None:
        """Refuse a hyperparameter of torch's that the native class does not have."""
        lacks = {} if key in self.names() else {**_ONEFLOWS, **self.lacks}
        if key in lacks and value != lacks[key]:
            raise UnsupportedError(
                f"{self.kind} has no {key!r}, so {key} = {value!r} would be ignored.\n"
                f"Hint: leave it at {lacks[key]!r}, or use bridge.optim, which has it."
            )

    def __getitem__(self, key: str) -> Any:
        if key == "params":
            return self.params
        if key in self.hidden:
            raise KeyError(key)
        return self.read(key) if key in self.names() else self.own[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if key == "params":
            raise UnsupportedError(
                f"the parameters of a group of {self.kind} cannot be replaced.\n"
                "Hint: add a group, or build a new optimizer."
            )
        if key in self.names():
            self.prepare(key, value)
            self.write(key, value)
        else:
            self.check_has(key, value)
            self.own[key] = value

    def __delitem__(self, key: str) -> None:
        if key == "params" or key in self.names():
            raise UnsupportedError(
                f"{key!r} belongs to {self.kind} and cannot be deleted.\n"
                "Hint: only keys that you added yourself can be."
            )
        del self.own[key]

    def __iter__(self) -> Iterator[str]:
        names = self.names()
        yield "params"
        yield from names
        yield from (key for key in self.own if key not in names and key not in self.hidden)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))


class NativeOptimizer(Protocol):
    """What `bridge.wrap` asks of a framework's native optimizer."""

    native: Any

    @property
    def groups(self) -> list[NativeGroup]:
        """The groups, one view each, the same list and views at every call."""

    def defaults(self) -> dict[str, Any]:
        """Return what the optimizer was built with, under torch's names."""

    def enable_grad(self) -> AbstractContextManager[Any]:
        """Return the framework's `enable_grad()`, in which a closure runs."""

    def step(self, closure: Callable[[], Any] | None) -> Any:
        """Take one native step; return what `closure` returns, if given."""

    def zero_grad(self, *, set_to_none: bool) -> None:
        """Clear the gradients as torch does."""

    def add_group(self, group: dict[str, Any]) -> None:
        """Add a group given under torch's names."""

    def state_dict(self) -> dict[str, Any]:
        """Return the native state with what the groups hold."""

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""

    def restore_params(self) -> None:
        """Undo what was written onto the user's parameters."""


def loss_of(optimizer: NativeOptimizer, closure: Callable[[], Any] | None) -> Any:
    """Evaluate a closure with gradients on, where there is one."""
    if closure is None:
        return None
    with optimizer.enable_grad():
        return closure()


def as_float(kind: str, name: str, value: Any) -> float:
    """Return `value` as a float, refusing what is no number."""
    if not (hasattr(value, "__float__") or hasattr(value, "__index__")):
        raise TypeError(
            f"{name} of {kind} must be a number, got {type(value).__name__}.\n"
            "Hint: write a float, or a tensor of one element."
        )
    return float(value)


def as_pair(name: str, value: Any) -> tuple[float, float]:
    """Return two numbers, refusing fewer or more."""
    if len(value) != 2:  # noqa: PLR2004
        raise ValueError(f"{name} must be a pair of numbers, got {value!r}.")
    return float(value[0]), float(value[1])


def packed(groups: list[NativeGroup]) -> list[dict[str, Any]]:
    """Return what the groups hold beside their tensors, as plain dicts."""
    return [{key: group[key] for key in group if key != "params"} for group in groups]


def restore_all(
    groups: list[NativeGroup], saved: list[Mapping[str, Any]], skipped: set[str]
) -> None:
    """Take over what `packed` returned; the state that goes with it must be loaded afterwards."""
    if len(groups) != len(saved):
        raise ValueError("loaded state dict has a different number of parameter groups")
    for group, values in zip(groups, saved, strict=True):
        group.restore({key: value for key, value in values.items() if key not in skipped})
