"""The port under LibCST's own runner, for those who run all their codemods with it.

    python -m libcst.tool codemod --no-format -x codemods.command.PortCommand --to paddle train.py

https://libcst.readthedocs.io/en/latest/codemods_tutorial.html
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import libcst as cst
from libcst.codemod import CodemodCommand, SkipFile

from codemods.codes import split
from codemods.engine import port
from codemods.model import ORIGINS, SCOPES, STYLES, TARGETS, Options
from codemods.versions import release
from codemods.wishes.contradictions import contradiction

if TYPE_CHECKING:
    from libcst.codemod import CodemodContext

QUIET = frozenset({"ported", "native", "bridge"})
WRONG_USE = 2  # the exit code of `optbridge port`, and of argparse


class PortCommand(CodemodCommand):
    """Port one module; what was refused or left is given as a warning of the runner."""

    DESCRIPTION = "Port PyTorch training code to Paddle, OneFlow or bridge."

    def __init__(
        self,
        context: CodemodContext,
        to: str = "bridge",
        style: str = "auto",
        scope: str = "all",
        partial: bool = False,
        todo: bool = False,
        origin: str = "torch",
        version: str = "",
        select: tuple[str, ...] = (),
        ignore: tuple[str, ...] = (),
    ) -> None:
        super().__init__(context)
        self.options = Options(
            to,  # type: ignore[arg-type]  # argparse's choices
            style,  # type: ignore[arg-type]
            scope,  # type: ignore[arg-type]
            partial,
            origin,  # type: ignore[arg-type]
            todo=todo,
            version=version,
            select=select,
            ignore=ignore,
        )
        if (reason := contradiction(self.options)) is not None:
            # argparse checks one option at a time; the runner would show a traceback.
            sys.stderr.write(f"error: {reason}\n")
            raise SystemExit(WRONG_USE)

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """Add what `optbridge port` has under the same names."""
        arg_parser.add_argument("--to", required=True, choices=TARGETS, help="what to write")
        arg_parser.add_argument(
            "--from", dest="origin", default="torch", choices=ORIGINS, help="what it is written in"
        )
        arg_parser.add_argument(
            "--target-version", dest="version", default="", type=release, metavar="VERSION"
        )
        arg_parser.add_argument("--style", default="auto", choices=STYLES)
        arg_parser.add_argument("--scope", default="all", choices=SCOPES)
        arg_parser.add_argument("--partial", action="store_true", help="write what can be ported")
        arg_parser.add_argument("--todo", action="store_true", help="comment what is left")
        arg_parser.add_argument("--select", default=(), type=_codes, metavar="CODES")
        arg_parser.add_argument("--ignore", default=(), type=_codes, metavar="CODES")

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """Port a module.

        Raises:
            SkipFile: if the module could not be ported at all.
        """
        result = port(tree.bytes, Path(self.context.filename or "module"), self.options)
        for finding in result.findings:
            if finding.kind not in QUIET:
                self.warn(f"{finding.line}:{finding.column} {finding.code} {finding.reason}")
        if result.failed:
            raise SkipFile(result.findings[0].reason)
        return tree if not result.changed else cst.parse_module(result.after)


def _codes(text: str) -> tuple[str, ...]:
    try:
        return split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
