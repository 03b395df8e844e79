"""`bridge.wrap`: torch's `param_groups` over an optimizer that Paddle or OneFlow built.

Follows https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.html, and on the other
side https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
and https://oneflow.readthedocs.io/en/master/optim.html.
"""

from __future__ import annotations

import sys
from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from bridge.backends import typename
from bridge.backends.native.oneflow import OneFlowOptimizer
from bridge.backends.native.paddle import PaddleOptimizer
from bridge.backends.native.paddle_lbfgs import PaddleLBFGS
from bridge.optim import _groups
from bridge.optim._hooks import Hooked
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.backends.native import NativeGroup, NativeOptimizer


def _of_paddle(native: Any) -> NativeOptimizer:
    is_lbfgs = any(cls.__name__ == "LBFGS" for cls in type(native).__mro__)
    return PaddleLBFGS(native) if is_lbfgs else PaddleOptimizer(native)


# framework -> where its base class is, and what gives it torch's surface
_NATIVE: Mapping[str, tuple[str, Callable[[Any], NativeOptimizer]]] = {
    "paddle": ("optimizer", _of_paddle),
    "oneflow": ("optim", OneFlowOptimizer),
}
_WRAPPED: WeakValueDictionary[int, Wrapped] = WeakValueDictionary()


def wrap(optimizer: Any) -> Any:
    """Give a native Paddle or OneFlow optimizer torch's `param_groups` and methods.

    Any schedule of `bridge.optim.lr_scheduler`, and any class that writes `group["lr"]`, can then
    drive it. The native optimizer goes on doing the steps and stays usable by itself; wrapping it
    again returns the same object. Optimizers of torch and of `bridge.optim` have torch's groups
    already and are returned as they are.

    >>> import paddle
    >>> weight = paddle.create_parameter([2], "float32")
    >>> native = paddle.optimizer.Momentum(0.1, 0.9, parameters=[weight])
    >>> optimizer = wrap(native)
    >>> optimizer.param_groups[0]["lr"] = 0.05
    >>> native.get_lr()
    0.05
    """
    if isinstance(optimizer, (Wrapped, Optimizer)) or _is_of("torch", "optim", optimizer):
        return optimizer
    for framework, (module, adapt) in _NATIVE.items():
        if _is_of(framework, module, optimizer):
            known = _WRAPPED.get(id(optimizer))
            if known is None:
                known = _WRAPPED[id(optimizer)] = Wrapped(adapt(optimizer))
            return known
    raise TypeError(
        "wrap takes an optimizer of paddle.optimizer or oneflow.optim, "
        f"got {typename(optimizer)}.\n"
        "Hint: pass the optimizer that the framework built, not its class, model or parameters."
    )


class Wrapped(Hooked):
    """A native optimizer with torch's surface; `native` is the optimizer itself.

    What it does not define is the native optimizer's (`clear_grad`, `set_lr`, `clip_grad`, ...).

    On Paddle with several groups the learning rates are kept on the parameters
    (`optimize_attr`) from the first write on, and the optimizer's own rate is 1.0: `get_lr()`
    says 1.0, and `set_lr(x)` multiplies every group by x. `unwrap()` undoes that.

    `oneflow.nn.Graph` compiles an optimizer's numbers in: what is written here later has no effect
    there. Step eagerly.
    """

    def __init__(self, adapter: NativeOptimizer) -> None:
        self._adapter = adapter
        self._hooks = defaultdict(OrderedDict)
        self.native = adapter.native
        self.defaults = adapter.defaults()

    @property
    def param_groups(self) -> list[NativeGroup]:
        """The groups, live both ways: a write takes effect at the next native step."""
        return self._adapter.groups

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take a native step; return what `closure` returns, if given."""
        return self._adapter.step(closure)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients of all parameters, or fill them with zeros."""
        self._adapter.zero_grad(set_to_none=set_to_none)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group under torch's names, where the native class can."""
        self._adapter.add_group(
            _groups.complete(param_group, {}, [dict(g) for g in self.param_groups])
        )

    def state_dict(self) -> dict[str, Any]:
        """Return the native optimizer's own dict, with what the groups hold.

        Paddle's own dict has no hyperparameters: they are added under `param_groups`. OneFlow's
        has them; here they are copies, where OneFlow's would follow later changes.
        """
        self._call("before_save")
        return self._changed("after_save", self._adapter.state_dict())

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Load what `state_dict` returned, here or on a native optimizer."""
        self._adapter.load_state_dict(self._changed("before_load", dict(state_dict)))
        self._call("after_load")

    def unwrap(self) -> Any:
        """Return the native optimizer, its parameters as they were when it was wrapped.

        Paddle keeps learning rates on the parameters, where a later optimizer over the same
        parameters would find them: unwrap before you build one.
        """
        self._adapter.restore_params()
        _WRAPPED.pop(id(self.native), None)
        return self.native

    def __getattr__(self, name: str) -> Any:
        if name == "native":  # not set yet: a copy is being made
            raise AttributeError(name)
        return getattr(self.native, name)

    def __repr__(self) -> str:
        lines = [f"{type(self.native).__name__} ("]
        for index, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {index}")
            lines.extend(f"    {key}: {group[key]}" for key in sorted(group) if key != "params")
        return "\n".join([*lines, ")"])


def _is_of(framework: str, module: str, value: Any) -> bool:
    names = getattr(sys.modules.get(framework), module, None)
    base = getattr(names, "Optimizer", None)
    return base is not None and isinstance(value, base)
