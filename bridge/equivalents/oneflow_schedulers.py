"""OneFlow 0.9's schedulers that equal torch's, and when.

https://oneflow.readthedocs.io/en/v0.9.0/optim.html
"""

from __future__ import annotations

import math
from typing import Final

from bridge.equivalents._model import (
    INCREASING,
    Equivalent,
    To,
    between,
    dropped,
    integer,
    one_of,
    only,
)

_PAGE: Final = "https://oneflow.readthedocs.io/en/v0.9.0/optim.html"

_SCHEDULER: Final = {
    "optimizer": To("optimizer"),
    "last_epoch": To("last_step", only(-1)),
    "verbose": To("verbose"),
}
# OneFlow's schedulers write the lr anew from initial_lr; they never multiply what they find.
_BUNDLE: Final = ("one scheduler", "no lr writes")


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
                "verbose",
            )
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
            # With the others a logarithm rounds down, and a restart begins a cycle too low.
            "T_mult": To("T_mult", one_of(1, 2, 4, 5, 6, 7, 8)),
            "eta_min": To("eta_min"),
            # At its position OneFlow has `decay_rate`.
            "last_epoch": dropped(only(-1)),
        },
        source=_PAGE,
        keeps_positions=True,
        requires=_BUNDLE,
    ),
)
