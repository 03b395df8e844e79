"""Real classes of torch over the optimizers and schedules of other frameworks, for `as_torch`.

torch's schedulers read and write `param_groups`, and only check the optimizer's class; so they need
no tensor of torch. Follows https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.html
and https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

if TYPE_CHECKING:
    from collections.abc import Callable


class OptimizerFacade(Optimizer):  # type: ignore[misc] # torch is not there for the type checker
    """A torch optimizer whose groups, steps and state are `source`'s."""

    def __init__(self, source: Any) -> None:
        self.source = source
        # torch's constructor takes torch's tensors only; this is how it sets up an unpickled one.
        self.__setstate__({"defaults": dict(source.defaults)})
        source.register_step_post_hook(self._note_step)

    @property
    def param_groups(self) -> list[Any]:
        """The source's own groups; loading a state may make new ones."""
        groups: list[Any] = self.source.param_groups
        return groups

    @property
    def state(self) -> Any:
        """The source's state, where it shows it by parameter."""
        return getattr(self.source, "state", {})

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Step the source."""
        return self.source.step() if closure is None else self.source.step(closure)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Clear the source's gradients."""
        self.source.zero_grad(set_to_none)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group of the source's framework."""
        self.source.add_param_group(param_group)

    def state_dict(self) -> dict[str, Any]:
        """Return the source's state."""
        state: dict[str, Any] = self.source.state_dict()
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load it into the source."""
        self.source.load_state_dict(state_dict)

    def _note_step(self, *_: Any) -> None:
        # What torch's schedulers ask before they warn of the wrong order of the two steps; the
        # source may be stepped without passing through here.
        self._opt_called = True


class SchedulerFacade(LRScheduler):  # type: ignore[misc] # torch is not there for the type checker
    """A torch scheduler that passes everything on to `source`, a schedule of bridge."""

    def __init__(self, source: Any, optimizer: Optimizer) -> None:
        self.source = source
        self.optimizer = optimizer

    def step(self, *args: Any, **kwargs: Any) -> None:
        """Step the source."""
        self.source.step(*args, **kwargs)

    def get_lr(self) -> list[Any]:
        """Compute the source's next learning rates."""
        values: list[Any] = self.source.get_lr()
        return values

    def get_last_lr(self) -> list[Any]:
        """Return the source's last learning rates."""
        values: list[Any] = self.source.get_last_lr()
        return values

    def state_dict(self) -> dict[str, Any]:
        """Return the source's state."""
        state: dict[str, Any] = self.source.state_dict()
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load it into the source."""
        self.source.load_state_dict(state_dict)

    def __getattr__(self, name: str) -> Any:
        if name == "source":  # not set yet: a copy is being made
            raise AttributeError(name)
        return getattr(self.source, name)


class PlateauFacade(SchedulerFacade, ReduceLROnPlateau):  # type: ignore[misc] # as above
    """The same for what asks whether a scheduler's `step` takes a metric."""
