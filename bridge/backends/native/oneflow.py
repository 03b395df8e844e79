"""A native OneFlow optimizer with torch's groups and torch's `zero_grad`, `defaults`, `state_dict`.

OneFlow's `ParamGroup` has torch's names and takes every write at the next step, but it is no
mapping: it lacks `get`, `keys`, iteration and `["params"]`, and its `repr` puts the tensors into
its own options. The views never call that `repr`, and hide what it may have left behind.

Follows oneflow/optim/optimizer.py and
https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.html.
"""

# ruff: noqa: SLF001 - OneFlow keeps what is needed here in private attributes

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from bridge.backends import backend
from bridge.backends.native import NativeGroup, as_float, as_pair, loss_of
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

# torch's hyperparameters that a class has no counterpart for: name -> the value that means "off".
LACKS: Final[Mapping[str, Mapping[str, object]]] = {
    "Adadelta": {},
    "Adagrad": {"maximize": False},
    "Adam": {"maximize": False, "decoupled_weight_decay": False},
    "AdamW": {"maximize": False},
    "LAMB": {"maximize": False},
    "RMSprop": {"maximize": False, "momentum": 0},
    "SGD": {},
}

# Writes of one value that OneFlow takes and gets wrong.
WRONG: Final[Mapping[str, tuple[object, str]]] = {
    "maximize": (True, "OneFlow ignores it, or maximizes the weight decay too"),
    "do_bias_correction": (False, "the correction of the last step would stay in force"),
}

# Their state is made in the constructor only, so a later group would have none.
WITHOUT_LATER_GROUPS: Final = frozenset({"Adadelta", "Adagrad"})

# Scratch values of a step, and what the native repr leaves in the options.
HIDDEN: Final = frozenset({"bias_correction1", "bias_correction2", "params"})

_CLIP_KEYS = ("clip_grad_max_norm", "clip_grad_norm_type")


class OneFlowGroup(NativeGroup):
    """A `ParamGroup`; the user's own keys go where OneFlow's schedulers look for them too."""

    hidden = HIDDEN

    def __init__(self, kind: str, group: Any, names: tuple[str, ...]) -> None:
        self.kind = f"oneflow.optim.{kind}"
        self.lacks = LACKS[kind]
        self._group = group
        self._names = names

    @property
    def own(self) -> dict[str, Any]:  # type: ignore[override] # loading a state replaces the dict
        """The options, as they are now."""
        options: dict[str, Any] = self._group.options
        return options

    @property
    def params(self) -> list[Any]:
        """The OneFlow tensors of the group."""
        params: list[Any] = self._group.parameters
        return params

    def names(self) -> tuple[str, ...]:
        """The class's hyperparameters; OneFlow has torch's names."""
        return self._names

    def read(self, name: str) -> Any:
        """Ask OneFlow."""
        return self._group[name]

    def prepare(self, name: str, value: Any) -> None:
        """Refuse what OneFlow would ignore, or do otherwise than torch."""
        wrong, why = WRONG.get(name, (None, ""))
        if why and value == wrong and self.read(name) != wrong:
            raise UnsupportedError(
                f"{self.kind} cannot change {name} to {value!r}: {why}.\nHint: use bridge.optim."
            )

    def write(self, name: str, value: Any) -> None:
        """Tell OneFlow."""
        if name == "betas":
            value = as_pair(name, value)
        elif isinstance(self.read(name), bool):
            value = bool(value)
        else:
            value = as_float(self.kind, name, value)
        self._group[name] = value

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        if key in _CLIP_KEYS:
            # OneFlow looks at the two keys in the constructor only.
            self._group._enable_clip_grad = all(name in self.own for name in _CLIP_KEYS)


class OneFlowOptimizer:
    """torch's surface over a `oneflow.optim.Optimizer`."""

    def __init__(self, native: Any) -> None:
        self.native = native
        self.kind = _known_class(native)
        self._defaults = {k: v for k, v in native._default_options.items() if k not in HIDDEN}
        self._groups: list[NativeGroup] = []

    @property
    def groups(self) -> list[NativeGroup]:
        """The groups; what was added to the native optimizer since is there too."""
        for group in self.native.param_groups[len(self._groups) :]:
            self._groups.append(OneFlowGroup(self.kind, group, tuple(self._defaults)))
        return self._groups

    def defaults(self) -> dict[str, Any]:
        """Return what the optimizer was built with."""
        return dict(self._defaults)

    def enable_grad(self) -> AbstractContextManager[Any]:
        """Return `oneflow.enable_grad()`."""
        return backend("oneflow").enable_grad()

    def step(self, closure: Callable[[], Any] | None) -> Any:
        """Take one native step."""
        loss = loss_of(self, closure)
        self.native.step()
        return loss

    def zero_grad(self, *, set_to_none: bool) -> None:
        """Clear the gradients; OneFlow's own default is to fill them with zeros."""
        self.native.zero_grad(set_to_none=set_to_none)

    def add_group(self, group: dict[str, Any]) -> None:
        """Add a group."""
        if self.kind in WITHOUT_LATER_GROUPS:
            raise UnsupportedError(
                f"oneflow.optim.{self.kind} cannot step a group that was added later.\n"
                "Hint: give all groups to the constructor, or use bridge.optim."
            )
        for key, value in group.items():
            if key != "params":
                self.groups[0].check_has(key, value)
        self.native.add_param_group(group)

    def state_dict(self) -> dict[str, Any]:
        """Return OneFlow's own dict, with options that do not follow later changes."""
        state: dict[str, Any] = self.native.state_dict()
        groups = [
            {**group, "_options": _without_tensors(group["_options"])}
            for group in state["param_groups"]
        ]
        return {**state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over such a dict, or one that OneFlow's own `state_dict` returned."""
        groups = [
            {**group, "_options": _without_tensors(group["_options"])}
            for group in state_dict["param_groups"]
        ]
        self.native.load_state_dict({**state_dict, "param_groups": groups})

    def restore_params(self) -> None:
        """Do nothing: OneFlow keeps no hyperparameters on parameters."""


def _without_tensors(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: deepcopy(value) for key, value in options.items() if key != "params"}


def _known_class(native: Any) -> str:
    names = [cls.__name__ for cls in type(native).__mro__ if _is_oneflows(cls)]
    if names[0] not in LACKS:
        raise UnsupportedError(
            f"bridge.wrap knows {', '.join(sorted(LACKS))} of OneFlow's optimizers, got "
            f"{type(native).__name__}.\nHint: derive it from one of these, or use bridge.optim."
        )
    return names[0]


def _is_oneflows(cls: type) -> bool:
    return cls.__module__.startswith(("oneflow.nn.optimizer.", "oneflow.optim."))
