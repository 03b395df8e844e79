"""Forms that numpy evaluates, against the steps that they stand for."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from bridge import simulate
from bridge.simulating.forms import WORTHWHILE
from bridge.simulating.spec import schedule_of
from bridge.simulating.stepping import stepped

STEPS = WORTHWHILE + 1
EXACT = [
    "StepLR(300, 0.9)",
    "MultiStepLR([30, 30, 80, 90000])",
    "ConstantLR(0.5, 100)",
    "ConstantLR(0.5, 0)",
    "LinearLR(0.5, 0.1, 1000)",
    "LinearLR(0.5, 0.1, 100000)",
    "ExponentialLR(0.9999)",
    "PolynomialLR(100000)",
    "CyclicLR(0.01, 0.1, 100)",
    "CyclicLR(0.01, 0.1, 100, 33, cycle_momentum=False)",
    "CyclicLR(0.01, 0.1, 1000, mode='triangular2')",
    "OneCycleLR(0.5, 30000, anneal_strategy='linear', cycle_momentum=False)",
    "SWALR(0.05)",
    "InverseSqrtLR(100)",
    "InverseSqrtLR(0)",
    "WSDLR(100, 8000, 9000)",
    "WSDLR(100, 8000, 9000, 'linear', 0.1)",
    "WSDLR(0, 0, 0)",
    "InverseTimeDecay(0.001)",
    "PiecewiseDecay([300, 800], [0.3, 0.2, 0.1])",
    "PolynomialDecay(15000)",
    "PolynomialDecay(1000, cycle=True)",
    "PolynomialDecayLR(1000, cycle=True)",
    "get_scheduler('constant')",
    "get_scheduler('constant_with_warmup', 100)",
    "get_scheduler('linear', 100, 15000)",
    "get_scheduler('inverse_sqrt', 100)",
    "get_scheduler('inverse_sqrt', 100, timescale=7)",
    "get_scheduler('polynomial', 100, 15000, lr_end=0.001)",
    "get_scheduler('warmup_stable_decay', 9, 99, num_decay_steps=50, decay_type='linear')",
    "get_scheduler('warmup_stable_decay', 9, 99, num_decay_steps=50, decay_type='1-sqrt')",
]
WITH_FUNCTIONS = [
    "CosineAnnealingWarmRestarts(100, 2, 0.01)",
    "CosineAnnealingWarmRestarts(77)",
    "CyclicLR(0.01, 0.1, 100, 70, mode='exp_range', gamma=0.9999)",
    "OneCycleLR(0.5, 30000)",
    "OneCycleLR(0.5, 30000, three_phase=True)",
    "WarmupCosineLR(100, 15000, 0.1, 0.01)",
    "WarmupCosineLR(0, 30000)",
    "WarmupCosineLR(100, 100)",
    "WSDLR(100, 8000, 9000, 'cosine')",
    "NoamDecay(512, 4000)",
    "CosineDecayLR(15000, 0.1)",
    "NaturalExpDecay(0.001)",
    "PolynomialDecay(15000, power=0.9)",
    "PolynomialDecayLR(15000, power=2.0)",
    "get_scheduler('cosine', 100, 15000)",
    "get_scheduler('cosine', 0, 30000, num_cycles=1.5)",
    "get_scheduler('cosine_with_restarts', 100, 15000, num_cycles=3)",
    "get_scheduler('cosine_with_min_lr', 100, 15000, min_lr=0.01)",
    "get_scheduler('polynomial', 100, 15000, power=0.9)",
    "get_scheduler('warmup_stable_decay', 100, 15000, num_decay_steps=9000)",
    "get_scheduler('warmup_stable_decay', 100, 15000, num_decay_steps=9, warmup_type='cosine')",
    "CosineAnnealingWarmbootingLR(20001, steps=[5000, 100], warmup_epoch=3, epoch_scale=1.5)",
]
CLOSED = [
    "CosineAnnealingLR(20000)",
    "CosineAnnealingLR(30000, 0.01)",
    "PolynomialLR(15000, 0.9)",
    "PolynomialLR(40000, 2.0)",
]
# What numpy evaluates in part, or not at all, and is stepped in fewer operations than `step` has.
COMPOSED = [
    "SequentialLR([LinearLR(0.1, 1.0, 300), PolynomialLR(19000, 0.9)], [300])",
    "SequentialLR([ConstantLR(0.5, 9), CosineAnnealingLR(50), StepLR(7)], [100, 20000])",
    "SequentialLR([StepLR(3), ExponentialLR(0.99), LinearLR()], [1, 2])",
    "ChainedScheduler([LinearLR(0.1, 1.0, 300), CosineAnnealingLR(20000)])",
    "LinearWarmup(StepLR(1000), 300, 0.0, 0.1)",
    "LinearWarmup(300, 0.0, 0.1)",
    "WarmUpLR(CosineDecayLR(9000), 0.3, 300)",
    "WarmUpLR(CosineAnnealingLR(9000), 0.3, 300, warmup_prefix=True)",
    "StepLR(hyperparameter('weight_decay'), 300)",
    "CosineAnnealingLR(hyperparameter('momentum', [0]), 9000)",
    "CombinedScheduler([ExponentialLR(0.999), LinearLR(hyperparameter('weight_decay'))])",
    "CombinedScheduler([ExponentialLR(0.999), LinearLR()])",
    "CombinedScheduler([StepLR(3), StepLR(hyperparameter('lr', [0]), 7)])",
    "CosineAnnealingWarmbootingLR(20001, steps=[5000])",
    "get_scheduler('cosine_warmup_with_min_lr', 100, 15000, min_lr=0.01)",
]
GROUPS: list[Any] = [{"lr": 0.3}, {"lr": 0.1, "momentum": 0.5}]


@pytest.mark.parametrize("groups", [GROUPS, GROUPS[:1]], ids=["two groups", "one group"])
@pytest.mark.parametrize("text", COMPOSED)
def test_what_is_composed_has_the_values_of_its_own_steps(text: str, groups: list[Any]) -> None:
    schedule = schedule_of(text, {}, lr=0.1, groups=groups)
    assert schedule.groups is not None
    simulation = simulate(text, STEPS, groups=groups)
    driven = [name for name in simulation.values if "[" not in name]

    assert simulation.is_exact
    for step in range(STEPS):
        if step:
            schedule.scheduler.step()
        for name in driven:
            for group, values in zip(schedule.groups, simulation.values[name], strict=True):
                assert values[step] == group[name], (name, step)


@pytest.mark.parametrize("text", EXACT + WITH_FUNCTIONS + CLOSED)
def test_exact_values_are_those_of_stepping_bit_for_bit(text: str) -> None:
    steps = stepped(schedule_of(text, {}, lr=0.1, groups=GROUPS), STEPS, None)

    assert simulate(text, STEPS, groups=GROUPS).values == steps


@pytest.mark.parametrize("text", EXACT + WITH_FUNCTIONS + CLOSED)
def test_closed_forms_are_within_1e_12_and_say_so(text: str) -> None:
    steps = stepped(schedule_of(text, {}, lr=0.1, groups=GROUPS), STEPS, None)
    simulation = simulate(text, STEPS, groups=GROUPS, exact=False)

    assert simulation.is_exact == (text in EXACT)
    assert simulation.values.keys() == steps.keys()
    for key, of_groups in steps.items():
        for values, other in zip(of_groups, simulation.values[key], strict=True):
            largest = np.abs(values).max()
            np.testing.assert_allclose(other, values, rtol=0, atol=1e-12 * largest)


@pytest.mark.parametrize(
    "text",
    ["CosineAnnealingLR(10)", "CosineAnnealingLR(10000000, 0.001)", "PolynomialLR(10000000, 0.9)"],
)
def test_what_drifts_from_its_closed_form_is_stepped(text: str) -> None:
    assert simulate(text, STEPS, exact=False).is_exact


@pytest.mark.parametrize(
    "text", ["CosineAnnealingLR(1000000, 0.001)", "PolynomialLR(1000000, 0.9)"]
)
def test_a_million_steps_of_a_closed_form_are_those_of_stepping_within_1e_12(text: str) -> None:
    exact, closed = (np.asarray(simulate(text, 10**6, exact=e).lr[0]) for e in (True, False))

    np.testing.assert_allclose(closed, exact, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("OneCycleLR(0.5, 20000)", "Tried to step 20001 times"),
        ("ExponentialLR(1.1)", "ExponentialLR gives lr=inf in group 0 at step 7472"),
    ],
)
@pytest.mark.parametrize("exact", [True, False])
def test_what_stepping_refuses_is_refused(text: str, message: str, exact: bool) -> None:
    with pytest.raises(ValueError, match=message):
        simulate(text, STEPS + 1, exact=exact)


def test_without_numpy_everything_is_stepped_and_closed_forms_say_what_to_install() -> None:
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "import bridge\n"
        f"bridge.simulate('ExponentialLR(0.9999)', {STEPS})\n"
        "try: bridge.simulate('ExponentialLR(0.9999)', 10, exact=False)\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "pip install 'optbridge[plot]'" in done.stdout
