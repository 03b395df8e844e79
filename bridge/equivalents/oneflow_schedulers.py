"""OneFlow 0.9's schedulers that equal torch's, and when.

https://oneflow.readthedocs.io/en/v0.9.0/optim.html
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

_PAGE: Final = "https://oneflow.readthedocs.io/en/v0.9.0/optim.html"

_SCHEDULER: Final = {
    "optimizer": To("optimizer"),
    "last_epoch": To("last_step", only(-1)),
    "verbose": VERBOSE,
}
# OneFlow's schedulers write the lr anew from initial_lr; they never multiply what they find.
_BUNDLE: Final = ("one scheduler", "no lr writes")

# Members that multiply what they are given by a factor of the step, and do nothing else.
_FACTORS: Final[Mapping[str, Mapping[str, Condition]]] = {
    name: {}
    for name in (
        "ConstantLR",
        "ExponentialLR",
        "LinearLR",
        "MultiStepLR",
        "PolynomialLR",
        "StepLR",
    )
}
# What may stand behind another schedule. LambdaLR may not: it has no learning rates of a step.
BEHIND: Final = {**_FACTORS, "CosineAnnealingLR": {}, "CosineAnnealingWarmRestarts": {}}

SCHEDULERS: Final = (
    Equivalent(
        torch="StepLR",
        native="oneflow.optim.lr_scheduler.StepLR",
        code="OF201",
        grade="b",
        arguments={
            **_SCHEDULER,
            "step_size": To("step_size", between(0, math.inf, otherwise="raises")),
            "gamma": To("gamma", between(0, math.inf, otherwise="raises")),
        },
        source=_PAGE,
        keeps_positions=True,
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="MultiStepLR",
        native="oneflow.optim.lr_scheduler.MultiStepLR",
        code="OF202",
        grade="b",
        arguments={
            **_SCHEDULER,
            "milestones": To("milestones", INCREASING),
            "gamma": To("gamma", between(0, math.inf, otherwise="raises")),
        },
        source=_PAGE,
        keeps_positions=True,
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="ExponentialLR",
        native="oneflow.optim.lr_scheduler.ExponentialLR",
        code="OF203",
        grade="b",
        arguments={**_SCHEDULER, "gamma": To("gamma", between(0, math.inf, otherwise="raises"))},
        source=_PAGE,
        keeps_positions=True,
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="LambdaLR",
        native="oneflow.optim.lr_scheduler.LambdaLR",
        code="OF204",
        grade="a",
        arguments={**_SCHEDULER, "lr_lambda": To("lr_lambda")},
        source=_PAGE,
        keeps_positions=True,
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="CosineAnnealingLR",
        native="oneflow.optim.lr_scheduler.CosineAnnealingLR",
        code="OF205",
        grade="b",
        arguments={
            **_SCHEDULER,
            "T_max": To("T_max", between(0, math.inf, otherwise="raises")),
            "eta_min": To("eta_min"),
        },
        source=_PAGE,
        keeps_positions=True,
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="LinearLR",
        native="oneflow.optim.lr_scheduler.LinearLR",
        code="OF206",
        grade="b",
        arguments={
            **_SCHEDULER,
            "start_factor": To("start_factor"),
            "end_factor": To("end_factor"),
            # With 0 torch keeps the start factor for ever, OneFlow the end factor at once.
            "total_iters": To("total_iters", integer(1, otherwise="differs")),
        },
        source=_PAGE,
        keeps_positions=True,
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="ReduceLROnPlateau",
        native="oneflow.optim.lr_scheduler.ReduceLROnPlateau",
        code="OF208",
        grade="a",
        arguments={
            **{
                name: To(name)
                for name in (
                    "optimizer",
                    "mode",
                    "factor",
                    "patience",
                    "threshold",
                    "threshold_mode",
                    "cooldown",
                    "min_lr",
                    "eps",
                )
            },
            "verbose": VERBOSE,
        },
        source=_PAGE,
        keeps_positions=True,
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="ConstantLR",
        native="oneflow.optim.lr_scheduler.ConstantLR",
        code="OF207",
        grade="b",
        arguments={
            **_SCHEDULER,
            # With 0 torch divides by it in the end.
            "factor": To("factor", between(0, math.inf, otherwise="differs")),
            "total_iters": To("total_iters", integer(1, otherwise="differs")),
        },
        source=_PAGE,
        keeps_positions=True,
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="PolynomialLR",
        native="oneflow.optim.lr_scheduler.PolynomialLR",
        code="OF209",
        grade="b",
        arguments={
            **_SCHEDULER,
            "total_iters": To("decay_batch", between(0, math.inf, otherwise="raises")),
            "power": To("power"),
        },
        source=_PAGE,
        written={"decay_batch": "total_iters", "end_learning_rate": "0.0"},
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="CosineAnnealingWarmRestarts",
        native="oneflow.optim.lr_scheduler.CosineAnnealingWarmRestarts",
        code="OF210",
        grade="a",
        arguments={
            **_SCHEDULER,
            "T_0": To("T_0", integer(1, otherwise="raises")),
            "T_mult": To("T_mult", WITHOUT_ROUNDING),
            "eta_min": To("eta_min"),
            # At its position OneFlow has `decay_rate`.
            "last_epoch": dropped(only(-1)),
        },
        source=_PAGE,
        keeps_positions=True,
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="SequentialLR",
        native="oneflow.optim.lr_scheduler.SequentialLR",
        code="OF211",
        grade="b",
        arguments={
            **_SCHEDULER,
            "schedulers": To("schedulers", convert="members"),
            "milestones": To("milestones", INCREASING),
            # At its position OneFlow has `interval_rescaling`.
            "last_epoch": dropped(only(-1)),
        },
        source=_PAGE,
        keeps_positions=True,
        written={"interval_rescaling": "True"},
        members=BEHIND,
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="ChainedScheduler",
        native="oneflow.optim.lr_scheduler.ChainedScheduler",
        code="OF212",
        grade="b",
        arguments={
            "schedulers": To("schedulers", convert="members"),
            "optimizer": dropped(ANYTHING),
        },
        source=_PAGE,
        keeps_positions=True,
        members=_FACTORS,
        requires=_BUNDLE,
    ),
)
