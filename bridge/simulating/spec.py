"""What `bridge.simulate` takes, made into a schedule on groups of plain numbers.

A schedule that exists is copied together with its groups, but without its parameters, so that
neither it nor its optimizer notices. Configurations are those of `scheduler.to_config()`.
"""

from __future__ import annotations

import json
import sys
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from bridge._expression import parse
from bridge.backends import typename
from bridge.errors import MissingExtraError, SimulationError
from bridge.optim import lr_scheduler
from bridge.optim.lr_scheduler._optimizer import watch_steps
from bridge.optim.lr_scheduler._views import View

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence

JSON = (".json",)
YAML = (".yaml", ".yml")
TORCHS = "torch.optim.lr_scheduler"
# What an optimizer has that most schedules drive; a group that names betas has no momentum.
USUAL = {"weight_decay": 0.0, "momentum": 0.9}


class PlainOptimizer:
    """Groups of numbers: all of an optimizer that a schedule asks for."""

    # torch's and bridge's schedulers look whether the optimizer has been stepped.
    _opt_called: ClassVar[bool] = True

    def __init__(self, groups: list[MutableMapping[str, Any]]) -> None:
        self.param_groups = groups
        self.defaults = dict(groups[0])

    def step(self) -> None:
        """Do nothing: there are no parameters."""

    step._wrapped_by_lr_sched = True  # type: ignore[attr-defined]  # noqa: SLF001 - as above


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule that may be stepped at will, and the groups that it writes into.

    Paddle's own have no groups: their learning rate is asked for.
    """

    scheduler: Any
    groups: Sequence[MutableMapping[str, Any]] | None


def schedule_of(
    spec: Any,
    arguments: Mapping[str, Any],
    *,
    lr: float,
    groups: Sequence[Mapping[str, Any]] | None,
) -> Schedule:
    if hasattr(spec, "step") and not isinstance(spec, type):
        if arguments or groups is not None:
            raise SimulationError(
                f"a scheduler that exists has its groups and arguments, "
                f"got {', '.join(['groups'] * (groups is not None) + [*arguments])}."
            )
        return copied(spec)
    optimizer = PlainOptimizer(_complete(lr, groups))
    return Schedule(_built(spec, optimizer, arguments), optimizer.param_groups)


def copied(scheduler: Any) -> Schedule:
    """Copy a live schedule onto groups of its own."""
    owner = getattr(scheduler, "optimizer", None)
    optimizer = owner.optimizer if isinstance(owner, View) else owner
    if optimizer is None:
        if not hasattr(scheduler, "last_lr"):
            raise SimulationError(
                f"a scheduler has an optimizer or a last_lr, got {typename(scheduler)}."
            )
        return Schedule(deepcopy(scheduler), None)
    # OneFlow's groups are no mappings, but have one.
    options = [getattr(group, "options", group) for group in optimizer.param_groups]
    groups: list[MutableMapping[str, Any]] = [
        {key: deepcopy(group[key]) for key in group if key != "params"} for group in options
    ]
    plain = PlainOptimizer(groups)
    plain.defaults = dict(getattr(optimizer, "defaults", plain.defaults))
    # The copy finds the plain optimizer wherever the schedule or a member has the real one.
    return Schedule(_as_ours(deepcopy(scheduler, {id(optimizer): plain}), plain), groups)


def _as_ours(scheduler: Any, optimizer: PlainOptimizer) -> Any:
    """Make a copy of torch's one of ours, which has the same state and steps in half of the time.

    Its attributes have torch's names, as what both save and load.
    """
    kind = type(scheduler)
    ours = getattr(lr_scheduler, kind.__name__, None)
    if kind.__module__ != TORCHS or ours is None or hasattr(scheduler, "best"):  # a plateau's
        return scheduler
    made = object.__new__(ours)
    vars(made).update(vars(scheduler), verbose=False, _step_watch=watch_steps(optimizer))
    if hasattr(made, "_schedulers"):
        made._schedulers = [_as_ours(each, optimizer) for each in made._schedulers]
    return made


def _complete(
    lr: float, groups: Sequence[Mapping[str, Any]] | None
) -> list[MutableMapping[str, Any]]:
    if groups is None:
        return [{"lr": lr, **USUAL}]
    usual = {"lr": lr, **USUAL}
    if any("betas" in group for group in groups):
        del usual["momentum"]
    return [usual | dict(group) for group in groups]


def _built(spec: Any, optimizer: PlainOptimizer, arguments: Mapping[str, Any]) -> Any:
    if callable(spec):
        return _ours(spec)(optimizer, **arguments)
    if arguments:
        raise SimulationError(f"only a class takes arguments, got {', '.join(arguments)}.")
    match spec:
        case dict():
            return lr_scheduler.from_config(spec, optimizer)
        case str() if "(" not in spec and not spec.endswith(JSON + YAML) and Path(spec).exists():
            raise SimulationError(
                f"{spec} is no configuration: those are {', '.join(JSON + YAML)} files."
            )
        case str() if "(" in spec or not spec.endswith(JSON + YAML):
            return parse(spec).build(optimizer)
        case str() | Path():
            return lr_scheduler.from_config(read_config(Path(spec)), optimizer)
        case _:
            raise SimulationError(
                f"a schedule is a scheduler, its class, a call as text, a configuration or its "
                f"file, got {typename(spec)}."
            )


def _ours(spec: Any) -> Any:
    """Return our class for torch's, which takes none but torch's optimizers."""
    torchs = getattr(getattr(sys.modules.get("torch"), "optim", None), "lr_scheduler", None)
    name = getattr(spec, "__name__", "")
    is_torchs = torchs is not None and getattr(torchs, name, None) is spec
    return getattr(lr_scheduler, name) if is_torchs else spec


def read_config(path: Path) -> dict[str, Any]:
    """Read a configuration from a JSON or YAML file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SimulationError(f"cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SimulationError(f"{path} is no text file: {error.reason}.") from error
    config = _yaml(path, text) if path.suffix in YAML else _json(path, text)
    if not isinstance(config, dict):
        raise SimulationError(
            f"{path} must hold one schedule, as `to_config` returns it, got a "
            f"{type(config).__name__}."
        )
    return config


def _json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise SimulationError(f"{path} is no JSON: {error}.") from error


def _yaml(path: Path, text: str) -> Any:
    try:
        yaml = import_module("yaml")
    except ImportError as error:
        raise MissingExtraError(
            f"{path} needs PyYAML to be read.\nHint: pip install 'optbridge[plot]'"
        ) from error
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SimulationError(f"{path} is no YAML: {error}.") from error
