"""Wrong rules: each is a row of `bridge.equivalents` with one mistake, and a script that shows it.

A condition that is dropped, a default that is not written out, two arguments that change places.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bridge.equivalents import OPTIMIZERS, SCHEDULERS, Pair, To
from bridge.equivalents._model import ANYTHING
from tests.codemods.execution_cases import EPOCHS, HEAD, IN_PART, READ_LR, SCHEDULED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bridge.equivalents import Equivalent
    from bridge.equivalents._model import Otherwise

# What a class is given besides what is wrong.
NEEDED: Final[Mapping[str, Mapping[str, str]]] = {
    "StepLR": {"step_size": "10"},
    "MultiStepLR": {"milestones": "[20, 60]"},
    "ExponentialLR": {"gamma": "0.97"},
    "LambdaLR": {"lr_lambda": "lambda step: 0.95**step"},
    "MultiplicativeLR": {"lr_lambda": "lambda step: 0.95"},
    "CosineAnnealingLR": {"T_max": "30"},
    "CosineAnnealingWarmRestarts": {"T_0": "10"},
    "OneCycleLR": {"max_lr": "0.2", "total_steps": "STEPS + 1", "cycle_momentum": "False"},
    "CyclicLR": {
        "base_lr": "0.01",
        "max_lr": "0.1",
        "step_size_up": "20",
        "cycle_momentum": "False",
    },
    "ChainedScheduler": {},
    "SequentialLR": {
        "schedulers": (
            "[lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10), "
            "lr_scheduler.StepLR(optimizer, 30)]"
        ),
        "milestones": "[10]",
    },
}
# A value that breaks a condition, by argument, by class and argument, or by code and argument.
BREAKING: Final[Mapping[str, str]] = {
    "differentiable": "True",
    "maximize": "True",
    "decoupled_weight_decay": "True",
    "last_epoch": "3",
    "lr_decay": "0.1",
    "momentum": "0.9",
    "dampening": "0.5",
    "nesterov": "True",
    "cycle_momentum": "True",
    "three_phase": "True",
    "cooldown": "5",
    "min_lr": "[0.01]",
    "gamma": "-0.9",
    "StepLR step_size": "-10",
    "MultiStepLR milestones": "[60, 20]",
    "SequentialLR milestones": "[20, 10]",
    "T_max": "0",
    "T_0": "0",
    "T_mult": "10",
    "total_iters": "0",
    "factor": "0.0",
    "power": "-1.0",
    "max_lr": "-0.2",
    "base_lr": "-0.01",
    "step_size_up": "2.5",
    "total_steps": "1",
    "pct_start": "1.5",
    "div_factor": "-25.0",
    "final_div_factor": "-100.0",
    "PD201 gamma": "1.5",
    "PD202 gamma": "1.5",
    "PD203 gamma": "1.01",
    "PD201 step_size": "2.5",
    "PD205 T_max": "7.5",
    "PD212 T_mult": "0",
}
STEP: Final = "lr_scheduler.StepLR(optimizer, 30)"
# What a schedule of schedules would have, and must not, by the code of its row.
MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "PD214": (
        "lr_scheduler.LinearLR(optimizer, 1.5, total_iters=10)",
        "lr_scheduler.MultiplicativeLR(optimizer, lambda step: 0.95)",
    ),
    "OF211": ("lr_scheduler.LambdaLR(optimizer, lambda step: 0.95**step)",),
    "OF212": ("lr_scheduler.CosineAnnealingLR(optimizer, 40, eta_min=0.01)",),
}
# An option of a group, as its entry; and what a class has for all groups alone, by its row.
OPTIONS: Final[Mapping[str, str]] = {"lr": '"lr": 0.02', "betas": '"betas": (0.8, 0.95)'}
OF_ALL: Final[Mapping[str, tuple[str, str]]] = {
    "PD103": ("amsgrad", '"amsgrad": True'),
    "PD104": ("amsgrad", '"amsgrad": True'),
    "PD105": ("initial_accumulator_value", '"initial_accumulator_value": 1.0'),
    "OF104": ("initial_accumulator_value", '"initial_accumulator_value": 1.0'),
}
# How the loop has to change for a mistake to show: gradients so small that what is added to their
# root counts, parameters without a gradient at some steps, a default that is left to the class.
CLIP: Final = "    torch.nn.utils.clip_grad_norm_(model.parameters(), 1e-5)\n    optimizer.step"
SHOWN: Final[Mapping[str, tuple[str, str]]] = {
    "epsilon": ("    optimizer.step", CLIP),
    "lr_decay": (EPOCHS, IN_PART),
    "step_size_up": ("step_size_up=20, ", ""),
}
# What else is needed for a broken condition to show.
ALONG: Final[Mapping[str, Mapping[str, str]]] = {
    "PD102": {"momentum": "0.9"},
    "amsgrad": {"betas": "(0.9, 0.5)"},
    "dampening": {"momentum": "0.9"},
    "decoupled_weight_decay": {"weight_decay": "0.1"},
    "T_mult": {"T_0": "1"},  # the third cycle begins at step 111, or is rounded away
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong row, and the script that it ports wrongly.

    `otherwise` is what the native class does where the row is wrong: it differs, or it raises.
    """

    name: str
    framework: str
    row: Equivalent
    text: str
    otherwise: Otherwise = "differs"

    def __str__(self) -> str:
        return f"{self.row.code} {self.name}"


def mutants(framework: str) -> Iterator[Mutant]:
    """Yield every wrong row of a framework's tables."""
    for is_scheduler, table in ((False, OPTIMIZERS), (True, SCHEDULERS)):
        for row in table[framework]:
            yield from _conditions(framework, row, is_scheduler=is_scheduler)
            yield from _defaults(framework, row, is_scheduler=is_scheduler)
            yield from _pairs(framework, row)
            yield from _members(framework, row)
            yield from _groups(framework, row)


def _conditions(framework: str, row: Equivalent, *, is_scheduler: bool) -> Iterator[Mutant]:
    for name, rule in row.arguments.items():
        if isinstance(rule, To) and rule.when is not ANYTHING:
            arguments = {**row.arguments, name: replace(rule, when=ANYTHING)}
            wrong = replace(row, arguments=arguments)
            along = {} if row.code == "PD101" else ALONG.get(name, {})
            given = {**along, name: _breaking(row, name)}
            text = script(row.torch, given, is_scheduler=is_scheduler)
            text = text.replace(*SHOWN.get(name, ("", "")))
            otherwise = rule.when.otherwise
            yield Mutant(f"without the condition on {name}", framework, wrong, text, otherwise)


def _breaking(row: Equivalent, name: str) -> str:
    keys = (f"{row.code} {name}", f"{row.torch} {name}", name)
    return next(BREAKING[key] for key in keys if key in BREAKING)


def _defaults(framework: str, row: Equivalent, *, is_scheduler: bool) -> Iterator[Mutant]:
    for name in row.written:
        written = {key: text for key, text in row.written.items() if key != name}
        text = script(row.torch, is_scheduler=is_scheduler)
        text = text.replace(*SHOWN.get(name, ("", "")))
        yield Mutant(f"without {name} written out", framework, replace(row, written=written), text)


def _pairs(framework: str, row: Equivalent) -> Iterator[Mutant]:
    for name, pair in row.arguments.items():
        if isinstance(pair, Pair):
            swapped = {**row.arguments, name: Pair(pair.second, pair.first)}
            text = script(row.torch, {name: "(0.8, 0.95)"}, is_scheduler=False)
            yield Mutant(f"{name} swapped", framework, replace(row, arguments=swapped), text)


def _members(framework: str, row: Equivalent) -> Iterator[Mutant]:
    """Let a schedule of schedules have members that it must not have."""
    for member in MEMBERS.get(row.code, ()):
        name = member.partition("(")[0].removeprefix("lr_scheduler.")
        wrong = replace(row, members={**row.members, name: {}})
        text = script(row.torch, _with(member), is_scheduler=True)
        yield Mutant(f"with {name} for a member", framework, wrong, text)


def _groups(framework: str, row: Equivalent) -> Iterator[Mutant]:
    """Take a group's rate for a factor, its betas for each other, and what only all have."""
    for name, rule in row.group_options.items():
        wrong = (
            Pair(rule.second, rule.first)
            if isinstance(rule, Pair)
            else replace(rule, convert="as it is")
        )
        if wrong != rule and name in OPTIONS:
            yield _grouped(framework, row, {**row.group_options, name: wrong}, name, OPTIONS[name])
    if row.code in OF_ALL:
        name, entry = OF_ALL[row.code]
        yield _grouped(framework, row, {**row.group_options, name: To(name)}, name, entry)


def _grouped(
    framework: str, row: Equivalent, options: Mapping[str, To | Pair], name: str, entry: str
) -> Mutant:
    groups = (
        f'[{{"params": model.first.parameters(), {entry}}}, '
        '{"params": model.second.parameters()}]'
    )
    given = {"lr": "0.1", **ALONG.get(row.code, {}), **ALONG.get(name, {})}
    text = script(row.torch, given, is_scheduler=False).replace("model.parameters()", groups)
    return Mutant(f"{name} of a group", framework, replace(row, group_options=options), text)


def _with(member: str) -> Mapping[str, str]:
    first = "lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)"
    members = (member, STEP) if member.endswith("1.5, total_iters=10)") else (first, member)
    return {"schedulers": f"[{', '.join(members)}]"}


def script(name: str, given: Mapping[str, str] | None = None, *, is_scheduler: bool) -> str:
    """Return a script that has an optimizer or a scheduler with what it needs, and with `given`."""
    given = {**NEEDED.get(name, {}), **(given or {})}
    arguments = ", ".join(f"{key}={value}" for key, value in given.items())
    if not is_scheduler:
        made = f"optimizer = optim.{name}(model.parameters(), {arguments})\n"
        return f"{HEAD}{made}{EPOCHS}{READ_LR}"
    made = "optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)\n"
    own = "" if name == "ChainedScheduler" else "optimizer, "
    scheduler = f"scheduler = lr_scheduler.{name}({own}{arguments})\n"
    if name == "ReduceLROnPlateau":
        return f"{HEAD}{made}{scheduler}{EPOCHS}    scheduler.step(METRICS[step])\n{READ_LR}"
    return f"{HEAD}{made}{scheduler}{EPOCHS}{SCHEDULED}"
