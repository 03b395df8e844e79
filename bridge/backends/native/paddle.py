"""A native Paddle optimizer with torch's groups and torch's `step`, `zero_grad`, `state_dict`.

Follows https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
and https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.html.
"""

# ruff: noqa: SLF001 - Paddle keeps what is needed here in private attributes

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from bridge.backends import backend
from bridge.backends.native import loss_of, packed, restore_all
from bridge.backends.native.paddle_group import PaddleGroup, multiplier_of
from bridge.backends.native.paddle_names import NAMES, REFUSED
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from bridge.backends.native import NativeGroup


class PaddleOptimizer:
    """torch's surface over a `paddle.optimizer.Optimizer`."""

    def __init__(self, native: Any) -> None:
        self.native = native
        self.kind = _known_class(native)
        self._has_options = any(isinstance(group, dict) for group in native._param_groups)
        self._groups: list[PaddleGroup] = []
        # ParamAttr(learning_rate=...) on some of a plain list's parameters stays a factor.
        self.is_uniform = len({multiplier_of(param) for param in self._params()}) == 1
        self._check_multipliers()
        self._found = [
            (param, multiplier_of(param), getattr(param, "regularizer", None))
            for param in self._params()
        ]
        self._found_lr = native._learning_rate
        unset = PaddleGroup(self, {"params": []})
        self._defaults = {name: unset.read(name) for name in unset.names()}

    @property
    def groups(self) -> list[NativeGroup]:
        """The groups; what was added to the native optimizer since is there too."""
        if self._has_options:
            for options in self.native._param_groups[len(self._groups) :]:
                self._groups.append(PaddleGroup(self, options))
        elif not self._groups:
            self._groups.append(PaddleGroup(self, None))
        return cast("list[NativeGroup]", self._groups)

    @property
    def has_state(self) -> bool:
        """Whether a step was taken or a state was loaded."""
        return bool(self.native._accumulators or self.native._accumulators_holder)

    @property
    def is_multi_tensor(self) -> bool:
        """Whether Paddle updates all parameters in one call, on a list that it makes once."""
        return bool(self.native._use_multi_tensor)

    def defaults(self) -> dict[str, Any]:
        """Return what the optimizer was built with."""
        return dict(self._defaults)

    def enable_grad(self) -> AbstractContextManager[Any]:
        """Return `paddle.enable_grad()`."""
        return backend("paddle").enable_grad()

    def step(self, closure: Callable[[], Any] | None) -> Any:
        """Take one native step."""
        loss = loss_of(self, closure)
        if self.is_multi_tensor:
            self._check_frozen_list()
        self.native.step()
        return loss

    def zero_grad(self, *, set_to_none: bool) -> None:
        """Clear the gradients; Paddle's own default is to fill them with zeros."""
        self.native.clear_grad(set_to_zero=not set_to_none)

    def add_group(self, group: dict[str, Any]) -> None:
        """Add a group; Paddle can only where the optimizer was built from groups."""
        if not self._has_options or self.is_multi_tensor:
            raise UnsupportedError(
                f"paddle.optimizer.{self.kind} cannot add a group: it was built from a plain list "
                "of parameters, or with use_multi_tensor.\n"
                'Hint: build it with parameters=[{"params": [...]}], or use bridge.optim.'
            )
        options = {
            "params": group["params"],
            # Most classes read these two from every group, and not all of them fill them in.
            "weight_decay": self.native._default_dict.get("weight_decay"),
            "grad_clip": self.native._grad_clip,
        }
        added = PaddleGroup(self, options)
        values = {key: value for key, value in group.items() if key != "params"}
        for key, value in values.items():
            added.check_has(key, value)
        if "lr" in values or not self._is_scheduled:
            self.check_lr()
            values.setdefault("lr", self._defaults["lr"])
        self.native._add_param_group(options)
        self._groups.append(added)
        added.restore(values)

    def state_dict(self) -> dict[str, Any]:
        """Return Paddle's own dict, which has no hyperparameters, with `param_groups` added."""
        return {**self.native.state_dict(), "param_groups": packed(self.groups)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over such a dict, or one that Paddle's own `state_dict` returned."""
        own = dict(state_dict)
        groups = own.pop("param_groups", None)
        if groups is not None:
            # A native schedule has its own place in the state, and rules the lr.
            skipped = {"lr"} if self._is_scheduled else set()
            restore_all(self.groups, groups, skipped)
        self.native.set_state_dict(own)

    def restore_params(self) -> None:
        """Put back the learning rate and what the parameters carried when they were wrapped."""
        for param, multiplier, regularizer in self._found:
            if hasattr(param, "optimize_attr"):
                param.optimize_attr["learning_rate"] = multiplier
                param.regularizer = regularizer
        if not self._is_scheduled:
            self.native.set_lr(self._found_lr)

    def check_lr(self) -> None:
        """Refuse to write a learning rate where Paddle would not use it."""
        if self._is_scheduled:
            name = type(self.native._learning_rate).__name__
            raise UnsupportedError(
                f"the lr of this {self.kind} is set by its own paddle.optimizer.lr.{name}, "
                "so a group's lr cannot be written.\n"
                f"Hint: build the {self.kind} with a float learning_rate."
            )
        if self.kind == "Rprop":
            raise UnsupportedError(
                "paddle.optimizer.Rprop takes its step sizes from its constructor and ignores "
                "later learning rates.\nHint: use bridge.optim, or drive another optimizer."
            )

    def write_lr(self, group: PaddleGroup, value: float) -> None:
        """Set a group's absolute learning rate, exactly."""
        if len(self.groups) == 1:
            if self.is_uniform and group.multiplier != 1.0:
                group.multiplier = 1.0
            self.native.set_lr(value)
            return
        base = self.native.get_lr()
        if base != 1.0:
            rates = [other["lr"] for other in self._groups]
            self.native.set_lr(1.0)
            for other, rate in zip(self._groups, rates, strict=True):
                other.multiplier = rate
        group.multiplier = value

    @property
    def _is_scheduled(self) -> bool:
        return not isinstance(self.native._learning_rate, float)

    def _params(self) -> list[Any]:
        groups = self.native._param_groups
        return [p for group in groups for p in group["params"]] if self._has_options else groups

    def _check_multipliers(self) -> None:
        groups = self.native._param_groups if self._has_options else [{"params": self._params()}]
        for index, group in enumerate(groups):
            found = [multiplier_of(param) for param in group["params"]]
            if not all(isinstance(multiplier, (int, float)) for multiplier in found):
                raise UnsupportedError(
                    f"the learning_rate of group {index} must be a float to be driven, got "
                    f"{type(found[0]).__name__}.\nHint: give the group a float."
                )
            if self._has_options and len(set(found)) > 1:
                raise UnsupportedError(
                    f"the parameters of group {index} have different learning rates "
                    f"(optimize_attr): {sorted(set(found))}.\nHint: make a group of each."
                )

    def _check_frozen_list(self) -> None:
        for index, group in enumerate(self.groups):
            frozen = [p for lists in self.native._param_dict.values() for p in lists[index]]
            live = [p for p in group["params"] if not p.stop_gradient and p.grad is not None]
            if frozen and {id(p) for p in frozen} != {id(p) for p in live}:
                raise UnsupportedError(
                    "other parameters have gradients than at the first step, and "
                    "use_multi_tensor would give gradients to the wrong ones.\n"
                    f"Hint: build the {self.kind} with use_multi_tensor=False."
                )


def _known_class(native: Any) -> str:
    names = [cls.__name__ for cls in type(native).__mro__ if _is_paddles(cls)]
    if type(native).__name__ in REFUSED:
        raise UnsupportedError(REFUSED[type(native).__name__])
    if names[0] not in NAMES:
        raise UnsupportedError(
            f"bridge.wrap knows {', '.join(sorted(NAMES))} of Paddle's optimizers, got "
            f"{type(native).__name__}.\nHint: derive it from one of these, or use bridge.optim."
        )
    return names[0]


def _is_paddles(cls: type) -> bool:
    return cls.__module__.startswith("paddle.optimizer.")
