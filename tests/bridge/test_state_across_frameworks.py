"""A run that moves to another framework in the middle goes on as if it had stayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge import optim
from tests.cases import OPTIMIZERS, Case
from tests.frameworks import Framework
from tests.parity import TOLERANCES, problem

if TYPE_CHECKING:
    from collections.abc import Sequence

HALF, WHOLE = 20, 40

# One case for each optimizer, the one that keeps the most state; the others move the same entries.
NAMES = (
    "sgd_nesterov",
    "sgd_dampening",
    "adam_amsgrad",
    "adam_decay",
    "adamw_decay",
    "rmsprop_all",
    "adagrad_decays",
    "adadelta_decay",
    "adamax_betas",
    "nadam_betas",
    "radam_decoupled",
    "asgd_averaging",
    "rprop_etas",
    "adafactor_decay",
    "muon",
    "lamb_decay",
    "lion_decay_maximize",
)
CASES = [case for case in OPTIMIZERS if case.name in NAMES]


class Run:
    """Parameters, optimizer and schedule on one framework, under the fixed gradients."""

    def __init__(self, framework: Framework, case: Case) -> None:
        self.framework = framework
        self.given = problem("float32", WHOLE, is_of_matrices=case.is_of_matrices)
        self.params = [[framework.param(array) for array in group] for group in self.given.start]
        groups = [{"params": p, **o} for p, o in zip(self.params, case.groups, strict=True)]
        self.optimizer = getattr(optim, case.optimizer)(groups, lr=case.lr, **case.options)
        self.scheduler = optim.lr_scheduler.CosineAnnealingLR(self.optimizer, T_max=30)
        self.named = {
            f"{i}.{j}": param
            for i, group in enumerate(self.params)
            for j, param in enumerate(group)
        }

    def train(self, steps: range) -> Sequence[Any]:
        for step in steps:
            for i, group in enumerate(self.params):
                for j, param in enumerate(group):
                    self.framework.set_grad(param, self.given.grads[step][i][j])
            self.optimizer.step()
            self.scheduler.step()
        return [self.framework.numpy(param) for param in self.named.values()]


def moved(case: Case, source: Framework, target: Framework) -> Sequence[Any]:
    """Train half on the one, the rest on the other."""
    before, after = Run(source, case), Run(target, case)
    before.train(range(HALF))
    bridge.move_state(
        params=(before.named, after.named),
        optimizer=(before.optimizer, after.optimizer),
        scheduler=(before.scheduler, after.scheduler),
    )
    return after.train(range(HALF, WHOLE))


def error(found: Sequence[Any], expected: Sequence[Any]) -> float:
    return max(
        float(np.abs(a.astype("f8") - b).max() / np.abs(b).max())
        for a, b in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("other", ["torch", "paddle"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_run_goes_on_elsewhere(xp: Framework, other: str, case: Case) -> None:
    stayed = Run(xp, case).train(range(WHOLE))

    assert error(moved(case, xp, Framework(other)), stayed) <= case_tolerance(case)


@pytest.mark.only_backend("oneflow")
@pytest.mark.parametrize("other", ["torch", "paddle", "oneflow"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_run_comes_to_oneflow(xp: Framework, other: str, case: Case) -> None:
    stayed = Run(Framework(other), case).train(range(WHOLE))

    assert error(moved(case, Framework(other), xp), stayed) <= case_tolerance(case)


def case_tolerance(case: Case) -> float:
    return max(TOLERANCES["torch", "float32"], case.rounding)


def test_every_optimizer_moves() -> None:
    classes = {n for n in optim.__all__ if isinstance(getattr(optim, n), type)} - {"Optimizer"}
    elsewhere = {"LBFGS", "SparseAdam"}  # with closures among the layouts; on torch alone

    assert {case.optimizer for case in CASES} | elsewhere == classes
