"""torch.optim.Optimizer for the parameters of any framework.

https://docs.pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Any, ClassVar

from bridge.backends import backend, backend_name
from bridge.backends._protocol import Batch
from bridge.optim import _groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.backends._protocol import Backend, Group, State, Tensor


class Optimizer:
    """Base of the optimizers: torch's surface, with the formula or kernel of the parameters' framework.

    A subclass gives either `formula`, or a `step` of its own as with torch.
    """

    algorithm: ClassVar[str] = ""
    """Under what name the backends keep a kernel for the formula."""

    defaults: dict[str, Any]
    param_groups: list[Group]
    state: defaultdict[Tensor, State]

    def __init__(self, params: object, defaults: dict[str, Any]) -> None:
        groups = _groups.collect(params)
        xp = _groups.backend_of_groups(groups)
        if xp.adopt(self, groups, defaults):
            return
        self.defaults = defaults
        self.state = defaultdict(dict)
        self.param_groups = []
        for group in groups:
            self.add_param_group(group)

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        """Update one parameter and its state in place."""
        raise NotImplementedError

    def add_param_group(self, param_group: Group) -> None:
        """Add a group, as for layers that are unfrozen during training."""
        self.param_groups.append(_groups.complete(param_group, self.defaults, self.param_groups))

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients of all parameters, or fill them with zeros."""
        xp = self._backend
        for group in self.param_groups:
            for param in group["params"]:
                xp.clear_grad(param, set_to_none=set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient; return what `closure` returns, if given."""
        xp = self._backend
        loss = None
        if closure is not None:
            with xp.enable_grad():
                loss = closure()
        with xp.no_grad():
            for group in self.param_groups:
                self._update(xp, group)
        return loss

    def _update(self, xp: Backend, group: Group) -> None:
        is_maximizing = group.get("maximize", False)
        kernel = xp.kernels.get(self.algorithm)
        batch = Batch([], [], [])
        for param in group["params"]:
            grad = xp.grad(param)
            if grad is None:
                continue
            grad = -grad if is_maximizing else grad
            if kernel is not None and kernel.claims(group, xp.dtype(param)):
                batch.params.append(param)
                batch.grads.append(grad)
                batch.states.append(self.state[param])
            else:
                self.formula(xp, param, grad, self.state[param], group)
        if kernel is not None and batch.params:
            kernel.run(batch, group)

    @property
    def _backend(self) -> Backend:
        first = next(param for group in self.param_groups for param in group["params"])
        return backend(backend_name(first))

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for index, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {index}")
            lines.extend(f"    {key}: {group[key]}" for key in sorted(group) if key != "params")
        return "\n".join([*lines, ")"])
