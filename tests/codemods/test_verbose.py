"""`verbose` of schedulers, and optimizers' arguments without effect: never a reason to refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.signatures import signature
from tests.codemods.execution import largest_differences, run
from tests.codemods.execution_cases import EPOCHS, HEAD, SCHEDULED
from tests.frameworks import Framework
from tests.rewriting import check_native, check_sound

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.model import Target

TARGETS: dict[str, Target] = {"torch": "bridge", "paddle": "paddle", "oneflow": "oneflow"}
MADE = "optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)\n"
WARM_UP = """SequentialLR(optimizer, [
    lr_scheduler.LinearLR(optimizer, 0.1, total_iters=9),
    lr_scheduler.ExponentialLR(optimizer, 0.97),
], [9], -1"""
# By name and by position, as torch took it until 2.6; the others are what torch 2.13 takes.
CALLS = (
    ("StepLR(optimizer, 7, 0.5", ", verbose=True"),
    ("StepLR(optimizer, 7, 0.5, -1", ", True"),
    ("LambdaLR(optimizer, lambda step: 0.9**step, -1", ", True"),
    ("CosineAnnealingWarmRestarts(optimizer, 10, 2, 0, -1", ", True"),
    ("PolynomialLR(optimizer, 50", ", verbose=True"),
    ("ReduceLROnPlateau(optimizer, 'min', 0.1, 10, 1e-4, 'rel', 0, 0, 1e-8", ", True"),
    ("OneCycleLR(optimizer, 0.2, total_steps=200", ", verbose=True"),
    (WARM_UP, ", True"),
)


@pytest.mark.parametrize("style", ["auto", "bridge"])
@pytest.mark.parametrize(("call", "verbose"), CALLS)
def test_a_verbose_schedule_trains_as_the_silent_one_does(
    xp: Framework, call: str, verbose: str, style: str, tmp_path: Path
) -> None:
    loop = EPOCHS + ("    scheduler.step(METRICS[step])\n" if "Plateau" in call else SCHEDULED)
    text = f"{HEAD}{MADE}scheduler = lr_scheduler.{call}{{}})\n{loop}"
    before = text.format(verbose)
    result = check_sound(before.encode(), TARGETS[xp.name], style=style)
    theirs = run(Framework("torch"), [text.format("")], tmp_path / "torch")
    ours = run(xp, [result.after.decode()], tmp_path / "port")

    assert max(largest_differences(ours, theirs)) <= 1e-5
    assert b"verbose=True" in result.after
    assert any(
        "`verbose` prints" in f.reason or "`verbose` prints" in f.what for f in result.findings
    )


@pytest.mark.parametrize("to", ["paddle", "oneflow"])
def test_verbose_false_needs_no_note(to: Target) -> None:
    call = "lr_scheduler.StepLR(optimizer, 7, verbose=False)"
    result = check_sound(f"{HEAD}{MADE}s = {call}\n".encode(), to)

    assert not result.counts["note"]


def test_old_torch_s_place_of_verbose_is_known() -> None:
    step = signature("torch.optim.lr_scheduler.StepLR")
    adam = signature("torch.optim.Adam")

    assert step is not None
    assert adam is not None
    assert list(step.parameters)[3:5] == ["last_epoch", "verbose"]
    assert "verbose" not in adam.parameters


@pytest.mark.parametrize(
    "argument",
    [
        "fused=True",
        "foreach=False, capturable=True",
        "fused=torch.cuda.is_available()",
        "fused=use_cuda and torch.cuda.is_available()",
        "foreach=not torch.backends.mkldnn.is_available()",
        "fused='fused' in inspect.signature(torch.optim.AdamW).parameters",
    ],
)
@pytest.mark.parametrize(("to", "code"), [("paddle", "PD104"), ("oneflow", "OF103")])
def test_arguments_without_effect_are_dropped_with_a_note(
    argument: str, to: Target, code: str
) -> None:
    before = f"import inspect\nimport torch\n\no = torch.optim.AdamW(m.parameters(), {argument})\n"
    result = check_native(before, to, code)

    assert argument.encode() not in result.after
    assert any("has no effect on the result" in f.what for f in result.findings)


def test_an_import_that_only_a_dropped_argument_used_goes_too() -> None:
    before = "import torch\nfrom torch.optim import SGD\n"
    made = "o = SGD(m.parameters(), fused=torch.cuda.is_available())\n"

    assert b"torch" not in check_sound((before + made).encode(), "paddle").after


def test_an_argument_that_may_do_something_is_still_evaluated() -> None:
    before = "from torch import optim\n\no = optim.AdamW(m.parameters(), fused=decide())\n"
    result = check_sound(before.encode(), "paddle")

    assert b"decide()" in result.after
