"""Schedules written as text: what is read, what is refused, and that nothing is run."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._expression import KNOWN, parse
from bridge.errors import ExpressionError

SGD = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}
STEP = {"class": "StepLR", "step_size": 30}
LINEAR = {"class": "LinearLR", "start_factor": 0.1}


def built(text: str) -> Any:
    return parse(text).build(SimpleNamespace(param_groups=[dict(SGD)], defaults=SGD))


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("StepLR(30)", STEP),
        (" StepLR( step_size = 30 )\n", STEP),
        ("StepLR(optimizer, 30)", STEP),
        ("StepLR(optimizer=opt, step_size=30)", STEP),
        ("lr_scheduler.StepLR(30)", STEP),
        ("torch.optim.lr_scheduler.StepLR(optimizer, 30)", STEP),
        ("StepLR(step_size=2*15, gamma=-(1/10))", {**STEP, "gamma": -0.1}),
        ("StepLR(10 + 2**2 * 5, 10**-1)", {**STEP, "gamma": 0.1}),
        ("ConstantLR", {"class": "ConstantLR"}),
        (
            "ChainedScheduler([LinearLR(0.1)])",
            {"class": "ChainedScheduler", "schedulers": [LINEAR]},
        ),
        (
            "SequentialLR(opt, schedulers=[LinearLR(opt, 0.1), StepLR(30)], milestones=(7,))",
            {"class": "SequentialLR", "schedulers": [LINEAR, STEP], "milestones": [7]},
        ),
        ("WarmUpLR(StepLR(30))", {"class": "WarmUpLR", "scheduler_or_optimizer": STEP}),
        (
            "get_scheduler('linear', num_warmup_steps=1, num_training_steps=9)",
            {"class": "NamedLR", "name": "linear", "num_warmup_steps": 1, "num_training_steps": 9},
        ),
        ("StepLR(hyperparameter('weight_decay'), 30)", {**STEP, "hyperparameter": "weight_decay"}),
    ],
)
def test_text_becomes_the_schedule_it_says(text: str, config: dict[str, Any]) -> None:
    assert built(text).to_config() == config


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("StepRL(30)", "unknown scheduler StepRL.\nHint: is it StepLR"),
        ("paddle.optimizer.lr.StepDecay(30)", "unknown scheduler paddle.optimizer.lr.StepDecay"),
        ("oneflow.optim.lr_scheduler.StepLR(30)", "unknown scheduler oneflow"),
        ("__import__('os').system('touch x')", "is no name of a scheduler"),
        ("StepLR(open('x'))", "unknown scheduler open"),
        ("StepLR(os.environ)", "`os.environ` at column 8 is not allowed"),
        ("StepLR([i for i in (1,)])", "is not allowed"),
        ("StepLR(**{})", "is not allowed: write it out"),
        ("StepLR(*[3])", "is not allowed"),
        ("LambdaLR(lambda epoch: 0.9**epoch)", "is code, which an expression never runs"),
        ("StepLR(30", "cannot be read at column 7"),
        ("StepLR(30); print(1)", "cannot be read"),
        ("", "cannot be read"),
        ("30", "`30` at column 1 is no call of a scheduler"),
        ("StepLR(9**9**9)", "is too large a power"),
        ("StepLR(1/0)", "division by zero"),
        ("StepLR(1e999)", "must be a finite number"),
        ("StepLR((-8)**0.5)", "is a complex number"),
        ("StepLR(True + 1)", "`True` at column 8 is no number to compute with"),
        ("StepLR('a' * 10**9)", "is no number to compute with"),
        ("StepLR(1j)", "is not allowed"),
        ("(" * 5000, "cannot be read"),
        ("-" * 9000 + "1", "cannot be read|is nested too deeply"),
        ("StepLR(" + "1" * 10_000 + ")", "at most 10000 characters"),
    ],
)
def test_anything_else_is_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=f"(?s){message.replace('**', '..')}"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("StepLR(30, gama=0.1)", "StepLR: got an unexpected keyword argument 'gama'.\nHint: it ta"),
        ("StepLR()", "StepLR: missing a required argument: 'step_size'"),
        ("OneCycleLR(0.1, 2, max_lr=3)", "multiple values for argument 'max_lr'"),
    ],
)
def test_wrong_arguments_are_refused_with_those_that_are_right(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        built(text)


def test_every_known_name_is_one_of_bridge() -> None:
    assert all(value.__module__.startswith("bridge.optim.") for value in KNOWN.values())


@given(st.text(max_size=60) | st.text("()[]{}*-+/.,'=1eL SteplR", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ExpressionError):
        assert parse(text).name in KNOWN
