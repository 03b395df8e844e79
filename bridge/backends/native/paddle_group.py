"""One parameter group of a native Paddle optimizer, as torch's dict.

Paddle keeps a group's learning rate as a multiplier on each parameter (`optimize_attr`), and
multiplies it with the optimizer's own in float32, which rounds twice. So that a group's `lr` is
exact, one group is written through `set_lr` with multipliers 1, and several groups with the
optimizer's own rate at 1: from the first write on, `native.get_lr()` is then 1.0 and the
multipliers are the learning rates.

Follows paddle/optimizer/optimizer.py (`_create_param_lr`, `_add_param_group`) and
paddle/optimizer/momentum.py.
"""

# ruff: noqa: SLF001 - Paddle keeps what is needed here in private attributes

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from bridge.backends.native import NativeGroup, as_float, as_pair
from bridge.backends.native.paddle_bias import carry_over
from bridge.backends.native.paddle_names import (
    FIXED,
    FIXED_BETAS,
    LACKS,
    NAMES,
    WITHOUT_DECAY,
)
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from bridge.backends.native.paddle import PaddleOptimizer


class PaddleGroup(NativeGroup):
    """A group of a `paddle.optimizer.Optimizer`: `options` is Paddle's dict, None for a list."""

    def __init__(self, owner: PaddleOptimizer, options: dict[str, Any] | None) -> None:
        self.kind = f"paddle.optimizer.{owner.kind}"
        self.own = {}
        self.lacks = LACKS[owner.kind]
        self._owner = owner
        self._native = owner.native
        self._options = options
        self._keys = NAMES[owner.kind]
        self._fixed = FIXED.get(owner.kind, {})
        has_decay = owner.kind not in WITHOUT_DECAY and "weight_decay" not in self._keys
        self._names = (
            "lr",
            *self._keys,
            *(["weight_decay"] if has_decay else []),
            *self._fixed,
        )

    @property
    def params(self) -> list[Any]:
        """The Paddle tensors of the group."""
        params: list[Any] = (
            self._native._param_groups if self._options is None else self._options["params"]
        )
        return params

    def names(self) -> tuple[str, ...]:
        """The class's hyperparameters under torch's names."""
        return self._names

    def read(self, name: str) -> Any:
        """Ask Paddle."""
        if name == "lr":
            return self._native.get_lr() * self.multiplier
        if name in self._fixed:
            return getattr(self._native, self._fixed[name])
        if name not in self._keys:
            return self._read_decay()
        values = tuple(self._read_key(key) for key in self._keys[name])
        return values if len(values) > 1 else values[0]

    def prepare(self, name: str, value: Any) -> None:
        """Refuse what Paddle would ignore, or do otherwise than torch."""
        if name == "lr":
            self._owner.check_lr()
            as_float(self.kind, name, value)
            return
        current = self.read(name)
        if name == "betas":
            value = as_pair(name, value)
        why = self._why_not(name, current, value)
        if why and value != current:
            raise UnsupportedError(
                f"{self.kind} cannot change {name} from {current!r} to {value!r}: {why}.\n"
                "Hint: set it when you build the optimizer, or use bridge.optim."
            )
        if name == "betas" and value != current:
            group = {"params": self.params} if self._options is None else self._options
            carry_over(self._native, group, current, value)

    def write(self, name: str, value: Any) -> None:
        """Tell Paddle."""
        if name == "lr":
            self._owner.write_lr(self, as_float(self.kind, name, value))
        elif name in self._fixed:
            setattr(self._native, self._fixed[name], value)
        elif name not in self._keys:
            self._write_decay(value)
        elif name == "betas":
            self._write_keys(name, as_pair(name, value))
        else:
            is_flag = isinstance(self.read(name), bool)
            kept = bool(value) if is_flag else as_float(self.kind, name, value)
            self._write_keys(name, (kept,))

    @property
    def multiplier(self) -> float:
        """What Paddle multiplies its own learning rate with, for this group."""
        if self._options is None and not self._owner.is_uniform:
            return 1.0
        if self.params:
            return float(multiplier_of(self.params[0]))
        return float((self._options or {}).get("learning_rate", 1.0))

    @multiplier.setter
    def multiplier(self, value: float) -> None:
        if self._options is not None:
            self._options["learning_rate"] = value
        for param in self.params:
            if hasattr(param, "optimize_attr"):
                param.optimize_attr["learning_rate"] = value

    def _why_not(self, name: str, current: Any, value: Any) -> str:
        if name in self._fixed:
            return "Paddle fixes it for all groups when the optimizer is built"
        if not self._owner.has_state:
            return ""
        if name == "betas" and self._owner.kind in FIXED_BETAS:
            return "its bias correction would go on with the old ones"
        if name == "momentum" and 0 in (current, value):
            return "torch keeps the velocity as it is while momentum is 0, Paddle overwrites it"
        if name == "weight_decay" and self._owner.is_multi_tensor:
            return "use_multi_tensor has taken it over at the first step"
        return ""

    def _read_key(self, key: str) -> Any:
        if self._options is None:
            value = getattr(self._native, f"_{key}")
        else:
            value = self._options.get(key, self._native._default_dict.get(key))
        return value if isinstance(value, bool) else float(value)

    def _write_keys(self, name: str, values: tuple[Any, ...]) -> None:
        for key, value in zip(self._keys[name], values, strict=True):
            if self._options is None:
                setattr(self._native, f"_{key}", value)
            else:
                self._options[key] = value

    def _read_decay(self) -> Any:
        found = self._native.regularization
        if self._options is not None and self.params:
            found = self.params[0].regularizer or found
        if found is None and self._owner.kind == "Momentum":
            return float(self._read_key("regularization_coeff"))
        if found is None:
            return 0.0
        return found._coeff if isinstance(found, _l2_decay()) else found

    def _write_decay(self, value: Any) -> None:
        if value == self._read_decay():
            return
        coefficient = as_float(self.kind, "weight_decay", value)
        if self._options is not None:
            # A zero is written as a decay of 0: None would fall back to the optimizer's own.
            for param in self.params:
                param.regularizer = _l2_decay()(coefficient)
            return
        if any(getattr(param, "regularizer", None) is not None for param in self.params):
            raise UnsupportedError(
                f"{self.kind} cannot change weight_decay: parameters carry a regularizer of "
                "their own.\nHint: leave out ParamAttr(regularizer=...), or give Paddle groups."
            )
        if self._owner.kind == "Momentum":
            self._native._regularization_method = "l2_decay"
            self._native._regularization_coeff = coefficient
            self._native.regularization = None
        else:
            self._native.regularization = _l2_decay()(coefficient)


def multiplier_of(param: Any) -> Any:
    """Return what Paddle multiplies the learning rate of `param` with."""
    return (getattr(param, "optimize_attr", None) or {}).get("learning_rate", 1.0)


def _l2_decay() -> Any:
    return sys.modules["paddle"].regularizer.L2Decay
