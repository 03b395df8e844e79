"""Port the example scripts, train originals and ports on the same data, compare step by step.

    python tools/demo.py --backends paddle,oneflow

Exit code 0 only if every port keeps every comment, and its learning rates and losses agree with
the original's. What it writes is in `demo-out/`: the ports, the logs and the plot.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.syntax import Syntax

from bridge.errors import BridgeError
from environments import ROOT, SetUpError
from side_by_side.plot import plot_learning_rates
from side_by_side.ports import EXAMPLES, Ported, PortError, port_examples, show_port
from side_by_side.runs import PYTHON
from side_by_side.table import results_table
from side_by_side.training import Outcome, train_all, trainings

TARGETS = ("paddle", "oneflow")
SHOWN = "range_test.py"


def main() -> int:
    """Run the demo; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--backends", default=",".join(TARGETS), help="targets, by comma")
    parser.add_argument("--out", type=Path, default=ROOT / "demo-out")
    options = parser.parse_args()
    targets = [name for name in options.backends.split(",") if name != "torch"]
    # Narrower, the table would break its numbers; a pipe has no width of its own.
    console = Console(width=None if sys.stdout.isatty() else 120)
    try:
        _check(targets)
        ports = _port(targets, options.out, console)
        outcomes = _train(ports, options.out, console)
    except (PortError, BridgeError, SetUpError) as error:
        _say(console, f"demo: {error}")
        return 1
    return conclude(outcomes, options.out, console)


def _check(targets: list[str]) -> None:
    if not targets or not set(targets) <= set(TARGETS):
        raise SetUpError(f"--backends takes {' and '.join(TARGETS)}, got {','.join(targets)}")
    for framework in ("torch", *targets):
        if not PYTHON[framework].exists():
            raise SetUpError(
                f"{framework} needs {PYTHON[framework].parents[1]}, which is not there.\n"
                f"Hint: `make demo` makes it; `make demo BACKENDS=paddle` does without OneFlow."
            )


def _port(targets: list[str], out: Path, console: Console) -> list[Ported]:
    console.rule(f"One of the ports: {SHOWN} to {targets[0]}")
    diff, report = show_port(SHOWN, targets[0])
    console.print(Syntax(diff, "diff", background_color="default", word_wrap=True))
    console.print(report, markup=False, highlight=False, soft_wrap=True)
    ports = [port_examples(target, out) for target in targets]
    for port in ports:
        console.print(f"{len(port.verdicts)} scripts ported to {port.target}, no comment lost")
    return ports


def _train(ports: list[Ported], out: Path, console: Console) -> list[Outcome]:
    console.rule("Training originals and ports")
    if not console.is_terminal:
        return train_all(ports, out, lambda name: console.print(name, highlight=False))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("starting", total=trainings(ports))
        return train_all(
            ports,
            out,
            lambda name: progress.update(task, advance=1, description=name),
        )


def conclude(outcomes: list[Outcome], out: Path, console: Console) -> int:
    """Show the table, write the plot, and return 1 if a port does not agree."""
    console.print(results_table(outcomes))
    picture = out / "lr_curves.png"
    plot_learning_rates(outcomes, picture)
    console.print(f"Learning rate curves: {picture}", highlight=False)
    found = [
        f"{outcome.run.title} on {port.target}: {objection}"
        for outcome in outcomes
        for port in outcome.ports
        for objection in port.objections
    ]
    for line in found:
        _say(console, f"does not agree: {line}")
    if not found:
        scripts = len({outcome.run.script for outcome in outcomes})
        console.print(
            f"{scripts} scripts of {EXAMPLES.relative_to(ROOT)}/ agree with their ports on "
            f"{' and '.join(port.target for port in outcomes[0].ports)}."
        )
    return 1 if found else 0


def _say(console: Console, line: str) -> None:
    console.print(line, style="bold", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    raise SystemExit(main())
