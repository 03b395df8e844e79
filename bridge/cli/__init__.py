"""The command line: a table of subcommands, each imported only when it is called.

Follows https://click.palletsprojects.com/en/stable/complex/#lazily-loading-subcommands.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, NamedTuple, cast

import click

from bridge import __version__
from bridge._progress import of_a_command
from bridge.errors import BridgeError

ERROR = 2
INTERRUPTED = 130  # what a shell reports for a program that Ctrl-C stopped


class Entry(NamedTuple):
    """Where a subcommand is, and its line in `optbridge --help`."""

    module: str
    function: str
    help: str


COMMANDS = {
    "port": Entry("bridge.cli.port", "port", "Rewrite PyTorch code for Paddle or OneFlow."),
    "verify": Entry("bridge.cli.verify", "verify", "Prove that a port trains as its original."),
    "plot": Entry("bridge.cli.plot", "plot", "Draw the values that a schedule will set."),
    "simulate": Entry(
        "bridge.cli.simulate", "simulate", "Print the values that a schedule will set."
    ),
    "trace": Entry("bridge.cli.trace", "trace", "Record the steps of a training script."),
    "compare": Entry("bridge.cli.compare", "compare", "Compare two traces step by step."),
    "doctor": Entry(
        "bridge.cli.doctor", "doctor", "Say which frameworks work here, and mend them."
    ),
    "rules": Entry("bridge.cli.rules", "rules", "List or explain the rules of a port."),
    "matrix": Entry("bridge.cli.matrix", "matrix", "Say how near each class comes to torch."),
}

EPILOG = """\b
Examples:
  optbridge port train.py --to paddle  show the port as a diff
  optbridge verify train.py --to paddle --report report.md
  optbridge plot "StepLR(30)"          a schedule, in the terminal
  optbridge trace -o a.jsonl -- python train.py
  optbridge compare a.jsonl b.jsonl    where two runs part
  optbridge doctor                     every framework that is installed
  optbridge matrix AdamW --to paddle   how near a class comes to torch

\b
Exit codes: 0 done, 1 would change (--check), 2 error, 3 refused or left.

\b
Shell completion (bash; also zsh_source, fish_source):
  eval "$(_OPTBRIDGE_COMPLETE=bash_source optbridge)"
"""


class Failure(click.ClickException):
    """What ends a command; click's own exit code, 1, would read as "would change"."""

    exit_code = ERROR


class LazyGroup(click.Group):
    """A group that imports a subcommand's module when, and only when, it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        return cast("click.Command", getattr(import_module(entry.module), entry.function))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        try:
            with of_a_command():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo(err=True)
            ctx.exit(INTERRUPTED)
        except (click.ClickException, BridgeError) as error:
            if isinstance(error, Failure) or getattr(error, "exit_code", None) == ERROR:
                raise
            raise Failure(str(error)) from error
        except MemoryError as error:
            raise Failure("there is not enough memory for that.") from error

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command; what stdout does not take is an error as any other, with its exit code."""
        try:
            return super().main(*args, **options)
        except OSError as error:
            if not options.get("standalone_mode", True):
                raise
            _forget_output()
            place = f" {error.filename}" if error.filename else ""
            Failure(f"cannot read or write{place}: {error.strerror}.").show()
            sys.exit(ERROR)


def _forget_output() -> None:
    # The interpreter's end would try again, and report that its own way.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.command(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__)
def main() -> None:
    """Run PyTorch optimizer and scheduler code on Paddle and OneFlow."""
