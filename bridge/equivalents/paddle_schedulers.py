"""Paddle 3.3's schedulers that equal torch's, and when.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/lr/LRScheduler_en.html
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from bridge.equivalents._model import (
    ANYTHING,
    INCREASING,
    VERBOSE,
    WITHOUT_ROUNDING,
    Equivalent,
    To,
    between,
    dropped,
    integer,
    only,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.equivalents._model import Condition

_PAGES: Final = "https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/"

_SCHEDULER: Final = {
    "optimizer": To("learning_rate", convert="its lr"),
    "last_epoch": dropped(only(-1)),
    "verbose": VERBOSE,
}
# The schedule starts from arguments of its own, not from the optimizer's lr.
_OWN_LR: Final = {**_SCHEDULER, "optimizer": dropped(ANYTHING)}
_POSITIVE: Final = between(0, math.inf, otherwise="differs")
_NUMBER: Final = between(-math.inf, math.inf, otherwise="differs")
_BUNDLE: Final = ("one scheduler", "no lr writes")
# Paddle scales the whole schedule for a group: also a rate that the groups have in common in torch.
_ONE_RATE: Final = (*_BUNDLE, "one rate")
_FLOOR: Final = (*_BUNDLE, "one rate or no floor")

# What may follow a LinearWarmup, which goes to a step of it directly, by its closed form.
BEHIND_WARM_UP: Final[Mapping[str, Mapping[str, Condition]]] = {
    "ConstantLR": {},
    "CosineAnnealingLR": {},
    "CosineAnnealingWarmRestarts": {"T_mult": WITHOUT_ROUNDING},
    "CyclicLR": {},
    "ExponentialLR": {},
    "LambdaLR": {},
    "MultiStepLR": {},
    "PolynomialLR": {},
    "StepLR": {},
}

SCHEDULERS: Final = (
    Equivalent(
        torch="StepLR",
        native="paddle.optimizer.lr.StepDecay",
        code="PD201",
        grade="b",
        arguments={
            **_SCHEDULER,
            "step_size": To("step_size", integer(1, otherwise="raises")),
            "gamma": To("gamma", between(-math.inf, 1, otherwise="raises")),
        },
        source=_PAGES + "lr/StepDecay_en.html",
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="MultiStepLR",
        native="paddle.optimizer.lr.MultiStepDecay",
        code="PD202",
        grade="b",
        arguments={
            **_SCHEDULER,
            "milestones": To("milestones", INCREASING),
            "gamma": To("gamma", between(-math.inf, 1, otherwise="raises")),
        },
        source=_PAGES + "lr/MultiStepDecay_en.html",
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="ExponentialLR",
        native="paddle.optimizer.lr.ExponentialDecay",
        code="PD203",
        grade="b",
        arguments={**_SCHEDULER, "gamma": To("gamma", between(0, 1, otherwise="raises"))},
        source=_PAGES + "lr/ExponentialDecay_en.html",
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="LambdaLR",
        native="paddle.optimizer.lr.LambdaDecay",
        code="PD204",
        grade="a",
        arguments={**_SCHEDULER, "lr_lambda": To("lr_lambda")},
        source=_PAGES + "lr/LambdaDecay_en.html",
        requires=(*_BUNDLE, "one function"),
    ),
    Equivalent(
        torch="CosineAnnealingLR",
        native="paddle.optimizer.lr.CosineAnnealingDecay",
        code="PD205",
        grade="a",
        arguments={
            **_SCHEDULER,
            "T_max": To("T_max", integer(1, otherwise="raises")),
            "eta_min": To("eta_min"),
        },
        source=_PAGES + "lr/CosineAnnealingDecay_en.html",
        requires=_FLOOR,
    ),
    Equivalent(
        torch="LinearLR",
        native="paddle.optimizer.lr.LinearLR",
        code="PD206",
        grade="a",
        arguments={
            **_SCHEDULER,
            "start_factor": To("start_factor"),
            "end_factor": To("end_factor"),
            "total_iters": To("total_steps", integer(1, otherwise="raises")),
        },
        source=_PAGES + "lr/LinearLR_en.html",
        written={"total_steps": "total_iters"},
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="OneCycleLR",
        native="paddle.optimizer.lr.OneCycleLR",
        code="PD207",
        grade="a",
        arguments={
            **_OWN_LR,
            "max_lr": To("max_learning_rate", _POSITIVE, convert="float"),
            "total_steps": To("total_steps", integer(2, otherwise="raises")),
            "pct_start": To("phase_pct", between(0, 1, otherwise="raises")),
            "anneal_strategy": To("anneal_strategy"),
            "cycle_momentum": dropped(only(False)),
            "base_momentum": dropped(ANYTHING),
            "max_momentum": dropped(ANYTHING),
            "div_factor": To("divide_factor", _POSITIVE, convert="float"),
            "final_div_factor": dropped(_POSITIVE),
            "three_phase": dropped(only(False)),
        },
        source=_PAGES + "lr/OneCycleLR_en.html",
        written={"end_learning_rate": "max_lr / div_factor / final_div_factor"},
        requires=_ONE_RATE,
    ),
    Equivalent(
        torch="ReduceLROnPlateau",
        native="paddle.optimizer.lr.ReduceOnPlateau",
        code="PD208",
        grade="a",
        arguments={
            "optimizer": To("learning_rate", convert="its lr"),
            "mode": To("mode"),
            "factor": To("factor"),
            "patience": To("patience"),
            "threshold": To("threshold"),
            "threshold_mode": To("threshold_mode"),
            "cooldown": dropped(only(0)),
            "min_lr": To("min_lr", _NUMBER),
            "eps": To("epsilon"),
            "verbose": VERBOSE,
        },
        source=_PAGES + "lr/ReduceOnPlateau_en.html",
        requires=_ONE_RATE,
        notes=("a first metric that is NaN or infinite stays Paddle's best for ever",),
    ),
    Equivalent(
        torch="MultiplicativeLR",
        native="paddle.optimizer.lr.MultiplicativeDecay",
        code="PD209",
        grade="a",
        arguments={**_SCHEDULER, "lr_lambda": To("lr_lambda")},
        source=_PAGES + "lr/MultiplicativeDecay_en.html",
        # Paddle calls the function for every earlier step again at each step.
        requires=(*_BUNDLE, "repeatable function"),
    ),
    Equivalent(
        torch="ConstantLR",
        native="paddle.optimizer.lr.PiecewiseDecay",
        code="PD210",
        grade="b",
        arguments={
            **_OWN_LR,
            "factor": dropped(between(0, math.inf, otherwise="differs")),
            # With 0 torch keeps the factor for ever.
            "total_iters": dropped(integer(1, otherwise="differs")),
        },
        source=_PAGES + "lr/PiecewiseDecay_en.html",
        written={"boundaries": "[total_iters]", "values": "[lr * factor, lr]"},
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="PolynomialLR",
        native="paddle.optimizer.lr.PolynomialDecay",
        code="PD211",
        grade="b",
        arguments={
            **_SCHEDULER,
            "total_iters": To("decay_steps", integer(1, otherwise="raises")),
            "power": To("power", between(0, math.inf, otherwise="raises")),
        },
        source=_PAGES + "lr/PolynomialDecay_en.html",
        written={"decay_steps": "total_iters", "end_lr": "0.0"},
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="CosineAnnealingWarmRestarts",
        native="paddle.optimizer.lr.CosineAnnealingWarmRestarts",
        code="PD212",
        grade="a",
        arguments={
            **_SCHEDULER,
            "T_0": To("T_0", integer(1, otherwise="raises")),
            "T_mult": To("T_mult", integer(1, otherwise="raises")),
            "eta_min": To("eta_min"),
        },
        source=_PAGES + "lr/CosineAnnealingWarmRestarts_en.html",
        # Paddle's state lacks the place within the cycle: a resumed run starts a new one.
        requires=(*_FLOOR, "no saved schedule"),
    ),
    Equivalent(
        torch="CyclicLR",
        native="paddle.optimizer.lr.CyclicLR",
        code="PD213",
        grade="a",
        arguments={
            **_OWN_LR,
            "base_lr": To("base_learning_rate", _POSITIVE, convert="float"),
            "max_lr": To("max_learning_rate", _POSITIVE, convert="float"),
            "step_size_up": To("step_size_up", integer(1, otherwise="raises")),
            "step_size_down": To("step_size_down"),
            "mode": To("mode"),
            "gamma": To("exp_gamma", convert="float"),
            "scale_fn": To("scale_fn"),
            "scale_mode": To("scale_mode"),
            "cycle_momentum": dropped(only(False)),
            "base_momentum": dropped(ANYTHING),
            "max_momentum": dropped(ANYTHING),
        },
        source=_PAGES + "lr/CyclicLR_en.html",
        written={"step_size_up": "step_size_up"},
        requires=_ONE_RATE,
    ),
    Equivalent(
        torch="SequentialLR",
        native="paddle.optimizer.lr.LinearWarmup",
        code="PD214",
        grade="b",
        arguments={
            **_OWN_LR,
            "schedulers": To("learning_rate", convert="last member"),
            "milestones": To("warmup_steps", convert="only element"),
        },
        source=_PAGES + "lr/LinearWarmup_en.html",
        written={"start_lr": "lr * start_factor", "end_lr": "lr"},
        members={
            "LinearLR": {"start_factor": between(0, 1, otherwise="differs")},
            **BEHIND_WARM_UP,
        },
        requires=(*_BUNDLE, "linear warm-up"),
        notes=("LinearWarmup raises unless the warm-up is an int >= 1",),
    ),
)
