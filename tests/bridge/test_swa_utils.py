"""swa_utils against torch's: averages of models, statistics of batch norms, and SWALR."""

from __future__ import annotations

import copy
import inspect
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch.optim import swa_utils as torchs

from bridge.errors import UnknownTensorError
from bridge.optim import lr_scheduler, swa_utils
from tests.frameworks import Framework
from tests.scheduler_runs import frozen, torch_optimizer

if TYPE_CHECKING:
    from collections.abc import Callable

_RANDOM = np.random.default_rng(9)
_PARAMS = [_RANDOM.standard_normal((6, *shape)).astype("f4") for shape in [(4, 3), (3,), (3,)]]
_MEANS, _VARIANCES = _RANDOM.uniform(0.5, 2, (2, 6, 3)).astype("f4")
_BATCHES = _RANDOM.standard_normal((4, 8, 4)).astype("f4")

_tracking = pytest.mark.filterwarnings("ignore:When training, we now always track global mean")
"""What every batch norm of Paddle says."""


def _model(xp: Framework) -> Any:
    nn = xp.module.nn
    norm = nn.BatchNorm1D if xp.name == "paddle" else nn.BatchNorm1d
    return nn.Sequential(nn.Linear(4, 3), norm(3))


def _tensors(xp: Framework, model: Any) -> list[Any]:
    """Return weight and bias, the norm's weight, its mean and its variance."""
    linear, norm = model[0], model[1]
    names = ("_mean", "_variance") if xp.name == "paddle" else ("running_mean", "running_var")
    statistics = [getattr(norm, name) for name in names]
    return [linear.weight, linear.bias, norm.weight, *statistics]


def _write(xp: Framework, model: Any, version: int) -> None:
    weight = _PARAMS[0][version] if xp.name == "paddle" else _PARAMS[0][version].T
    arrays = [weight, _PARAMS[1][version], _PARAMS[2][version], _MEANS[version]]
    with xp.module.no_grad():
        for tensor, array in zip(_tensors(xp, model), [*arrays, _VARIANCES[version]], strict=True):
            value = xp.tensor(np.ascontiguousarray(array))
            if xp.name == "paddle":
                xp.module.assign(value, tensor)
            else:
                tensor.copy_(value)


def _read(xp: Framework, model: Any) -> list[Any]:
    weight, *others = (xp.numpy(tensor) for tensor in _tensors(xp, model))
    return [weight.T if xp.name == "paddle" else weight, *others]


AVERAGES: list[tuple[str, Callable[[Any], dict[str, Any]]]] = [
    ("equal", lambda module: {}),  # noqa: ARG005 - the same call for every row
    ("equal, buffers too", lambda module: {"use_buffers": True}),  # noqa: ARG005
    ("ema", lambda module: {"avg_fn": module.get_ema_avg_fn(0.9)}),
    ("ema of lists", lambda module: {"multi_avg_fn": module.get_ema_multi_avg_fn()}),
    ("swa", lambda module: {"avg_fn": module.get_swa_avg_fn(), "use_buffers": True}),
    ("swa of lists", lambda module: {"multi_avg_fn": module.get_swa_multi_avg_fn()}),
]


@pytest.mark.parametrize(
    ("name", "options"), AVERAGES, ids=[name.replace(" ", "_") for name, _ in AVERAGES]
)
def test_the_average_equals_torchs(
    xp: Framework, name: str, options: Callable[[Any], dict[str, Any]]
) -> None:
    del name

    def averaged(framework: Framework, module: Any) -> tuple[list[Any], int]:
        model = _model(framework)
        average = module.AveragedModel(model, **options(module))
        for version in range(5):
            _write(framework, model, version)
            average.update_parameters(model)
        _write(framework, model, 5)  # the copy is one of its own
        return _read(framework, average.module), int(average.n_averaged)

    (ours, count), (theirs, torchs_count) = (
        averaged(xp, swa_utils),
        averaged(Framework("torch"), torchs),
    )

    assert count == torchs_count == 5
    for mine, torchs_own in zip(ours, theirs, strict=True):
        assert mine == pytest.approx(torchs_own, abs=1e-6)


def test_it_is_a_layer_of_the_models_framework(xp: Framework) -> None:
    model = _model(xp)
    average = swa_utils.AveragedModel(model)
    model.eval()
    average.eval()
    average.update_parameters(model)
    batch = xp.tensor(_BATCHES[0])
    keys = set(average.state_dict())
    layer = xp.module.nn.Layer if xp.name == "paddle" else xp.module.nn.Module

    assert isinstance(average, layer)
    assert isinstance(average, swa_utils.AveragedModel)
    assert (xp.numpy(average(batch)) == xp.numpy(model(batch))).all()
    assert keys == {"n_averaged"} | {f"module.{key}" for key in model.state_dict()}


def test_on_torch_it_is_torchs() -> None:
    assert type(swa_utils.AveragedModel(torch.nn.Linear(2, 2))) is torchs.AveragedModel


def test_a_copy_goes_on_by_itself(xp: Framework) -> None:
    model = _model(xp)
    average = swa_utils.AveragedModel(model)
    _write(xp, model, 0)
    average.update_parameters(model)
    copied = copy.deepcopy(average)
    _write(xp, model, 1)
    copied.update_parameters(model)

    assert int(average.n_averaged) == 1
    assert int(copied.n_averaged) == 2
    assert _read(xp, average.module)[1] == pytest.approx(_PARAMS[1][0])
    assert _read(xp, copied.module)[1] == pytest.approx(_PARAMS[1][:2].mean(0), abs=1e-6)


def test_a_saved_state_loads(xp: Framework) -> None:
    model = _model(xp)
    average, other = swa_utils.AveragedModel(model), swa_utils.AveragedModel(_model(xp))
    for version in range(3):
        _write(xp, model, version)
        average.update_parameters(model)
    load = other.set_state_dict if xp.name == "paddle" else other.load_state_dict
    load(average.state_dict())

    assert int(other.n_averaged) == 3
    for mine, saved in zip(_read(xp, other.module), _read(xp, average.module), strict=True):
        assert (mine == saved).all()


@_tracking
def test_statistics_are_those_of_all_batches_alike(xp: Framework) -> None:
    def measured(framework: Framework, module: Any, *, is_paired: bool) -> list[Any]:
        model = _model(framework)
        _write(framework, model, 0)
        tensors = [framework.tensor(batch) for batch in _BATCHES]
        module.update_bn([(t, 0) for t in tensors] if is_paired else tensors, model)
        return _read(framework, model)[3:]

    mean, variance = measured(xp, swa_utils, is_paired=True)
    torchs_mean, torchs_variance = measured(Framework("torch"), torchs, is_paired=False)
    # Paddle's own variance divides by the count, torch's and OneFlow's by one less.
    factor = 7 / 8 if xp.name == "paddle" else 1.0

    assert mean == pytest.approx(torchs_mean, abs=1e-6)
    assert variance == pytest.approx(torchs_variance * factor, rel=1e-5)


@_tracking
def test_measuring_leaves_mode_and_momentum_as_they_were(xp: Framework) -> None:
    model = _model(xp)
    norm, name = model[1], "_momentum" if xp.name == "paddle" else "momentum"
    setattr(norm, name, 0.3)
    model.eval()
    swa_utils.update_bn([xp.tensor(_BATCHES[0])], model)
    was_measured = _read(xp, model)[3]
    model.train()
    model(xp.tensor(_BATCHES[1]))

    assert getattr(norm, name) == 0.3
    # A hook that stayed behind would give the next batch half, not its usual share.
    share = 0.7 if xp.name == "paddle" else 0.3
    own = xp.numpy(model[0](xp.tensor(_BATCHES[1]))).mean(0)
    assert _read(xp, model)[3] == pytest.approx(was_measured * (1 - share) + own * share, abs=1e-6)


def test_a_model_without_batch_norms_is_left_alone(xp: Framework) -> None:
    swa_utils.update_bn([None], xp.module.nn.Linear(2, 2))


def test_misuse_is_refused(xp: Framework) -> None:
    model, average = _model(xp), swa_utils.get_swa_avg_fn()

    with pytest.raises(AssertionError, match="Only one of avg_fn and multi_avg_fn"):
        swa_utils.AveragedModel(model, avg_fn=average, multi_avg_fn=lambda *_: None)
    with pytest.raises(UnknownTensorError, match="model must be a layer of torch, paddle, oneflow"):
        swa_utils.AveragedModel(list(model.parameters()))
    with pytest.raises(TypeError, match="Hint: give the average as avg_fn"):
        type("EMA", (swa_utils.AveragedModel,), {})


@pytest.mark.parametrize("name", torchs.__all__)
def test_signatures_equal_torchs(name: str) -> None:
    def parameters(module: Any) -> list[tuple[str, Any]]:
        found = inspect.signature(getattr(module, name)).parameters.values()
        return [(p.name, p.default) for p in found if p.name not in {"last_step", "verbose"}]

    assert parameters(swa_utils) == parameters(torchs)


SWALRS: list[dict[str, Any]] = [
    {"swa_lr": 0.05},
    {"swa_lr": 0.05, "anneal_strategy": "linear"},
    {"swa_lr": [0.05, 0.3], "anneal_epochs": 5},
    {"swa_lr": 0.05, "anneal_epochs": 0},
    {"swa_lr": 0.05, "anneal_epochs": 1, "anneal_strategy": "linear"},
    {"swa_lr": (0.05,)},
    {"swa_lr": 0.05, "anneal_strategy": "cosine"},
    {"swa_lr": 0.05, "anneal_epochs": -1},
    {"swa_lr": 0.05, "anneal_epochs": 2.5},
    {"swa_lr": 0.05, "last_epoch": 3},
]


def _swalr_run(swa: Any, schedulers: Any, options: dict[str, Any]) -> list[Any]:
    optimizer = torch_optimizer(0.1, 0.02)
    record: list[Any] = []
    try:
        before = schedulers.ExponentialLR(optimizer, 0.9)
        scheduler = swa.SWALR(optimizer, **options)
        for step in range(30):
            optimizer.step()
            (before if step < 8 else scheduler).step()
            record.append([(frozen(g["lr"]), g["swa_lr"]) for g in optimizer.param_groups])
    except (ValueError, KeyError) as error:
        record.append((type(error), str(error).split("\n", maxsplit=1)[0]))
    return record


@pytest.mark.parametrize("options", SWALRS, ids=str)
def test_swalr_equals_torchs_bit_for_bit(options: dict[str, Any]) -> None:
    ours = _swalr_run(swa_utils, lr_scheduler, options)

    assert ours == _swalr_run(torchs, torch.optim.lr_scheduler, options)


def test_swalrs_state_is_torchs_and_goes_on() -> None:
    ours, theirs = (
        module.SWALR(torch_optimizer(0.1), swa_lr=0.05, anneal_strategy="linear")
        for module in (swa_utils, torchs)
    )
    for _ in range(4):
        for scheduler in (ours, theirs):
            scheduler.optimizer.step()
            scheduler.step()
    optimizer = torch_optimizer(ours.optimizer.param_groups[0]["lr"])
    moved = swa_utils.SWALR(optimizer, swa_lr=0.05)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        moved.load_state_dict(theirs.state_dict())
        optimizer.param_groups[0]["lr"] = ours.get_last_lr()[0]
        moved.step()
        ours.step()

    assert ours.state_dict().keys() == theirs.state_dict().keys()
    assert moved.get_last_lr() == ours.get_last_lr()


@pytest.mark.parametrize("step", [0, 3, 25])
def test_swalr_resumes_anywhere(step: int) -> None:
    optimizer = torch_optimizer(0.1)
    walked = swa_utils.SWALR(optimizer, swa_lr=0.05, anneal_epochs=7)
    jumped = swa_utils.SWALR(torch_optimizer(0.1), swa_lr=0.05, anneal_epochs=7)
    for _ in range(step):
        optimizer.step()
        walked.step()
    jumped.resume(step)

    assert jumped.get_last_lr() == walked.get_last_lr()
    assert jumped.state_dict() == walked.state_dict()
