"""An optimizer in the hands of a gradient scaler is ported like any other, where the scaler is."""

from __future__ import annotations

import pytest

from tests.rewriting import check_bridged, check_native, check_refused, check_rewritten, check_sound

HEAD = (
    "import torch\nfrom torch import nn, optim\nfrom torch.cuda.amp import GradScaler, autocast\n"
)
MADE = "opt = optim.SGD(net.parameters(), lr=0.1)\n"
STEPS = "scaler.unscale_(opt)\nscaler.step(opt)\nscaler.update()\n"
HELD = [
    ("a name", f"{MADE}scaler = GradScaler()\n{STEPS}"),
    ("what may be switched off", f"{MADE}scaler = GradScaler(enabled=args.amp)\n{STEPS}"),
    ("made by torch.amp", f"{MADE}scaler = torch.amp.GradScaler('cuda')\n{STEPS}"),
    ("a parameter", f"{MADE}def f(opt, scaler):\n    scaler.step(opt)\nf(opt, GradScaler())\n"),
    ("annotated", f"{MADE}def f(scaler: GradScaler):\n    scaler.step(opt)\n"),
    (
        "an attribute",
        """\
class T:
    def __init__(self, net: nn.Module):
        self.scaler = GradScaler()
        self.opt = optim.SGD(net.parameters(), lr=0.1)
    def step(self):
        self.scaler.step(self.opt)
""",
    ),
]
ESCAPES = [
    ("unknown", "scaler.step(opt)\n"),
    ("for the CPU", "scaler = torch.amp.GradScaler('cpu')\nscaler.step(opt)\n"),
    ("for any device", "scaler = torch.amp.GradScaler(device)\nscaler.step(opt)\n"),
    (
        "one of two",
        "scaler = GradScaler() if x else None\nscaler = mine(scaler)\nscaler.step(opt)\n",
    ),
    ("with more", "scaler = GradScaler()\nscaler.step(opt, closure)\n"),
]


@pytest.mark.parametrize(("_", "body"), HELD, ids=[name for name, _ in HELD])
def test_an_optimizer_that_a_scaler_steps_is_native(_: str, body: str) -> None:
    check_native(HEAD + body, "paddle", "PD101")


@pytest.mark.parametrize(("_", "body"), ESCAPES, ids=[name for name, _ in ESCAPES])
def test_an_optimizer_that_something_else_steps_is_not(_: str, body: str) -> None:
    check_bridged(HEAD + MADE + body, "paddle", "passed to `scaler.step`")


def test_a_scaler_that_stays_torchs_makes_no_optimizer_native() -> None:
    body = HEAD + MADE + "scaler = GradScaler()\n" + STEPS

    check_bridged(body, "paddle", "passed to `scaler.unscale_`", scope="optim")
    check_bridged(body, "oneflow", "passed to `scaler.unscale_`")


def test_paddles_scaler_steps_optimizers_of_bridge_too() -> None:
    listed = HEAD + MADE + "all = [opt]\nscaler = GradScaler()\nscaler.step(opt)\n"
    check_bridged(listed, "paddle", "put into a list")


def test_every_argument_has_its_new_name() -> None:
    check_rewritten(
        """\
import torch
from torch.amp import GradScaler, autocast
from torch.cuda import amp
one = amp.GradScaler(2.0**10, 3.0, 0.25, 100, True)
two = GradScaler("cuda", init_scale=8.0, enabled=flag)
three = GradScaler(device="cuda")
with amp.autocast(flag, torch.float16), autocast("cuda", enabled=flag):
    pass
""",
        """\
import paddle
from paddle.amp import GradScaler, autocast
from paddle import amp
one = amp.GradScaler(init_loss_scaling=2.0**10, incr_ratio=3.0, decr_ratio=0.25, \
incr_every_n_steps=100, enable=True)
two = GradScaler(init_loss_scaling=8.0, enable=flag)
three = GradScaler()
with amp.autocast(enabled=flag, dtype=paddle.float16, device_type="cuda"), \
autocast("cuda", enabled=flag):
    pass
""",
        "paddle",
    )
    check_rewritten(
        "from torch.cuda.amp import autocast\nwith autocast():\n    with autocast(flag): pass\n",
        """\
from oneflow.amp import autocast
with autocast(device_type="cuda"):
    with autocast(enabled=flag, device_type="cuda"): pass
""",
        "oneflow",
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("with torch.autocast('cpu'): pass", "`device_type='cpu'` is not known to be equal"),
        ("with torch.autocast(device): pass", "`device_type=device` is not known to be equal"),
        ("scale = GradScaler().get_scale()", "does not tell its scale"),
        ("GradScaler().set_growth_factor(2)", "`GradScaler.set_growth_factor` is in no table"),
        ("GradScaler().update(2.0)", "more arguments than the port knows"),
    ],
)
def test_what_is_not_equal_is_left(line: str, reason: str) -> None:
    check_refused(f"{HEAD}{line}\n", "paddle", 4, reason)


def test_what_was_not_run_is_said() -> None:
    text = "from torch.cuda.amp import GradScaler, autocast\nwith autocast(): s = GradScaler()\n"
    result = check_sound(text.encode(), "paddle")

    notes = [f.reason for f in result.findings if f.kind == "note"]
    assert len(notes) == 2
    assert all("on a GPU, which was not run" in note for note in notes)


def test_oneflows_scaler_is_left_with_what_to_do() -> None:
    found = check_refused(f"{HEAD}scaler = GradScaler()\n", "oneflow", 4, "only configures")

    assert found.hint == "take the scaler out, and train in float32"
