"""The state of small vectors that a formula steps as one, kept as one from step to step.

What stood together twice is kept together: each parameter's entry becomes a view of the joined
tensor, so that nothing is copied at the next step, and what is read or written through the entry
is the joined tensor's. As soon as an entry is another tensor, such as a loaded one, or another set
of parameters stands together, the entries are joined anew.
https://docs.pytorch.org/docs/stable/tensor_view.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import is_
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.backends._protocol import Backend, State, Tensor


@dataclass(frozen=True, slots=True)
class Joined:
    """What certain parameters, stepped as one, have kept: the joined tensors and their views."""

    ids: list[int]
    wholes: dict[str, Tensor] = field(default_factory=dict)
    views: dict[str, list[Tensor]] = field(default_factory=dict)

    def entry(self, xp: Backend, name: str, states: Sequence[State]) -> Tensor:
        """Return that entry of all states, end to end."""
        parts = [state[name] for state in states]
        if name in self.views and all(map(is_, parts, self.views[name])):
            return self.wholes[name]
        return xp.cat(parts)

    def keep(
        self, xp: Backend, name: str, whole: Tensor, states: Sequence[State], sizes: list[int]
    ) -> bool:
        """Make views of `whole` the entries of the states; False where tensors have no views."""
        if self.wholes.get(name) is whole:
            return True
        views = xp.views(whole, sizes)
        if views is None:
            return False
        self.wholes[name], self.views[name] = whole, views
        for state, view in zip(states, views, strict=True):
            state[name] = view
        return True


def joined_before(optimizer: Any, params: list[Tensor]) -> tuple[Joined, bool]:
    """Return what is kept of these parameters, and whether they stood together last time too."""
    # No part of what is pickled or copied: a copy's entries are tensors of their own.
    memory: dict[int, Joined] = optimizer.__dict__.setdefault("_joined", {})
    ids = list(map(id, params))
    last = memory.get(ids[0])
    if last is not None and last.ids == ids:
        return last, True
    joined = memory[ids[0]] = Joined(ids)
    return joined, False
