"""What users do to a running schedule has the same effect, and the same warnings, as with torch."""

from __future__ import annotations

import copy
import warnings
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from bridge.optim import lr_scheduler
from tests.scheduler_cases import WARM_UP, Factor, Schedule, chained, of, sequential
from tests.scheduler_runs import first_sentence, snapshot, torch_optimizer

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCE = torch.optim.lr_scheduler
MODULES = (REFERENCE, lr_scheduler)
PLAIN = [
    of("LambdaLR", Factor("0.9**e")),
    of("MultiplicativeLR", Factor("0.95")),
    of("StepLR", 7),
    of("MultiStepLR", [5, 5, 12]),
    of("ConstantLR", 0.3, 10),
    of("LinearLR", 0.1, 1.0, 15),
    of("ExponentialLR", 0.9),
    of("PolynomialLR", 20, 2.0),
    of("CosineAnnealingLR", 10, 0.001),
    of("CosineAnnealingWarmRestarts", 4, 3),
    of("CyclicLR", 0.01, 0.1, 5),
    of("OneCycleLR", 0.1, 60),
]
COMPOSED = [
    chained(WARM_UP, of("CosineAnnealingLR", 10)),
    sequential(WARM_UP, of("StepLR", 3), milestones=[8]),
]
PLATEAU = of("ReduceLROnPlateau", patience=1, factor=0.5)


def step(scheduler: Any) -> None:
    scheduler.optimizer.step()
    scheduler.step(*([1.0] if hasattr(scheduler, "num_bad_epochs") else []))


def record(schedule: Schedule, module: Any, act: Callable[[Any, int], None]) -> list[Any]:
    """Act at each of 30 steps; return what is left in the groups, the warnings and the error."""
    seen: list[Any] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            scheduler = schedule.build(module, torch_optimizer(0.1))
            for index in range(30):
                act(scheduler, index)
                seen.append((snapshot(scheduler.optimizer), scheduler.get_last_lr()))
        except Exception as error:  # noqa: BLE001 - whatever torch raises, ours must raise as well
            seen.append((type(error), first_sentence(*error.args[:1])))
    return [*((each.category, first_sentence(each.message)) for each in caught), *seen]


def write_lr_by_hand(scheduler: Any, index: int) -> None:
    if index == 6:
        scheduler.optimizer.param_groups[0]["lr"] = 0.25
    step(scheduler)


def add_a_group(scheduler: Any, index: int) -> None:
    if index == 6:
        scheduler.optimizer.add_param_group({"params": [torch.zeros(1)], "lr": 0.2})
    step(scheduler)


def move_last_epoch(scheduler: Any, index: int) -> None:
    if index == 6:
        scheduler.last_epoch = 2
    step(scheduler)


def step_to_an_epoch(scheduler: Any, index: int) -> None:
    scheduler.optimizer.step()
    scheduler.step(*[1.0][: hasattr(scheduler, "num_bad_epochs")], epoch=(7 * index) % 40)


def step_before_the_optimizer(scheduler: Any, _index: int) -> None:
    scheduler.step(*[1.0][: hasattr(scheduler, "num_bad_epochs")])
    scheduler.optimizer.step()


def ask_for_lr_between(scheduler: Any, index: int) -> None:
    step(scheduler)
    scheduler.seen = scheduler.get_lr()
    if index == 3:
        scheduler.optimizer.param_groups[0]["lr"] = scheduler.seen[0]


def replace_the_optimizers_step(scheduler: Any, index: int) -> None:
    if index == 0:
        scheduler.optimizer.step = type(scheduler.optimizer).step.__get__(scheduler.optimizer)
    step(scheduler)


def step_past_the_end(scheduler: Any, _index: int) -> None:
    for _ in range(3):
        step(scheduler)


ACTS = [
    write_lr_by_hand,
    add_a_group,
    move_last_epoch,
    step_to_an_epoch,
    step_before_the_optimizer,
    ask_for_lr_between,
    replace_the_optimizers_step,
    step_past_the_end,
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("schedule", [*PLAIN, *COMPOSED, PLATEAU], ids=str)
def test_it_goes_as_with_torch(schedule: Schedule, act: Callable[[Any, int], None]) -> None:
    expected, actual = (record(schedule, module, act) for module in MODULES)
    if expected[-1] == (NotImplementedError, ""):  # torch gives no message; ours says what to do
        assert actual.pop()[0] is expected.pop()[0]

    assert actual == expected


@pytest.mark.parametrize("epoch", [0, 2.5, 3.999, 4, 16.25, 52, 363, 364, 1111.0, -1])
@pytest.mark.parametrize("T_mult", [1, 2, 3, 10])
def test_fractional_epochs_of_warm_restarts(T_mult: int, epoch: float) -> None:
    def act(scheduler: Any, index: int) -> None:
        scheduler.optimizer.step()
        scheduler.step(epoch if index == 2 else None)

    expected, actual = (
        record(of("CosineAnnealingWarmRestarts", 3, T_mult), module, act) for module in MODULES
    )

    assert actual == expected


@pytest.mark.parametrize("second", PLAIN, ids=str)
@pytest.mark.parametrize("first", PLAIN, ids=str)
def test_two_schedules_on_one_optimizer(first: Schedule, second: Schedule) -> None:
    records = []
    for module in MODULES:
        optimizer = torch_optimizer(0.1)
        schedulers = [schedule.build(module, optimizer) for schedule in (first, second)]
        seen = []
        for _ in range(25):
            optimizer.step()
            for scheduler in schedulers:
                scheduler.step()
                seen.append((snapshot(optimizer), scheduler.get_last_lr()))
        records.append(seen)

    assert records[0] == records[1]


@pytest.mark.parametrize(
    "owners",
    [(REFERENCE, lr_scheduler), (lr_scheduler, REFERENCE)],
    ids=["ours in torch's", "torch's in ours"],
)
@pytest.mark.parametrize("kind", ["ChainedScheduler", "SequentialLR"])
def test_ours_and_torchs_schedules_compose(owners: tuple[Any, Any], kind: str) -> None:
    records = []
    for owner, member in [owners, (REFERENCE, REFERENCE)]:
        optimizer = torch_optimizer(0.1)
        members = [of("LinearLR", 0.1).build(member, optimizer)]
        members.append(of("CosineAnnealingLR", 9).build(member, optimizer))
        args = [members] if kind == "ChainedScheduler" else [optimizer, members, [6]]
        scheduler = getattr(owner, kind)(*args)
        records.append([])
        for _ in range(25):
            step(scheduler)
            records[-1].append((snapshot(optimizer), scheduler.get_last_lr()))

    assert records[0] == records[1]


@pytest.mark.parametrize("kind", ["ChainedScheduler", "SequentialLR"])
def test_torchs_plateau_is_no_member_of_ours(kind: str) -> None:
    optimizer = torch_optimizer(0.1)
    plateau = REFERENCE.ReduceLROnPlateau(optimizer)
    args: list[Any] = [[plateau]] if kind == "ChainedScheduler" else [optimizer, [plateau], []]

    with pytest.raises(ValueError, match="does not support `ReduceLROnPlateau` scheduler"):
        getattr(lr_scheduler, kind)(*args)


def test_last_step_is_another_name_of_last_epoch() -> None:
    scheduler = lr_scheduler.StepLR(torch_optimizer(0.1), 3)
    scheduler.last_step = 5

    assert scheduler.last_epoch == 5
    assert scheduler.last_step == 5
    with pytest.raises(TypeError, match="two names of one argument"):
        lr_scheduler.StepLR(torch_optimizer(0.1), 3, last_epoch=2, last_step=4)


def test_verbose_prints_what_torch_printed_up_to_2_2(capsys: pytest.CaptureFixture[str]) -> None:
    scheduler = lr_scheduler.ExponentialLR(torch_optimizer(0.1, 0.01), 0.5, verbose=True)
    step(scheduler)
    with pytest.warns(UserWarning, match="The epoch parameter"):
        scheduler.step(4)

    assert capsys.readouterr().out.splitlines() == [
        "Adjusting learning rate of group 0 to 1.0000e-01.",
        "Adjusting learning rate of group 1 to 1.0000e-02.",
        "Adjusting learning rate of group 0 to 5.0000e-02.",
        "Adjusting learning rate of group 1 to 5.0000e-03.",
        "Epoch 00004: adjusting learning rate of group 0 to 6.2500e-03.",
        "Epoch 00004: adjusting learning rate of group 1 to 6.2500e-04.",
    ]


@pytest.mark.parametrize("schedule", COMPOSED, ids=str)
def test_verbose_prints_what_a_composition_sets(
    schedule: Schedule, capsys: pytest.CaptureFixture[str]
) -> None:
    scheduler = schedule.build(lr_scheduler, torch_optimizer(0.1), verbose=True)
    capsys.readouterr()
    step(scheduler)
    set_lr = scheduler.get_last_lr()[0]

    assert capsys.readouterr().out == f"Adjusting learning rate of group 0 to {set_lr:.4e}.\n"


def test_verbose_prints_reductions(capsys: pytest.CaptureFixture[str]) -> None:
    scheduler = lr_scheduler.ReduceLROnPlateau(torch_optimizer(0.1), patience=0, verbose=True)
    for _ in range(2):
        step(scheduler)

    assert (
        capsys.readouterr().out == "Epoch 00002: reducing learning rate of group 0 to 1.0000e-02.\n"
    )


@pytest.mark.parametrize(
    "given", [torch.nn.Linear(1, 1), [torch.zeros(1)], 0.1, None, SimpleNamespace(param_groups=[1])]
)
@pytest.mark.parametrize("schedule", [*PLAIN, PLATEAU], ids=str)
def test_what_is_no_optimizer_is_refused_with_a_hint(schedule: Schedule, given: Any) -> None:
    with pytest.raises(TypeError) as caught:
        schedule.build(lr_scheduler, given)

    lines = str(caught.value).splitlines()
    assert lines[0] == f"{type(given).__name__} is not an Optimizer"
    assert "bridge.wrap" in lines[-1]


def test_an_optimizer_without_hooks_gives_no_warning() -> None:
    optimizer: Any = SimpleNamespace(param_groups=[{"lr": 0.1}])
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
    scheduler.step()

    assert scheduler.get_last_lr() == [0.05]


class Delegating(torch.optim.Optimizer):
    """A wrapper as accelerate has it: an Optimizer by type, never initialised as one."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.optimizer = optimizer

    @property
    def param_groups(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """Return those of the wrapped optimizer."""
        return self.optimizer.param_groups


def test_a_wrapper_that_inherits_hooks_but_has_none_gives_no_warning() -> None:
    scheduler = lr_scheduler.ExponentialLR(Delegating(torch_optimizer(0.1)), 0.5)
    scheduler.step()

    assert scheduler.get_last_lr() == [0.05]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("later", MODULES, ids=["torch", "bridge"])
@pytest.mark.parametrize("earlier", MODULES, ids=["torch", "bridge"])
def test_order_warning_where_ours_and_torchs_share_an_optimizer(
    earlier: Any, later: Any, before: bool
) -> None:
    optimizer = torch_optimizer(0.1)
    of("StepLR", 3).build(earlier, optimizer)
    if before:
        optimizer.step()
    scheduler = of("StepLR", 3).build(later, optimizer)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        scheduler.step()

    expected = (
        [] if before else ["Detected call of `lr_scheduler.step()` before `optimizer.step()`"]
    )
    assert [first_sentence(each.message) for each in caught] == expected


@pytest.mark.parametrize("module", MODULES, ids=["torch", "bridge"])
def test_a_copy_warns_that_it_cannot_tell(module: Any) -> None:
    twin = copy.deepcopy(of("StepLR", 3).build(module, torch_optimizer(0.1)))
    twin.optimizer.step()

    with pytest.warns(UserWarning, match=r"Seems like `optimizer.step\(\)` has been overridden"):
        twin.step()


def test_the_optimizers_own_state_and_methods_stay_as_they_were() -> None:
    optimizer = torch_optimizer(0.1)
    state, groups = optimizer.state_dict(), set(optimizer.param_groups[0])
    lr_scheduler.StepLR(optimizer, 3)

    assert "step" not in vars(optimizer)
    assert set(optimizer.param_groups[0]) - groups == {"initial_lr"}
    assert set(optimizer.state_dict()["param_groups"][0]) - {"initial_lr"} == set(
        state["param_groups"][0]
    )
