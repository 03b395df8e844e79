"""What `plot` and `simulate` share: which schedules, for how many steps, of which groups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bridge.cli import Failure
from bridge.errors import BridgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridge._simulate import Simulation

_F = TypeVar("_F", bound="Callable[..., Any]")
# What a schedule raises for arguments that do not fit it, or on its way.
ERRORS = (TypeError, ValueError, LookupError, ArithmeticError, NotImplementedError, AttributeError)

FORMS = """\
Each SCHEDULE is a call as text, which is parsed and never run, or a JSON or YAML file of what
`scheduler.to_config()` returns."""


def options(function: _F) -> _F:
    """Add the arguments and options that say what to simulate."""
    for add in reversed(
        (
            click.argument("schedules", nargs=-1, required=True, metavar="SCHEDULE..."),
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
                "--closed-form",
                is_flag=True,
                help="Evaluate formulas within 1e-12 where they are faster than exact steps.",
            ),
        )
    ):
        function = add(function)
    return function


def simulated(
    schedules: Sequence[str],
    *,
    steps: int | None,
    lr: float,
    groups: Sequence[str],
    closed_form: bool,
) -> dict[str, Simulation]:
    """Simulate each schedule, under its text or its file's name; all for as many steps."""
    from bridge import simulate  # noqa: PLC0415 - --help needs no schedules
    from bridge._expression import parse_group  # noqa: PLC0415
    from bridge._simulate_milestones import length_of  # noqa: PLC0415
    from bridge._simulate_spec import schedule_of  # noqa: PLC0415

    given = [parse_group(group) for group in groups] or None
    found: dict[str, Simulation] = {}
    built = []
    for text in schedules:
        with _reported(text):
            built.append(schedule_of(text, {}, lr=lr, groups=given).scheduler)
    longest = max(map(length_of, built))
    for text, scheduler in zip(schedules, built, strict=True):
        # A cycle that has an end raises there, so its curve ends there.
        most = min(longest, getattr(scheduler, "total_steps", longest))
        label = text if "(" in text else Path(text).name
        with _reported(text):
            found[label if label not in found else text] = simulate(
                text,
                most if steps is None else steps,
                lr=lr,
                groups=given,
                exact=not closed_form,
            )
    return found


class _reported:  # noqa: N801 - a context manager, written as a verb
    """Turn what a schedule raises into one line that names it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, ERRORS) and not isinstance(error, BridgeError):
            message = error.args[0] if error.args else type(error).__name__
            raise Failure(f"{self.text}: {message}") from error
