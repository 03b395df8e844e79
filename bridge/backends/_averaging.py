"""torch.optim.swa_utils' model and statistics, for the layers of another framework.

https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.AveragedModel.html
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bridge.backends._protocol import Backend, Tensor


@dataclass(frozen=True, slots=True)
class Layers:
    """How the models of a framework are read, and what its batch norms call things."""

    xp: Backend
    parameters: Callable[[Any], list[Tensor]]
    buffers: Callable[[Any], list[Tensor]]
    norms: Callable[[Any], list[Any]]
    mean: str
    variance: str
    momentum: str
    momentum_of_share: Callable[[float], float]
    """From the share that the next batch gets in the running statistics."""
    hook_before: Callable[[Any, Callable[[Any, Any], None]], Callable[[], object]]
    """Have a function called before a layer's forward; what it returns takes that back."""


class Averaging:
    """Torch's AveragedModel; a subclass is a layer of its framework too."""

    layers: ClassVar[Layers]
    n_averaged: Tensor

    def __init__(
        self,
        model: Any,
        device: Any = None,
        avg_fn: Callable[[Tensor, Tensor, int], Tensor] | None = None,
        multi_avg_fn: Callable[[list[Tensor], list[Tensor], int], None] | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self._count_averaged()
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Any) -> None:
        """Take the parameters of `model` into the average."""
        layers, count = self.layers, int(self.n_averaged)
        with layers.xp.no_grad():
            mine, theirs = layers.parameters(self.module), layers.parameters(model)
            my_buffers, their_buffers = layers.buffers(self.module), layers.buffers(model)
            if self.use_buffers:
                mine, theirs = mine + my_buffers, theirs + their_buffers
            else:
                self._copy(my_buffers, their_buffers)
            if count == 0:
                self._copy(mine, theirs)
            else:
                self._average(mine, theirs, count)
            layers.xp.assign(self.n_averaged, self.n_averaged + 1)

    def _count_averaged(self) -> None:
        raise NotImplementedError

    def _copy(self, mine: list[Tensor], theirs: list[Tensor]) -> None:
        xp = self.layers.xp
        for target, value in zip(mine, theirs, strict=True):
            xp.assign(target, xp.cast(value, target))

    def _average(self, mine: list[Tensor], theirs: list[Tensor], count: int) -> None:
        xp = self.layers.xp
        wide = [_widened(xp, each) for each in mine]
        near = [xp.cast(value, target) for target, value in zip(wide, theirs, strict=True)]
        if self.multi_avg_fn is None:
            average = self.avg_fn or equal_average
            self._copy(mine, [average(a, b, count) for a, b in zip(wide, near, strict=True)])
            return
        self.multi_avg_fn(wide, near, count)
        for target, value in zip(mine, wide, strict=True):
            if value is not target:
                xp.assign(target, xp.cast(value, target))


def _widened(xp: Backend, tensor: Tensor) -> Tensor:
    # Neither framework computes in float16 or bfloat16 on the CPU.
    return xp.to_float32(tensor) if str(tensor.dtype).endswith("float16") else tensor


def equal_average(averaged: Tensor, current: Tensor, num_averaged: Tensor | int) -> Tensor:
    return averaged + (current - averaged) / (num_averaged + 1)


def update_statistics(layers: Layers, loader: Iterable[Any], model: Any, device: Any) -> None:
    """Let the batch norms of `model` measure the loader's batches anew, each batch alike."""
    norms = layers.norms(model)
    if not norms:
        return
    momenta = [getattr(norm, layers.momentum) for norm in norms]
    was_training = model.training
    model.train()
    take_back = [layers.hook_before(norm, _equal_shares(layers)) for norm in norms]
    try:
        with layers.xp.no_grad():
            _reset(layers, norms)
            for batch in loader:
                entry = batch[0] if isinstance(batch, list | tuple) else batch
                model(entry if device is None else entry.to(device))
    finally:
        for norm, momentum, unhook in zip(norms, momenta, take_back, strict=True):
            unhook()
            setattr(norm, layers.momentum, momentum)
        if not was_training:
            model.eval()


def _reset(layers: Layers, norms: list[Any]) -> None:
    for norm in norms:
        mean, variance = getattr(norm, layers.mean), getattr(norm, layers.variance)
        layers.xp.assign(mean, mean * 0)
        layers.xp.assign(variance, variance * 0 + 1)


def _equal_shares(layers: Layers) -> Callable[[Any, Any], None]:
    calls = 0

    def give_share(norm: Any, _inputs: Any) -> None:
        nonlocal calls
        calls += 1
        setattr(norm, layers.momentum, layers.momentum_of_share(1 / calls))

    return give_share
