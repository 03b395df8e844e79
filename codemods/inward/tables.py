"""Which class of bridge a native class becomes: the native equivalents, read the other way round.

`bridge.equivalents` says which native class equals which torch class, and when. Bridge has torch's
classes, so a row holds in both directions, with its conditions. The frameworks' own schedules,
which torch lacks, bridge has under their own names; their rows are here.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bridge.equivalents import OPTIMIZERS, SCHEDULERS, Pair, To
from bridge.equivalents._model import ANYTHING, between, dropped, only
from codemods.inward.signatures import SIGNATURES, native_signature
from codemods.signatures import signature

if TYPE_CHECKING:
    import inspect
    from collections.abc import Iterator, Mapping

    from bridge.equivalents import Equivalent
    from codemods.analysis.facts import Role


@dataclass(frozen=True, slots=True)
class Inward:
    """One native class, and what bridge is given for its arguments.

    `to` is a name in `bridge.optim`. `arguments` maps native names to bridge's, `pairs` bridge's
    names to two native ones; `written` are arguments of bridge's that are always spelled out, as
    expressions over the native ones.
    """

    native: str
    to: str
    arguments: Mapping[str, To]
    pairs: Mapping[str, Pair] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)

    @property
    def role(self) -> Role:
        return "scheduler" if self.to.startswith("lr_scheduler.") else "optimizer"

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """What bridge's class takes."""
        found = signature(f"torch.optim.{self.to}")
        return {} if found is None else found.parameters


# Native arguments that torch's class has not: without effect, or equal at their default only.
NATIVE_ONLY: Final[Mapping[str, To]] = {
    "name": dropped(ANYTHING),
    "fused": dropped(ANYTHING),
    "use_multi_tensor": dropped(ANYTHING),
    "grad_clip": dropped(only(None)),
    "lr_ratio": dropped(only(None)),
    "apply_decay_param_fun": dropped(only(None)),
    "lazy_mode": dropped(only(False)),
    "multi_precision": dropped(only(False)),
    "use_lowprecision_moment": dropped(only(False)),
    "maximize": dropped(only(False)),
    "do_bias_correction": dropped(only(True)),
    "rescale_grad": dropped(only(1.0)),
    "cooldown": dropped(only(0)),
    "decay_rate": dropped(only(1.0)),
    "restart_limit": dropped(only(0)),
    "last_epoch": dropped(only(-1)),
    "last_step": dropped(only(-1)),
    "verbose": To("verbose"),
}


def _same(native: str, to: str, *names: str) -> Inward:
    """Describe a schedule that bridge has under the framework's argument names."""
    arguments = {**_own(native), **{name: To(name) for name in names}}
    return Inward(native, f"lr_scheduler.{to}", arguments)


def _own(native: str) -> dict[str, To]:
    return {n: NATIVE_ONLY[n] for n in native_signature(native).parameters if n in NATIVE_ONLY}


_LR: Final = "paddle.optimizer.lr."
_FLOW: Final = "oneflow.optim.lr_scheduler."
_OWN: Final = (
    _same(_LR + "NaturalExpDecay", "NaturalExpDecay", "gamma"),
    _same(_LR + "InverseTimeDecay", "InverseTimeDecay", "gamma"),
    _same(_LR + "NoamDecay", "NoamDecay", "d_model", "warmup_steps"),
    _same(_LR + "PiecewiseDecay", "PiecewiseDecay", "boundaries", "values"),
    _same(_LR + "PolynomialDecay", "PolynomialDecay", "decay_steps", "end_lr", "power", "cycle"),
    _same(_LR + "LinearWarmup", "LinearWarmup", "warmup_steps", "start_lr", "end_lr"),
    _same(_FLOW + "CosineDecayLR", "CosineDecayLR", "optimizer", "decay_steps", "alpha"),
    _same(
        _FLOW + "PolynomialLR",
        "PolynomialDecayLR",
        *("optimizer", "decay_batch", "end_learning_rate", "power", "cycle"),
    ),
    _same(
        _FLOW + "WarmUpLR",
        "WarmUpLR",
        *("scheduler_or_optimizer", "warmup_factor", "warmup_iters", "warmup_method"),
        "warmup_prefix",
    ),
    Inward(
        _LR + "OneCycleLR",
        "lr_scheduler.OneCycleLR",
        {
            **_own(_LR + "OneCycleLR"),
            "max_learning_rate": To("max_lr"),
            "total_steps": To("total_steps"),
            "divide_factor": To("div_factor"),
            "end_learning_rate": dropped(between(0, float("inf"), otherwise="differs")),
            "phase_pct": To("pct_start"),
            "anneal_strategy": To("anneal_strategy"),
            "three_phase": dropped(only(False)),
        },
        written={
            "final_div_factor": "max_learning_rate / divide_factor / end_learning_rate",
            "cycle_momentum": "False",
        },
    ),
)


def _inverse(row: Equivalent, to: str) -> Inward | None:
    """Read a row backwards; None where the native class can say more than torch's."""
    ours = signature(f"torch.optim.{to}")
    if row.native not in SIGNATURES or ours is None or row.members:
        return None
    pairs = {n: r for n, r in row.arguments.items() if isinstance(r, Pair)}
    rules = {n: r for n, r in row.arguments.items() if isinstance(r, To)}
    arguments = {r.name: To(n, r.when) for n, r in rules.items() if r.name is not None}
    paired = {n for pair in pairs.values() for n in (pair.first, pair.second)}
    if not set(row.written) <= {*arguments, *paired}:
        return None
    # Where torch's own default breaks a condition, the value that holds is spelled out.
    written = {
        name: rule.when.text
        for name, rule in rules.items()
        if rule.name is None
        and name in ours.parameters
        and not rule.when.holds(ours.parameters[name].default)
        and _is_literal(rule.when.text)
    }
    return Inward(row.native, to, {**_own(row.native), **arguments}, pairs, written)


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return False
    return True


def _rows() -> Iterator[Inward]:
    for module, tables in (("", OPTIMIZERS), ("lr_scheduler.", SCHEDULERS)):
        for rows in tables.values():
            for row in rows:
                if (found := _inverse(row, module + row.torch)) is not None:
                    yield found
    yield from _OWN


ROWS: Final[Mapping[str, Inward]] = {row.native: row for row in _rows()}
