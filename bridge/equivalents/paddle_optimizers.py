"""Paddle 3.3's optimizers that equal torch's, and when.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Overview_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge.equivalents._model import (
    WITHOUT_EFFECT,
    Equivalent,
    Pair,
    To,
    dropped,
    only,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

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
# The decay is added to the gradient, never taken off the parameter.
_COUPLED: Final = {**_OPTIMIZER, "decoupled_weight_decay": dropped(only(False))}
# Options of a group. Paddle keeps a group's learning rate as a factor of the optimizer's...
_GROUP: Final = {
    "lr": To("learning_rate", convert="factor"),
    "weight_decay": To("weight_decay", convert="float"),
}
_EPS: Final = {"eps": To("epsilon")}
_MOMENTS: Final[Mapping[str, To | Pair]] = {**_GROUP, "betas": Pair("beta1", "beta2"), **_EPS}
# ... and writes that factor on each parameter, and most classes a decay of any group too: where a
# later optimizer finds them.
_NEEDS: Final = ("written groups", "groups alone")
_DECAY_OF_ITS_OWN: Final = ("written groups", "rates alone")
_ADAM: Final[Mapping[str, To | Pair]] = {
    **_OPTIMIZER,
    "betas": Pair("beta1", "beta2"),
    "eps": To("epsilon"),
    "amsgrad": To("amsgrad"),
}

OPTIMIZERS: Final = (
    Equivalent(
        torch="SGD",
        native="paddle.optimizer.SGD",
        code="PD101",
        grade="p",
        arguments={
            **_OPTIMIZER,
            "momentum": dropped(only(0)),
            "dampening": WITHOUT_EFFECT,  # without momentum
            "nesterov": dropped(only(False)),
        },
        source=_PAGES + "SGD_en.html",
        requires=_NEEDS,
        group_options=_GROUP,
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
        # Paddle's own default is 0.9; torch's row is taken for the momentum of a group.
        written={"momentum": "momentum"},
        requires=_DECAY_OF_ITS_OWN,
        group_options={**_GROUP, "momentum": To("momentum"), "nesterov": To("use_nesterov")},
    ),
    Equivalent(
        torch="Adam",
        native="paddle.optimizer.Adam",
        code="PD103",
        grade="p",
        arguments={**_ADAM, "decoupled_weight_decay": dropped(only(False))},
        source=_PAGES + "Adam_en.html",
        requires=_NEEDS,
        group_options=_MOMENTS,
    ),
    Equivalent(
        torch="AdamW",
        native="paddle.optimizer.AdamW",
        code="PD104",
        grade="p",
        arguments=_ADAM,
        source=_PAGES + "AdamW_en.html",
        requires=_DECAY_OF_ITS_OWN,
        group_options=_MOMENTS,
    ),
    Equivalent(
        torch="Adagrad",
        native="paddle.optimizer.Adagrad",
        code="PD105",
        grade="p",
        arguments={
            **_OPTIMIZER,
            "lr_decay": dropped(only(0)),
            "initial_accumulator_value": To("initial_accumulator_value", convert="float"),
            "eps": To("epsilon"),
        },
        source=_PAGES + "Adagrad_en.html",
        written={"learning_rate": "0.01", "epsilon": "1e-10"},
        requires=_NEEDS,
        group_options={**_GROUP, **_EPS},
    ),
    Equivalent(
        torch="Adadelta",
        native="paddle.optimizer.Adadelta",
        code="PD106",
        grade="p",
        arguments={**_OPTIMIZER, "rho": To("rho"), "eps": To("epsilon")},
        source=_PAGES + "Adadelta_en.html",
        written={"learning_rate": "1.0", "rho": "0.9"},
        requires=_NEEDS,
        group_options={**_GROUP, "rho": To("rho"), **_EPS},
    ),
    Equivalent(
        torch="NAdam",
        native="paddle.optimizer.NAdam",
        code="PD107",
        grade="p",
        arguments={
            **_COUPLED,
            "betas": Pair("beta1", "beta2"),
            "eps": To("epsilon"),
            "momentum_decay": To("momentum_decay"),
        },
        source=_PAGES + "NAdam_en.html",
        requires=_NEEDS,
        group_options={**_MOMENTS, "momentum_decay": To("momentum_decay")},
    ),
    Equivalent(
        torch="RAdam",
        native="paddle.optimizer.RAdam",
        code="PD108",
        grade="p",
        arguments={**_COUPLED, "betas": Pair("beta1", "beta2"), "eps": To("epsilon")},
        source=_PAGES + "RAdam_en.html",
        requires=_NEEDS,
        group_options=_MOMENTS,
    ),
    Equivalent(
        torch="Rprop",
        native="paddle.optimizer.Rprop",
        code="PD109",
        grade="p",
        arguments={
            **_IMPLEMENTATION,
            "params": To("parameters"),
            "lr": To("learning_rate", convert="float"),
            "etas": To("etas"),
            "step_sizes": To("learning_rate_range"),
        },
        source=_PAGES + "Rprop_en.html",
        written={"learning_rate": "0.01", "learning_rate_range": "(1e-6, 50)"},
        # Both take the first step sizes from the lr; Paddle's has it from the constructor alone.
        requires=("one group", "no scheduler"),
        notes=("Paddle's Rprop raises unless `lr` lies within `step_sizes`",),
    ),
)
