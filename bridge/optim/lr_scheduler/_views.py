"""An optimizer seen through one of its hyperparameters, so that any schedule can drive that one.

A view shows a group's `weight_decay`, `momentum` or `betas[0]` under the key `lr`, and
`initial_weight_decay` under `initial_lr`; all else it passes on. It may be limited to some groups.
https://pytorch.org/docs/2.13/generated/torch.optim.Optimizer.html names the groups' keys.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bridge.optim.lr_scheduler._optimizer import check_optimizer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bridge.optim.lr_scheduler._values import Group, Value

# The keys that schedules use beside `lr`, CyclicLR and OneCycleLR the last two.
OF_LR = {"initial_lr": "initial", "max_lr": "max", "min_lr": "min"}
ENTRY = re.compile(r"(\w+)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class GroupView(MutableMapping[str, Any]):
    """One group; `lr` stands for the hyperparameter."""

    group: Group
    name: str
    key: str
    index: int | None

    def __getitem__(self, key: str) -> Value:
        """Return the hyperparameter for `lr`, else what the group has."""
        if key != "lr":
            return self.group[self._own(key)]
        value = self.group[self.key]
        return value if self.index is None else value[self.index]

    def __setitem__(self, key: str, value: Value) -> None:
        """Write the hyperparameter for `lr`, else into the group."""
        if key != "lr":
            self.group[self._own(key)] = value
        elif self.index is None:
            self.group[self.key] = value
        else:
            entries = list(self.group[self.key])
            entries[self.index] = value
            self.group[self.key] = type(self.group[self.key])(entries)

    def __delitem__(self, key: str) -> None:
        """Delete a key of the group; the hyperparameter itself stays."""
        if key == "lr":
            raise KeyError(f"{self.name} cannot be taken out of a parameter group")
        del self.group[self._own(key)]

    def __contains__(self, key: object) -> bool:
        """Say whether the group has it."""
        return key == "lr" or (isinstance(key, str) and self._own(key) in self.group)

    def __iter__(self) -> Iterator[str]:
        """Name `lr` and what else the group has."""
        yield "lr"
        yield from (key for key in self.group if key != "lr")

    def __len__(self) -> int:
        """Count them."""
        return sum(1 for _ in self)

    def _own(self, key: str) -> str:
        return f"{OF_LR[key]}_{self.name}" if key in OF_LR else key


@dataclass(frozen=True, slots=True)
class View:
    """An optimizer as a schedule of one hyperparameter, or of some groups, sees it."""

    optimizer: Any
    name: str
    groups: tuple[int, ...] | None

    @property
    def param_groups(self) -> Sequence[Group]:
        """The groups that are driven; `lr` in them stands for the hyperparameter."""
        groups = self.optimizer.param_groups
        if self.groups is not None:
            groups = [groups[index] for index in self.groups]
        if self.name == "lr":
            return groups  # type: ignore[no-any-return]  # the optimizer's own, whatever it is
        key, index = _parsed(self.name)
        return [GroupView(group, self.name, key, index) for group in groups]

    def as_config(self) -> dict[str, Any]:
        """Return what `from_config` makes the same view of."""
        name = {} if self.name == "lr" else {"hyperparameter": self.name}
        return name | ({} if self.groups is None else {"groups": list(self.groups)})

    def __getattr__(self, name: str) -> Any:
        """Pass on what is the optimizer's: `step`, `defaults`, and so on."""
        if name.startswith("__") or name in self.__slots__:
            raise AttributeError(name)  # a copy in the making, which has no optimizer yet
        return getattr(self.optimizer, name)


def view_of(optimizer: Any, name: str, groups: Sequence[int] | None = None) -> View:
    """Check that the groups have the hyperparameter, and show them by it."""
    if isinstance(optimizer, View):
        raise TypeError(
            f"a view of {optimizer.name} has no hyperparameters of its own, asked for {name}.\n"
            "Hint: give the optimizer itself."
        )
    check_optimizer(optimizer)
    view = View(optimizer, name, None if groups is None else tuple(groups))
    key, index = _parsed(name)
    for place in range(len(optimizer.param_groups)) if view.groups is None else view.groups:
        if not 0 <= place < len(optimizer.param_groups):
            raise IndexError(
                f"groups must be places in param_groups, 0 to {len(optimizer.param_groups) - 1}, "
                f"got {place}."
            )
        group = optimizer.param_groups[place]
        if key not in group or (index is not None and index >= len(group[key])):
            known = ", ".join(key for key in group if key != "params")
            raise KeyError(f"param_groups[{place}] has no {name}; it has {known}.")
    return view


def _parsed(name: str) -> tuple[str, int | None]:
    match = ENTRY.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, None)
