"""Paddle 3.3's optimizers and schedulers that equal torch's, and when.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Overview_en.html
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from bridge.equivalents._model import (
    ANYTHING,
    INCREASING,
    WITHOUT_EFFECT,
    Equivalent,
    Pair,
    To,
    between,
    dropped,
    integer,
    only,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FRAMEWORK: Final = "paddle"
VERSIONS: Final = "3.3"
_PAGES: Final = "https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/"

# torch's fused and foreach choose an implementation, not a formula.
_IMPLEMENTATION: Final = {
    "foreach": WITHOUT_EFFECT,
    "fused": WITHOUT_EFFECT,
    "capturable": WITHOUT_EFFECT,
    "differentiable": dropped(only(False)),
    "maximize": dropped(only(False)),
}
_OPTIMIZER: Final = {
    "params": To("parameters"),
    "lr": To("learning_rate", convert="float"),
    "weight_decay": To("weight_decay", convert="float"),
    **_IMPLEMENTATION,
}
_ADAM: Final[Mapping[str, To | Pair]] = {
    **_OPTIMIZER,
    "betas": Pair("beta1", "beta2"),
    "eps": To("epsilon"),
    "amsgrad": To("amsgrad"),
}
_SCHEDULER: Final = {
    "optimizer": To("learning_rate"),
    "last_epoch": dropped(only(-1)),
    "verbose": To("verbose"),
}
_POSITIVE: Final = between(0, math.inf, otherwise="differs")
_NUMBER: Final = between(-math.inf, math.inf, otherwise="differs")
_BUNDLE: Final = ("one group", "one scheduler", "no lr writes")

OPTIMIZERS: Final = (
    Equivalent(
        torch="SGD",
        native="paddle.optimizer.SGD",
        code="PD101",
        grade="p",
        arguments={
            **_OPTIMIZER,
            "momentum": dropped(only(0)),
            "dampening": dropped(only(0)),
            "nesterov": dropped(only(False)),
        },
        source=_PAGES + "SGD_en.html",
        requires=("one group",),
    ),
    Equivalent(
        torch="SGD",
        native="paddle.optimizer.Momentum",
        code="PD102",
        grade="p",
        arguments={
            **_OPTIMIZER,
            "momentum": To("momentum"),
            "dampening": dropped(only(0)),
            "nesterov": To("use_nesterov"),
        },
        source=_PAGES + "Momentum_en.html",
        requires=("one group",),
    ),
    Equivalent(
        torch="Adam",
        native="paddle.optimizer.Adam",
        code="PD103",
        grade="p",
        arguments={**_ADAM, "decoupled_weight_decay": dropped(only(False))},
        source=_PAGES + "Adam_en.html",
        requires=("one group",),
    ),
    Equivalent(
        torch="AdamW",
        native="paddle.optimizer.AdamW",
        code="PD104",
        grade="p",
        arguments=_ADAM,
        source=_PAGES + "AdamW_en.html",
        requires=("one group",),
    ),
)

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
        requires=_BUNDLE,
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
        written={"total_steps": "5"},
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="OneCycleLR",
        native="paddle.optimizer.lr.OneCycleLR",
        code="PD207",
        grade="a",
        arguments={
            "optimizer": dropped(ANYTHING),
            "max_lr": To("max_learning_rate", _POSITIVE, convert="float"),
            "total_steps": To("total_steps", integer(2, otherwise="raises")),
            "pct_start": To("phase_pct", between(0, 1, otherwise="raises")),
            "anneal_strategy": To("anneal_strategy"),
            "cycle_momentum": dropped(only(False)),
            "base_momentum": dropped(ANYTHING),
            "max_momentum": dropped(ANYTHING),
            "div_factor": To("divide_factor", _POSITIVE, convert="float"),
            # end_learning_rate=max_lr/div_factor/final_div_factor: the rule computes it.
            "final_div_factor": dropped(_POSITIVE),
            "three_phase": dropped(only(False)),
            "last_epoch": dropped(only(-1)),
            "verbose": To("verbose"),
        },
        source=_PAGES + "lr/OneCycleLR_en.html",
        requires=_BUNDLE,
    ),
    Equivalent(
        torch="ReduceLROnPlateau",
        native="paddle.optimizer.lr.ReduceOnPlateau",
        code="PD208",
        grade="a",
        arguments={
            "optimizer": To("learning_rate"),
            "mode": To("mode"),
            "factor": To("factor"),
            "patience": To("patience"),
            "threshold": To("threshold"),
            "threshold_mode": To("threshold_mode"),
            "cooldown": dropped(only(0)),
            "min_lr": To("min_lr", _NUMBER),
            "eps": To("epsilon"),
            "verbose": To("verbose"),
        },
        source=_PAGES + "lr/ReduceOnPlateau_en.html",
        requires=_BUNDLE,
        notes=("a first metric that is NaN or infinite stays Paddle's best for ever",),
    ),
)
