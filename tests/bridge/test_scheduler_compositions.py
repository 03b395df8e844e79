"""Any composition that torch takes goes as torch's, and any that it refuses is refused."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.optim import lr_scheduler
from tests.scheduler_cases import Case, Factor, Schedule, chained, of, sequential
from tests.scheduler_runs import run, torch_optimizer

small = st.integers(min_value=0, max_value=12)
positive = st.integers(min_value=1, max_value=12)
factors = st.floats(min_value=0.0, max_value=1.0)
gammas = st.floats(min_value=-1.5, max_value=1.5)
rates = st.floats(min_value=1e-6, max_value=1.0)
texts = st.sampled_from(["0.9**e", "1/(1+e)", "math.cos(e)", "e//3"])

singles = st.one_of(
    st.builds(lambda text: of("LambdaLR", Factor(text)), texts),
    st.builds(lambda text: of("MultiplicativeLR", Factor(text)), texts),
    st.builds(lambda size, gamma: of("StepLR", size, gamma), positive, gammas),
    st.builds(lambda at, gamma: of("MultiStepLR", at, gamma), st.lists(small), gammas),
    st.builds(lambda factor, total: of("ConstantLR", factor, total), factors, small),
    st.builds(lambda start, end, n: of("LinearLR", start, end, n), factors, factors, small),
    st.builds(lambda gamma: of("ExponentialLR", gamma), gammas),
    st.builds(lambda total, power: of("PolynomialLR", total, power), small, st.floats(0, 4)),
    st.builds(lambda period, low: of("CosineAnnealingLR", period, low), positive, factors),
    st.builds(lambda *row: of("CosineAnnealingWarmRestarts", *row), positive, positive, factors),
    st.builds(lambda low, high, up: of("CyclicLR", low, high, up), rates, rates, positive),
    st.builds(lambda high, share: of("OneCycleLR", high, 40, pct_start=share), rates, factors),
)


def _composed(members: st.SearchStrategy[Schedule]) -> st.SearchStrategy[Schedule]:
    lists = st.lists(members, min_size=1, max_size=3)
    return lists.map(lambda found: chained(*found)) | lists.flatmap(_in_sequence)


def _in_sequence(members: list[Schedule]) -> st.SearchStrategy[Schedule]:
    count = len(members) - 1
    milestones = st.lists(small, min_size=count, max_size=count)
    return milestones.map(lambda found: sequential(*members, milestones=sorted(found)))


compositions = st.recursive(singles, _composed, max_leaves=5)
NO_MESSAGE = (NotImplementedError, "")  # torch gives none; ours says what to do


@settings(deadline=None, max_examples=300)
@given(schedule=compositions, lrs=st.lists(rates, min_size=1, max_size=2))
def test_any_composition_equals_torchs(schedule: Schedule, lrs: list[float]) -> None:
    case = Case(schedule, tuple(lrs), steps=30)
    expected = run(case, torch.optim.lr_scheduler, torch_optimizer(*lrs))
    actual = run(case, lr_scheduler, torch_optimizer(*lrs))
    if expected[-1] == NO_MESSAGE:
        assert actual.pop()[0] is expected.pop()[0]

    # As text: a learning rate that has become NaN equals nothing, not even itself.
    assert repr(actual) == repr(expected)
