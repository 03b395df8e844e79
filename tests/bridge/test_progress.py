"""The bar of what takes long: on a terminal, and only there."""

from __future__ import annotations

import subprocess
import sys

from tests.bridge.terminal import on_a_terminal

SLOW = (
    "import time, bridge._progress as p\n"
    "p.SOON = 0.0\n"
    "for _ in p.tracked(range(3), 'training', total=3): time.sleep(0.2)\n"
)


def test_a_terminal_shows_what_is_done_and_the_time_left() -> None:
    shown = on_a_terminal("-c", SLOW)

    assert "training" in shown
    assert "33%" in shown
    assert "0:00:0" in shown


def test_a_pipe_shows_nothing() -> None:
    command = [sys.executable, "-c", SLOW]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stderr == ""


def test_a_command_shows_a_bar_and_a_program_of_the_user_s_does_not() -> None:
    code = (
        "import bridge._progress as p; p.SOON = 0.0; p.STRETCH = 10_000\n"
        "import bridge; bridge.simulate('CosineAnnealingLR(10)', 100_000)\n"
    )
    command = (
        "from bridge.cli import main\n"
        "main(['simulate', 'CosineAnnealingLR(10)', '-n', '100000', '-o', '/dev/null.csv'])"
    )

    assert on_a_terminal("-c", code) == ""
    assert "simulating" in on_a_terminal("-c", code.partition("import bridge;")[0] + command)


COLOUR = "\x1b[3"


def test_colours_are_for_terminals_that_want_them() -> None:
    plot = ("-m", "bridge", "plot", "StepLR(30)")

    assert COLOUR in on_a_terminal(*plot)
    assert COLOUR not in on_a_terminal(*plot, NO_COLOR="1")
