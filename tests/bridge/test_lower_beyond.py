"""bridge.lower of what torch does not have: the native class goes on as ours would have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge import optim
from bridge.equivalents.beyond import BEYOND
from bridge.errors import UnsupportedError
from bridge.optim import lr_scheduler
from tests.scheduler_cases import Factor, Schedule, of
from tests.scheduler_runs import step

if TYPE_CHECKING:
    from tests.frameworks import Framework

_START = np.random.default_rng(1).standard_normal((3, 4)).astype("f4")
_GRADS = np.random.default_rng(2).standard_normal((60, 3, 4)).astype("f4")
SCHEDULES: dict[str, list[Schedule]] = {
    "paddle": [
        of("NoamDecay", 64, 20),
        of("PiecewiseDecay", [5, 20], [0.3, 0.2, 0.1]),
        of("NaturalExpDecay", 0.05),
        of("InverseTimeDecay", 0.1),
        of("PolynomialDecay", 30, 0.01, 2.0),
        of("PolynomialDecay", 20, 0.01, 1.0, True),
        of("LinearWarmup", 10, 0.01, 0.1),
        *[
            Schedule("LinearWarmup", (10, 0.01, 0.3), members=(behind,))
            for behind in (
                of("ConstantLR", 1.0, 5),
                of("CosineAnnealingLR", 30, 0.001),
                of("CosineAnnealingWarmRestarts", 6, 2),
                of("CyclicLR", 0.01, 0.1, 7, cycle_momentum=False),
                of("ExponentialLR", 0.9),
                of("LambdaLR", Factor("0.95**e")),
                of("MultiStepLR", [4, 12], 0.5),
                of("PolynomialLR", 30, 2.0),
                of("StepLR", 7),
            )
        ],
    ],
    "oneflow": [
        of("CosineDecayLR", 30, 0.1),
        of("PolynomialDecayLR", 30, 0.01, 2.0),
        of("PolynomialDecayLR", 20, 0.01, 1.0, True),
        of("WarmUpLR"),
        of("WarmUpLR", 0, 10, "constant"),
        *[
            Schedule("WarmUpLR", (0.1, 10, "linear", is_prefix), members=(behind,))
            for is_prefix in (False, True)
            for behind in (
                of("ConstantLR", 0.5, 15),
                of("CosineAnnealingLR", 30, 0.001),
                of("CosineAnnealingWarmRestarts", 6, 2),
                of("CosineDecayLR", 30, 0.1),
                of("ExponentialLR", 0.9),
                of("LinearLR", 0.3, 1.0, 20),
                of("MultiStepLR", [4, 12], 0.5),
                of("PolynomialLR", 30, 2.0),
                of("StepLR", 7),
            )
        ],
    ],
}
REFUSED: dict[str, list[tuple[Schedule, str]]] = {
    "paddle": [
        (of("LinearWarmup", 10, 0.1, 0.1), "its `start_lr` is at least 0 and below its `end_lr`"),
        (of("LinearWarmup", 10, [0.0], [0.1]), "only if `start_lr` is a number"),
        (
            Schedule("LinearWarmup", (10, 0.0, 0.1), members=(of("LinearLR"),)),
            "cannot have torch's LinearLR as a member",
        ),
    ],
    "oneflow": [
        (of("WarmUpLR", 0.1, 0), "only if `warmup_iters` is an int >= 1"),
        (
            Schedule("WarmUpLR", (0.1, 10), members=(of("LambdaLR", Factor("0.9**e")),)),
            "cannot have torch's LambdaLR as a member",
        ),
    ],
}
LAMBS: dict[str, list[dict[str, Any]]] = {
    "paddle": [{}, {"weight_decay": 0.1, "eps": 1e-6, "betas": (0.8, 0.95)}],
    "oneflow": [
        {"adam_w_mode": False},
        {"adam_w_mode": False, "weight_decay": 0.1, "do_bias_correction": False},
    ],
}
_ON = {name: pytest.mark.only_backend(name) for name in ("torch", "paddle", "oneflow")}
_each_lamb = [
    pytest.param(options, id=f"{framework} {options}", marks=_ON[framework])
    for framework, rows in LAMBS.items()
    for options in rows
]
_each_schedule = [
    pytest.param(schedule, id=str(schedule), marks=_ON[framework])
    for framework, rows in SCHEDULES.items()
    for schedule in rows
]


_each_refused = [
    pytest.param(schedule, reason, id=str(schedule), marks=_ON[framework])
    for framework, rows in REFUSED.items()
    for schedule, reason in rows
]


def _train(xp: Framework, opt: Any, param: Any, grads: Any) -> Any:
    for grad in grads:
        xp.set_grad(param, grad)
        opt.step()
    return xp.numpy(param)


@pytest.mark.parametrize("before", [0, 30])
@pytest.mark.parametrize("options", _each_lamb)
def test_lamb_goes_on_as_the_frameworks_own(
    xp: Framework, options: dict[str, Any], before: int
) -> None:
    params = [xp.param(_START) for _ in range(2)]
    whole, part = (optim.LAMB([param], 0.01, **options) for param in params)
    expected = _train(xp, whole, params[0], _GRADS)
    _train(xp, part, params[1], _GRADS[:before])
    native = bridge.lower(part)

    assert type(native).__module__.startswith(f"{xp.name}.")
    found = _train(xp, native, params[1], _GRADS[before:])
    assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param({"adam_w_mode": False}, "`adam_w_mode` is True", marks=_ON["paddle"]),
        pytest.param({}, "`adam_w_mode` is False", marks=_ON["oneflow"]),
        pytest.param({}, "nothing that equals bridge's", marks=_ON["torch"]),
    ],
)
def test_lamb_is_refused_where_the_frameworks_own_differs(
    xp: Framework, options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UnsupportedError, match=reason):
        bridge.lower(optim.LAMB([xp.param(_START)], **options))


@pytest.mark.parametrize("before", [0, 13])
@pytest.mark.parametrize("schedule", _each_schedule)
def test_a_frameworks_own_schedule_becomes_its_own(
    xp: Framework, schedule: Schedule, before: int
) -> None:
    def lr_of(opt: Any) -> float:
        return float(opt.get_lr() if hasattr(opt, "get_lr") else opt.param_groups[0]["lr"])

    opts = [optim.SGD([xp.param(_START)], lr=0.1) for _ in range(2)]
    ours, lowered = (schedule.build(lr_scheduler, opt) for opt in opts)
    for _ in range(before):
        step(ours)
        step(lowered)
    native, its_own = bridge.lower(opts[1], lowered)
    expected, found = [], []
    for _ in range(40):
        expected.append(opts[0].param_groups[0]["lr"])
        found.append(lr_of(native))
        step(ours)
        native.step()
        its_own.step()

    assert type(its_own).__module__.startswith(f"{xp.name}.")
    assert found == pytest.approx(expected, rel=0, abs=1e-12)


@pytest.mark.parametrize(("schedule", "reason"), _each_refused)
def test_a_warm_up_that_would_differ_is_refused(
    xp: Framework, schedule: Schedule, reason: str
) -> None:
    opt = optim.SGD([xp.param(_START)], lr=0.1)

    with pytest.raises(UnsupportedError, match=reason):
        bridge.lower(opt, schedule.build(lr_scheduler, opt))


@pytest.mark.only_backend("paddle", "oneflow")
def test_every_row_has_been_lowered(xp: Framework) -> None:
    kinds = {"LAMB", *(schedule.kind for schedule in SCHEDULES[xp.name])}

    assert {row.torch for row in BEYOND[xp.name]} == kinds


def test_what_no_framework_has_is_refused(xp: Framework) -> None:
    opt = optim.SGD([xp.param(_START)], lr=0.1)

    with pytest.raises(UnsupportedError, match="nothing that equals bridge's WSDLR"):
        bridge.lower(opt, lr_scheduler.WSDLR(opt, 1, 2, 3))
    with pytest.raises(UnsupportedError, match="nothing that equals bridge's Lion"):
        bridge.lower(optim.Lion([xp.param(_START)]))
