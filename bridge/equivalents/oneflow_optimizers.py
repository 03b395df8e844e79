"""OneFlow 0.9's optimizers that equal torch's, and when.

https://oneflow.readthedocs.io/en/v0.9.0/optim.html
"""

from __future__ import annotations

from typing import Final

from bridge.equivalents._model import (
    WITHOUT_EFFECT,
    Equivalent,
    To,
    dropped,
    only,
)

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
    # OneFlow's own; bridge's Adam takes it too.
    "do_bias_correction": To("do_bias_correction"),
}
_GLOBAL_STEP: Final = (
    "OneFlow counts Adam's steps once for all parameters: equal while each gets every gradient",
)
_ADAM_NEEDS: Final = ("written groups", "gradients at every step")


def _each(*names: str) -> dict[str, To]:
    """Return options that a group has under torch's names, as well as `lr` and `weight_decay`."""
    return {name: To(name) for name in ("lr", "weight_decay", *names)}


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
        requires=("written groups",),
        group_options=_each("momentum", "nesterov"),
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
        group_options=_each("betas", "eps", "amsgrad"),
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
        group_options=_each("betas", "eps", "amsgrad"),
        notes=_GLOBAL_STEP,
    ),
    Equivalent(
        torch="Adagrad",
        native="oneflow.optim.Adagrad",
        code="OF104",
        grade="p",
        arguments={
            **_OPTIMIZER,
            # OneFlow counts the steps of the decay once for all parameters.
            "lr_decay": To("lr_decay", only(0)),
            "initial_accumulator_value": To("initial_accumulator_value"),
            "eps": To("eps"),
        },
        source=_PAGE,
        keeps_positions=True,
        written={"lr": "0.01"},
        requires=("written groups",),
        group_options=_each("eps"),
    ),
    Equivalent(
        torch="Adadelta",
        native="oneflow.optim.Adadelta",
        code="OF105",
        grade="p",
        arguments={**_OPTIMIZER, "rho": To("rho"), "eps": To("eps")},
        source=_PAGE,
        keeps_positions=True,
        requires=("written groups",),
        group_options=_each("rho", "eps"),
    ),
)
