"""Paddle's MultiplicativeDecay calls its function again for every earlier step."""

from __future__ import annotations

import pytest

from tests.codemods.test_traps import HEAD, OPT
from tests.rewriting import check_bridged, check_native

OF_THE_STEP_ALONE = [
    ("", "lambda step: 0.9"),
    ("import math\n", "lambda step: math.cos(math.pi / 4) if step % 2 else 1.0"),
    ("import numpy as np\n", "lambda step: max(np.exp(-step), 0.5)"),
    ("rate = 0.9\n", "lambda step: rate"),
    ("", "lambda step, rates=(0.9, 0.8): rates[step % 2]"),
    ("def f(step: int) -> float:\n    half = step / 2\n    return 1 / (1 + half)\n", "f"),
]
OF_MORE = [
    ("", "lambda step: 0.9 if opt.param_groups[0]['lr'] > 0.01 else 1.0"),
    ("rate = 0.9\nrate = 0.8\n", "lambda step: rate"),
    ("rates = [0.9]\nrates[0] = 0.8\n", "lambda step: rates[0]"),
    ("", "lambda step: args.rate"),
    ("from mine import rate\n", "lambda step: rate"),
    ("def f(step):\n    return g.rate\n", "f"),
    ("import numpy as np\n", "lambda step: np.random.rand()"),
    ("", "lambda step, seen=[]: seen.append(step) or 0.9"),
]


@pytest.mark.parametrize(("before", "function"), OF_THE_STEP_ALONE)
def test_a_function_of_the_step_alone_is_native(before: str, function: str) -> None:
    made = f"{before}{OPT}s = sched.MultiplicativeLR(opt, {function})\n"

    check_native(HEAD + made, "paddle", "PD101", "PD209")


@pytest.mark.parametrize(("before", "function"), OF_MORE)
def test_a_function_of_more_goes_to_bridge(before: str, function: str) -> None:
    made = f"{before}{OPT}s = sched.MultiplicativeLR(opt, {function})\n"

    check_bridged(HEAD + made, "paddle", "for every earlier step again")
