"""The port on 2,000 files of published packages, beside PaConvert on the same files.

    python benchmarks/corpus FOLDER [--files N] [--jobs N]

Downloads about 100 MB of source distributions into FOLDER, and PaConvert into an environment of
its own there; a second run takes what is there. Seconds are CPU time of one process. The first
rows of each table say what a converter must never do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from measure import SECOND_PORT, command_line, ours, readable, theirs
from packages import fetch, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from measure import Outcome

    from codemods.model import Scope, Target

RUNS: list[tuple[Target, Scope]] = [
    ("paddle", "all"),
    ("paddle", "optim"),
    ("oneflow", "all"),
    ("oneflow", "optim"),
]


def _checks(outcomes: list[Outcome], name: str) -> int:
    return sum(getattr(o.check, name) for o in outcomes if o.check is not None)


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({100 * part / whole:.1f} %)" if whole else "0"


def _failed(outcomes: list[Outcome]) -> str:
    return f"{sum(o.problem not in ('', SECOND_PORT) for o in outcomes):,}"


def _second(outcomes: list[Outcome]) -> str:
    is_ours = any(o.counts for o in outcomes)
    return f"{sum(o.problem == SECOND_PORT for o in outcomes):,}" if is_ours else ""


def _parsing(outcomes: list[Outcome]) -> str:
    return _share(_checks(outcomes, "parses"), len(outcomes))


def _sites(outcomes: list[Outcome]) -> str:
    counts = [sum(o.counts[kind] for o in outcomes) for kind in ("native", "bridge", "refused")]
    return " / ".join(f"{n:,}" for n in counts) if any(counts) else ""


def _seconds(outcomes: list[Outcome]) -> float:
    return sum(o.seconds for o in outcomes)


ROWS: dict[str, Callable[[list[Outcome]], str]] = {
    "files that it fails on": _failed,
    "outputs that parse": _parsing,
    "comments kept": lambda o: _share(_checks(o, "kept"), _checks(o, "comments")),
    "tokens changed without reason": lambda o: _share(
        _checks(o, "changed"), _checks(o, "unrelated")
    ),
    "outputs that a second run changes": _second,
    "files changed": lambda o: f"{sum(f.is_changed for f in o):,}",
    "optimizers and schedulers native / bridge / refused": _sites,
    "files/s": lambda o: f"{len(o) / _seconds(o):,.1f}",
    "lines/s": lambda o: f"{sum(f.lines for f in o) / _seconds(o):,.0f}",
}


def table(columns: dict[str, list[Outcome]]) -> None:
    """Print one column for each run."""
    click.echo("| | " + " | ".join(columns) + " |")
    click.echo("|---" * (len(columns) + 1) + "|")
    for name, cell in ROWS.items():
        click.echo(f"| {name} | " + " | ".join(map(cell, columns.values())) + " |")


def report(columns: dict[str, list[Outcome]]) -> None:
    """Name each file that something went wrong with, ours only: the others' are too many."""
    for run, outcomes in columns.items():
        for o in outcomes:
            bad = o.check and (
                not o.check.parses or o.check.kept < o.check.comments or o.check.changed
            )
            if o.problem or bad:
                click.echo(f"{run}: {o.path}: {o.problem} {o.check or ''}", err=True)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--files", "count", default=2000, show_default=True, help="How many to sample.")
@click.option("--jobs", default=2, show_default=True, help="Processes of the checks.")
def main(folder: Path, count: int, jobs: int) -> None:
    """Measure the port and PaConvert on a corpus that is kept in FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    files = sample(readable(fetch(folder)), count)
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    click.echo(f"{len(files):,} files, {lines:,} lines\n")
    columns = {f"to {t}, scope {s}": ours(files, t, s, jobs) for t, s in RUNS}
    report(columns)
    table({"PaConvert 3.3.1": theirs(files, folder, jobs), **columns})
    click.echo("\n| `optbridge port --jobs 2`, start to end | seconds |\n|---|---|")
    for target, scope in RUNS:
        seconds = command_line(files, folder, target, scope)
        click.echo(f"| to {target}, scope {scope} | {seconds:.1f} |")


if __name__ == "__main__":
    main()
