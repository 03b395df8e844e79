"""What `plot` and `simulate` share: which schedules, for how many steps, of which groups."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bridge.cli import Failure, _complete
from bridge.errors import BridgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bridge.simulating import Simulation

LEFT = 3
_F = TypeVar("_F", bound="Callable[..., Any]")
# What a schedule raises for arguments that do not fit it, or on its way.
ERRORS = (TypeError, ValueError, LookupError, ArithmeticError, NotImplementedError, AttributeError)

FORMS = """\
Each SCHEDULE is a call as text, which is parsed and never run; a JSON or YAML file of what
`scheduler.to_config()` returns; or a training script, of whose schedules those are taken that
its source alone tells. Nothing is ever run."""


def options(function: _F) -> _F:
    """Add the arguments and options that say what to simulate."""
    for add in reversed(
        (
            click.argument(
                "schedules",
                nargs=-1,
                required=True,
                metavar="SCHEDULE...",
                shell_complete=_complete.schedules,
            ),
            click.option("-n", "--steps", type=int, help="How many; by default, to its end."),
            click.option(
                "--unit",
                type=click.Choice(("step", "epoch")),
                default="step",
                show_default=True,
                help="What one step of the schedule is.",
            ),
            click.option("--lr", type=float, default=0.1, show_default=True, help="Initial rate."),
            click.option(
                "--group",
                "groups",
                multiple=True,
                metavar="VALUES",
                help='A parameter group, as "lr=0.01, momentum=0.9"; once for each.',
            ),
            click.option(
                "--metrics",
                type=click.Path(path_type=Path),
                help="For ReduceLROnPlateau: a file of numbers, or a trace with its losses.",
            ),
            click.option(
                "--closed-form",
                is_flag=True,
                help="Evaluate formulas within 1e-12 where they are faster than exact steps.",
            ),
        )
    ):
        function = add(function)
    return function


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was simulated, under what the legend calls it; a line for each that was not, notes."""

    simulations: dict[str, Simulation]
    left: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    label: str
    text: str
    groups: Sequence[Mapping[str, Any]] | None
    is_of_script: bool = False


def simulated(
    schedules: Sequence[str],
    *,
    steps: int | None,
    lr: float,
    groups: Sequence[str],
    metrics: Path | None,
    closed_form: bool,
) -> Drawing:
    """Simulate each schedule, under its text or its file's name."""
    from bridge import simulate  # noqa: PLC0415 - --help needs no schedules
    from bridge._expression import parse_group  # noqa: PLC0415
    from bridge.cli._metrics import read_metrics  # noqa: PLC0415
    from bridge.simulating.milestones import length_of  # noqa: PLC0415
    from bridge.simulating.spec import schedule_of  # noqa: PLC0415
    from bridge.simulating.stepping import needs_metrics  # noqa: PLC0415

    losses = None if metrics is None else read_metrics(metrics)
    given = [parse_group(group) for group in groups] or None
    asked, left, notes = _asked(schedules, given)
    built: list[tuple[_Asked, Any]] = []
    for each in asked:
        with _reported(each.label):
            scheduler = schedule_of(each.text, {}, lr=lr, groups=each.groups).scheduler
        if each.is_of_script and losses is None and needs_metrics(scheduler):
            left += (f"{each.label} is not drawn: it needs --metrics FILE",)
        else:
            built.append((each, scheduler))
    if not built:
        raise Failure("\n".join((*notes, *left)))
    longest = max(length_of(scheduler) for _, scheduler in built)
    found: dict[str, Simulation] = {}
    for each, scheduler in built:
        # A cycle that has an end raises there, so its curve ends there. Of a script's schedules
        # one may count epochs and another one steps: each goes to its own end.
        own = length_of(scheduler) if each.is_of_script else longest
        most = min(own, getattr(scheduler, "total_steps", own))
        needed = losses if needs_metrics(scheduler) else None
        if needed is not None:
            most = len(needed) + 1
        with _reported(each.label):
            found[each.label] = simulate(
                each.text,
                most if steps is None else steps,
                lr=lr,
                groups=each.groups,
                metrics=needed,
                exact=not closed_form,
            )
    return Drawing(found, left, notes)


def end(drawing: Drawing) -> None:
    """Say what was left, and exit with the code for that."""
    for line in (*drawing.notes, *drawing.left):
        click.echo(line, err=True)
    click.get_current_context().exit(LEFT if drawing.left else 0)


def _asked(
    schedules: Sequence[str], groups: Sequence[Mapping[str, Any]] | None
) -> tuple[list[_Asked], tuple[str, ...], tuple[str, ...]]:
    asked: list[_Asked] = []
    left: list[str] = []
    notes: list[str] = []
    for text in schedules:
        path = Path(text)
        if path.suffix != ".py":
            asked.append(_Asked(text if "(" in text else path.name, text, groups))
            continue
        from bridge.cli._scripts import Found, schedules_of  # noqa: PLC0415 - needs libcst

        found, defaults = schedules_of(path)
        if defaults:
            notes.append(f"{path.name}: with its command line's defaults: {', '.join(defaults)}")
        for each in found:
            place = f"{path.name}:{each.line}"
            if isinstance(each, Found):
                label = f"{place} {each.text}"
                asked.append(_Asked(label, each.text, groups or each.groups, is_of_script=True))
            else:
                left.append(f"{place}: {each.name} is not drawn: {each.reason}")
    if not asked:
        raise Failure("\n".join(left) or f"no schedules in {', '.join(schedules)}")
    return asked, tuple(left), tuple(notes)


class _reported:  # noqa: N801 - a context manager, written as a verb
    """Turn what a schedule raises into one line that names it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, ERRORS) and not isinstance(error, BridgeError):
            message = error.args[0] if error.args else type(error).__name__
            hint = ".\nHint: look at its numbers." if isinstance(error, ArithmeticError) else ""
            raise Failure(f"{self.text}: {message}{hint}") from error
