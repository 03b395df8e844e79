"""OneFlow 0.9's optimizers and schedulers that equal torch's, and when.

https://oneflow.readthedocs.io/en/v0.9.0/optim.html
"""

from __future__ import annotations

import math
from typing import Final

from bridge.equivalents._model import (
    INCREASING,
    WITHOUT_EFFECT,
    Equivalent,
    To,
    between,
    dropped,
    integer,
    only,
)

FRAMEWORK: Final = "oneflow"
VERSIONS: Final = "0.9"
_PAGE: Final = "https://oneflow.readthedocs.io/en/v0.9.0/optim.html"

_OPTIMIZER: Final = {
    "params": To("params"),
    "lr": To("lr"),
    "weight_decay": To("weight_decay"),
    # OneFlow's own `fused` is for CUDA only and rounds differently.
    "foreach": WITHOUT_EFFECT,
    "fused": WITHOUT_EFFECT,
    "capturable": WITHOUT_EFFECT,
    "differentiable": dropped(only(False)),
    # OneFlow's maximize descends without momentum, and flips the decay with it.
    "maximize": dropped(only(False)),
}
_ADAM: Final = {
    **_OPTIMIZER,
    "betas": To("betas"),
    "eps": To("eps"),
    "amsgrad": To("amsgrad"),
}
_GLOBAL_STEP: Final = (
    "OneFlow counts Adam's steps once for all parameters: equal while each gets every gradient",
)
_ADAM_NEEDS: Final = ("absolute groups", "gradients at every step")
_SCHEDULER: Final = {
    "optimizer": To("optimizer"),
    "last_epoch": To("last_step", only(-1)),
    "verbose": To("verbose"),
}
# OneFlow's schedulers write the lr anew from initial_lr; they never multiply what they find.
_BUNDLE: Final = ("one scheduler", "no lr writes")

OPTIMIZERS: Final = (
    Equivalent(
        torch="SGD",
        native="oneflow.optim.SGD",
        code="OF101",
        grade="p",
        arguments={
            **_OPTIMIZER,
            "momentum": To("momentum"),
            # OneFlow dampens the first step too; torch does not.
            "dampening": To("dampening", only(0)),
            "nesterov": To("nesterov"),
        },
        source=_PAGE,
        keeps_positions=True,
        requires=("absolute groups",),
    ),
    Equivalent(
        torch="Adam",
        native="oneflow.optim.Adam",
        code="OF102",
        grade="p",
        arguments={**_ADAM, "decoupled_weight_decay": dropped(only(False))},
        source=_PAGE,
        keeps_positions=True,
        requires=_ADAM_NEEDS,
        notes=_GLOBAL_STEP,
    ),
    Equivalent(
        torch="AdamW",
        native="oneflow.optim.AdamW",
        code="OF103",
        grade="p",
        arguments=_ADAM,
        source=_PAGE,
        keeps_positions=True,
        written={"weight_decay": "0.01"},
        requires=_ADAM_NEEDS,
        notes=_GLOBAL_STEP,
    ),
)

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
)
