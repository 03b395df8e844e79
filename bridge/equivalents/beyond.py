"""What Paddle 3.3 and OneFlow 0.9 have of bridge's classes beyond torch's, and when: for `lower`.

A script for torch has none of them, so `optbridge port` does not ask here.
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Overview_en.html
https://oneflow.readthedocs.io/en/v0.9.0/optim.html
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from bridge.equivalents._model import (
    Condition,
    Equivalent,
    Pair,
    To,
    between,
    dropped,
    integer,
    only,
)
from bridge.equivalents.oneflow_schedulers import BEHIND
from bridge.equivalents.paddle_schedulers import BEHIND_WARM_UP

if TYPE_CHECKING:
    from collections.abc import Mapping

_PADDLE: Final = "https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/"
_ONEFLOW: Final = "https://oneflow.readthedocs.io/en/v0.9.0/optim.html"
_BUNDLE: Final = ("one rate", "one scheduler", "no lr writes")
_STEPS: Final = integer(1, otherwise="raises")
_RATE: Final = between(-math.inf, math.inf, otherwise="raises")
_SHARE: Final = Condition(
    "a number from 0 to 1",
    lambda given: isinstance(given, int | float) and 0 <= given <= 1,
    otherwise="raises",
)


def _of_paddle(name: str, arguments: Mapping[str, To]) -> Equivalent:
    start = {"optimizer": To("learning_rate", convert="its lr")}
    return Equivalent(
        torch=name,
        native=f"paddle.optimizer.lr.{name}",
        code="",
        grade="b",
        arguments={**start, **arguments},
        source=f"{_PADDLE}lr/{name}_en.html",
        requires=_BUNDLE,
    )


def _of_oneflow(name: str, native: str, arguments: Mapping[str, To]) -> Equivalent:
    return Equivalent(
        torch=name,
        native=f"oneflow.optim.lr_scheduler.{native}",
        code="",
        grade="a",
        arguments={"optimizer": To("optimizer"), **arguments},
        source=_ONEFLOW,
        requires=_BUNDLE[1:],
    )


_LAMB: Final[Mapping[str, To | Pair]] = {
    "lr": To("lr"),
    "betas": To("betas"),
    "eps": To("eps"),
    "weight_decay": To("weight_decay"),
    "do_bias_correction": To("do_bias_correction"),
    "maximize": dropped(only(False)),
}

BEYOND: Final[Mapping[str, tuple[Equivalent, ...]]] = {
    "paddle": (
        Equivalent(
            torch="LAMB",
            native="paddle.optimizer.Lamb",
            code="",
            grade="p",
            arguments={
                "params": To("parameters"),
                "lr": To("learning_rate", convert="float"),
                "betas": Pair("beta1", "beta2"),
                "eps": To("epsilon"),
                "weight_decay": To("lamb_weight_decay", convert="float"),
                "adam_w_mode": dropped(only(True)),
                "do_bias_correction": dropped(only(True)),
                "maximize": dropped(only(False)),
            },
            source=f"{_PADDLE}Lamb_en.html",
            # Without it the ratio is left out where there is no decay.
            written={"always_adapt": "True"},
            requires=("one group",),
        ),
        _of_paddle("NoamDecay", {"d_model": To("d_model"), "warmup_steps": To("warmup_steps")}),
        Equivalent(
            torch="PiecewiseDecay",
            native="paddle.optimizer.lr.PiecewiseDecay",
            code="",
            grade="b",
            arguments={"boundaries": To("boundaries"), "values": To("values")},
            source=f"{_PADDLE}lr/PiecewiseDecay_en.html",
            requires=_BUNDLE,
        ),
        _of_paddle("NaturalExpDecay", {"gamma": To("gamma")}),
        _of_paddle("InverseTimeDecay", {"gamma": To("gamma")}),
        _of_paddle(
            "PolynomialDecay",
            {
                "decay_steps": To("decay_steps", _STEPS),
                "end_lr": To("end_lr"),
                "power": To("power"),
                "cycle": To("cycle"),
            },
        ),
        Equivalent(
            torch="LinearWarmup",
            native="paddle.optimizer.lr.LinearWarmup",
            code="",
            grade="b",
            arguments={
                "optimizer_or_scheduler": To("learning_rate"),
                "warmup_steps": To("warmup_steps", _STEPS),
                "start_lr": To("start_lr", _RATE),
                "end_lr": To("end_lr", _RATE),
            },
            source=f"{_PADDLE}lr/LinearWarmup_en.html",
            members=BEHIND_WARM_UP,
            requires=(*_BUNDLE, "rising warm-up"),
        ),
    ),
    "oneflow": (
        Equivalent(
            torch="LAMB",
            native="oneflow.optim.LAMB",
            code="",
            grade="p",
            # OneFlow's other mode leaves the decay out of the length by which it divides.
            arguments={
                **_LAMB,
                "params": To("params"),
                "adam_w_mode": To("adam_w_mode", only(False)),
            },
            source=_ONEFLOW,
            requires=("written groups", "gradients at every step"),
            group_options={name: To(name) for name in ("lr", "betas", "eps", "weight_decay")},
        ),
        _of_oneflow(
            "CosineDecayLR",
            "CosineDecayLR",
            {"decay_steps": To("decay_steps", _STEPS), "alpha": To("alpha")},
        ),
        _of_oneflow(
            "PolynomialDecayLR",
            "PolynomialLR",
            {
                "decay_batch": To("decay_batch", _STEPS),
                "end_learning_rate": To("end_learning_rate"),
                "power": To("power"),
                "cycle": To("cycle"),
            },
        ),
        Equivalent(
            torch="WarmUpLR",
            native="oneflow.optim.lr_scheduler.WarmupLR",
            code="",
            grade="b",
            arguments={
                "scheduler_or_optimizer": To("scheduler_or_optimizer"),
                "warmup_factor": To("warmup_factor", _SHARE),
                "warmup_iters": To("warmup_iters", _STEPS),
                "warmup_method": To("warmup_method"),
                "warmup_prefix": To("warmup_prefix"),
            },
            source=_ONEFLOW,
            members={**BEHIND, "CosineDecayLR": {}},
            requires=_BUNDLE[1:],
        ),
    ),
}
