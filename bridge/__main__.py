"""`python -m bridge` is the command line `optbridge`."""

from __future__ import annotations

from bridge.cli import main

main(prog_name="optbridge")
