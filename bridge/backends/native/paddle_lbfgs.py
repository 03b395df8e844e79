"""A native Paddle LBFGS with torch's surface: it keeps its options, and its state, by itself.

Paddle's base class knows nothing of them: `set_lr` has no effect, of several groups the last one is
stepped, a decay and a clip are ignored, and what `state_dict` returns nothing loads.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/LBFGS_en.html
"""

# ruff: noqa: SLF001 - Paddle keeps what is needed here in private attributes

from __future__ import annotations

from collections import defaultdict
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from bridge.backends import backend
from bridge.backends.native import NativeGroup, as_float, packed, restore_all
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

_KIND: Final = "paddle.optimizer.LBFGS"

# torch's name -> Paddle's attribute, which it reads anew at every step.
_ATTRIBUTES: Final[Mapping[str, str]] = {
    "lr": "learning_rate",
    "max_iter": "max_iter",
    "max_eval": "max_eval",
    "tolerance_grad": "tolerance_grad",
    "tolerance_change": "tolerance_change",
    "history_size": "history_size",
    "line_search_fn": "line_search_fn",
}


class PaddleLBFGSGroup(NativeGroup):
    """The one group of a `paddle.optimizer.LBFGS`."""

    kind = _KIND
    lacks: Mapping[str, object] = {"weight_decay": 0, "maximize": False}

    def __init__(self, native: Any) -> None:
        self.own = {}
        self._native = native

    @property
    def params(self) -> list[Any]:
        """The Paddle tensors of the group."""
        params: list[Any] = self._native._params
        return params

    def names(self) -> tuple[str, ...]:
        """The options under torch's names."""
        return tuple(_ATTRIBUTES)

    def read(self, name: str) -> Any:
        """Ask Paddle."""
        return getattr(self._native, _ATTRIBUTES[name])

    def prepare(self, name: str, value: Any) -> None:
        """Refuse what is no number; Paddle would find out in the middle of a step."""
        if name != "line_search_fn":
            as_float(self.kind, name, value)

    def write(self, name: str, value: Any) -> None:
        """Tell Paddle."""
        kept = as_float(self.kind, name, value) if name == "lr" else value
        setattr(self._native, _ATTRIBUTES[name], kept)


class PaddleLBFGS:
    """torch's surface over a `paddle.optimizer.LBFGS`."""

    def __init__(self, native: Any) -> None:
        self.native = native
        if len(_groups_of(native)) > 1:
            raise UnsupportedError(
                f"{_KIND} steps only the last of its groups.\n"
                "Hint: give it one list of parameters; torch's LBFGS takes no groups either."
            )
        if native.regularization is not None or native._grad_clip is not None:
            raise UnsupportedError(
                f"{_KIND} ignores weight_decay and grad_clip.\n"
                "Hint: leave them out, and add a decay to the loss or clip in the closure."
            )
        self._groups: list[NativeGroup] = [PaddleLBFGSGroup(native)]
        self._defaults = packed(self._groups)[0]

    @property
    def groups(self) -> list[NativeGroup]:
        """The one group."""
        return self._groups

    def defaults(self) -> dict[str, Any]:
        """Return what the optimizer was built with."""
        return dict(self._defaults)

    def enable_grad(self) -> AbstractContextManager[Any]:
        """Return `paddle.enable_grad()`."""
        return backend("paddle").enable_grad()

    def step(self, closure: Callable[[], Any] | None) -> Any:
        """Take a native step, which evaluates the closure several times."""
        if closure is None:
            raise TypeError("LBFGS.step() missing 1 required positional argument: 'closure'")
        return self.native.step(closure)

    def zero_grad(self, *, set_to_none: bool) -> None:
        """Clear the gradients; Paddle's own default is to fill them with zeros."""
        xp = backend("paddle")
        for param in self.native._params:
            xp.clear_grad(param, set_to_none=set_to_none)

    def add_group(self, group: dict[str, Any]) -> None:
        """Refuse: it has one."""
        del group
        raise UnsupportedError(f"{_KIND} has one group.\nHint: build it with all parameters.")

    def state_dict(self) -> dict[str, Any]:
        """Return Paddle's own dict with the options added."""
        return {**self.native.state_dict(), "param_groups": packed(self._groups)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over such a dict, or one that Paddle's own `state_dict` returned."""
        if "param_groups" in state_dict:
            restore_all(self._groups, state_dict["param_groups"], set())
        self.native.state = defaultdict(dict, deepcopy(state_dict["state"]))

    def restore_params(self) -> None:
        """Do nothing: it keeps nothing on parameters."""


def _groups_of(native: Any) -> list[Any]:
    groups: list[Any] = native._param_groups
    return groups if isinstance(groups[0], dict) else [groups]
