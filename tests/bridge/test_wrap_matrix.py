"""bridge.wrap over every class that Paddle and OneFlow have: a write works, or it is refused."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge import optim
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from tests.frameworks import Framework

SHAPES = [(4, 3), (3,)]
ADAM = {"lr": 0.03, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1}
# Class -> other values than its defaults, for each hyperparameter that it has.
CLASSES: dict[str, dict[str, dict[str, Any]]] = {
    "paddle": {
        "ASGD": {"lr": 0.03, "weight_decay": 0.1},
        "Adadelta": {"lr": 0.03, "rho": 0.8, "eps": 1e-3, "weight_decay": 0.1},
        "Adagrad": {"lr": 0.03, "eps": 1e-3, "weight_decay": 0.1},
        "Adam": {**ADAM, "amsgrad": True},
        "AdamW": {**ADAM, "amsgrad": True},
        "Adamax": ADAM,
        "Lamb": ADAM,
        "Momentum": {"lr": 0.03, "momentum": 0.5, "nesterov": True, "weight_decay": 0.1},
        "NAdam": {**ADAM, "momentum_decay": 0.1},
        "RAdam": ADAM,
        "RMSProp": {
            "lr": 0.03,
            "alpha": 0.8,
            "eps": 1e-3,
            "momentum": 0.5,
            "centered": True,
            "weight_decay": 0.1,
        },
        "Rprop": {"lr": 0.03},
        "SGD": {"lr": 0.03, "weight_decay": 0.1},
    },
    "oneflow": {
        "Adadelta": {"lr": 0.03, "rho": 0.8, "eps": 1e-3, "weight_decay": 0.1, "maximize": True},
        "Adagrad": {"lr": 0.03, "lr_decay": 0.1, "eps": 1e-3, "weight_decay": 0.1},
        "Adam": {**ADAM, "amsgrad": True, "do_bias_correction": False},
        "AdamW": {**ADAM, "amsgrad": True, "do_bias_correction": False},
        "LAMB": {**ADAM, "adam_w_mode": False, "do_bias_correction": False},
        "RMSprop": {"lr": 0.03, "alpha": 0.8, "eps": 1e-3, "centered": True, "weight_decay": 0.1},
        "SGD": {
            "lr": 0.03,
            "momentum": 0.9,
            "dampening": 0.5,
            "nesterov": True,
            "weight_decay": 0.1,
            "maximize": True,
        },
    },
}
# torch's name -> Paddle's argument, where they differ.
OF_PADDLE = {
    "lr": "learning_rate",
    "eps": "epsilon",
    "alpha": "rho",
    "nesterov": "use_nesterov",
}
# What has an effect only beside other options.
BESIDE: dict[str, dict[str, Any]] = {
    "oneflow Adam amsgrad": {"betas": (0.9, 0.5)},
    "oneflow AdamW amsgrad": {"betas": (0.9, 0.5)},
    "oneflow LAMB adam_w_mode": {"weight_decay": 0.1},
    "oneflow SGD dampening": {"momentum": 0.9},
    "oneflow SGD nesterov": {"momentum": 0.9},
}
# Writes that are refused: at any time, and once there is a state.
REFUSED = frozenset(
    {
        "paddle Adam amsgrad",
        "paddle AdamW amsgrad",
        "paddle Rprop lr",
        "oneflow Adadelta maximize",
        "oneflow Adam do_bias_correction",
        "oneflow AdamW do_bias_correction",
        "oneflow LAMB do_bias_correction",
        "oneflow SGD maximize",
    }
)
REFUSED_LATER = frozenset(
    {
        "paddle Adamax betas",
        "paddle Lamb betas",
        "paddle NAdam betas",
        "paddle RAdam betas",
        "paddle RMSProp momentum",
    }
)
WRITES = [
    pytest.param(
        f"{framework} {name} {key}",
        id=f"{name} {key}",
        marks=pytest.mark.only_backend(framework),
    )
    for framework, classes in CLASSES.items()
    for name, values in classes.items()
    for key in values
]


class Run:
    """One optimizer over two parameters in one or two groups, with the same gradients each run."""

    def __init__(self, xp: Framework, name: str, groups: int, options: dict[str, Any]) -> None:
        start = np.random.default_rng(0)
        self.xp = xp
        self.params = [xp.param(start.standard_normal(shape).astype("f4")) for shape in SHAPES]
        self.random, self.scale = np.random.default_rng(1), 1.0
        self.optimizer = bridge.wrap(self.build(name, groups, options))

    def build(self, name: str, groups: int, options: dict[str, Any]) -> Any:
        """Build the native optimizer; in Paddle, of one group, from a plain list."""
        xp = self.xp
        parts: list[Any] = [{"params": [param]} for param in self.params]
        flat: list[Any] = self.params if xp.name == "paddle" else [{"params": self.params}]
        given = parts if groups == len(SHAPES) else flat
        if xp.name == "paddle":
            return getattr(xp.module.optimizer, name)(parameters=given, **_paddles(name, options))
        return getattr(xp.module.optim, name)(given, **{"lr": 0.01, **options})

    def step(self, count: int) -> None:
        for _ in range(count):
            for param, shape in zip(self.params, SHAPES, strict=True):
                grad = self.random.standard_normal(shape) + 0.3
                self.xp.set_grad(param, (grad * self.scale).astype("f4"))
            self.optimizer.step()
            self.scale *= 0.7  # so that the largest squares lie behind, as amsgrad needs

    def write(self, key: str, value: Any) -> None:
        for group in self.optimizer.param_groups:
            group[key] = value

    def differs(self, other: Run) -> float:
        pairs = zip(self.params, other.params, strict=True)
        arrays = [(self.xp.numpy(a).astype("f8"), self.xp.numpy(b)) for a, b in pairs]
        return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in arrays)


def _paddles(name: str, options: dict[str, Any]) -> dict[str, Any]:
    given = {"learning_rate": 0.01, **({"batch_num": 1} if name == "ASGD" else {})}
    for key, value in options.items():
        if key == "betas":
            given["beta1"], given["beta2"] = value
        elif name == "Lamb" and key == "weight_decay":
            given["lamb_weight_decay"] = value
        else:
            given[OF_PADDLE.get(key, key)] = value
    return given


def value_of(write: str) -> tuple[str, str, Any]:
    framework, name, key = write.split()
    return name, key, CLASSES[framework][name][key]


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("write", WRITES)
def test_a_write_before_the_first_step_does_what_the_constructor_would(
    xp: Framework, write: str, groups: int
) -> None:
    name, key, value = value_of(write)
    options = BESIDE.get(write, {})
    ours = Run(xp, name, groups, options)
    if write in REFUSED:
        with pytest.raises(UnsupportedError):
            ours.write(key, value)
        return
    theirs = Run(xp, name, groups, {**options, key: value})
    ours.write(key, value)
    ours.step(10)
    theirs.step(10)

    assert [group[key] for group in ours.optimizer.param_groups] == [value] * groups
    assert ours.differs(theirs) < 1e-6


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("write", WRITES)
def test_a_write_in_the_middle_of_a_run_is_never_ignored(
    xp: Framework, write: str, groups: int
) -> None:
    name, key, value = value_of(write)
    options = BESIDE.get(write, {})
    ours, theirs = Run(xp, name, groups, options), Run(xp, name, groups, options)
    ours.step(5)
    theirs.step(5)
    if write in REFUSED | REFUSED_LATER:
        with pytest.raises(UnsupportedError):
            ours.write(key, value)
        return
    ours.write(key, value)
    ours.step(5)
    theirs.step(5)

    assert ours.differs(theirs) > 0


NAMES = [
    pytest.param(name, id=name, marks=pytest.mark.only_backend(framework))
    for framework, classes in CLASSES.items()
    for name in classes
]


def other_options(xp: Framework, name: str) -> dict[str, Any]:
    values = CLASSES[xp.name][name]
    modes = ("maximize", "do_bias_correction", "momentum", "nesterov", "dampening")
    return {key: value for key, value in values.items() if key not in modes}


def fresh_names(xp: Framework) -> Any:
    """In Paddle a second optimizer over the same parameters finds its state by other names."""
    return xp.module.utils.unique_name.guard() if xp.name == "paddle" else nullcontext()


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_a_run_goes_on_from_its_state(xp: Framework, name: str, groups: int) -> None:
    options = other_options(xp, name)
    whole, part = Run(xp, name, groups, options), Run(xp, name, groups, options)
    whole.step(5)
    part.step(5)
    saved = part.optimizer.state_dict()
    with fresh_names(xp):
        part.optimizer = bridge.wrap(part.build(name, groups, options))
        part.optimizer.load_state_dict(saved)
        part.step(1)
    whole.step(6)
    part.step(5)

    assert part.differs(whole) < 1e-6


@pytest.mark.only_backend("paddle")
@pytest.mark.parametrize("name", sorted(set(CLASSES["paddle"]) - {"Rprop"}))
def test_a_native_schedule_rules_the_lr_of_every_class(xp: Framework, name: str) -> None:
    run = Run(xp, name, 1, {})
    schedule = xp.module.optimizer.lr.StepDecay(0.5, step_size=1, gamma=0.5)
    run.optimizer.native.set_lr_scheduler(schedule)
    run.step(1)
    schedule.step()

    assert run.optimizer.param_groups[0]["lr"] == 0.25

    with pytest.raises(UnsupportedError, match=r"set by its own paddle.optimizer.lr.StepDecay"):
        run.write("lr", 0.1)


@pytest.mark.parametrize("name", NAMES)
def test_a_schedule_of_bridge_drives_every_class(xp: Framework, name: str) -> None:
    run = Run(xp, name, 2, {})
    if name == "Rprop":
        with pytest.raises(UnsupportedError, match="from its constructor"):
            optim.lr_scheduler.ExponentialLR(run.optimizer, 0.5).step()
        return
    plain = Run(xp, name, 2, {})
    schedule = optim.lr_scheduler.ExponentialLR(run.optimizer, 0.5)
    for _ in range(5):
        run.step(1)
        plain.step(1)
        schedule.step()
        plain.write("lr", plain.optimizer.param_groups[0]["lr"] * 0.5)

    assert [group["lr"] for group in run.optimizer.param_groups] == [0.01 * 0.5**5] * 2
    assert run.differs(plain) == 0


@pytest.mark.only_backend("paddle", "oneflow")
def test_every_class_of_the_framework_is_here(xp: Framework) -> None:
    assert set(optimizers_of(xp)) - {"Optimizer", "LBFGS"} == set(CLASSES[xp.name])


def optimizers_of(xp: Framework) -> list[str]:
    module = xp.module.optimizer if xp.name == "paddle" else xp.module.optim
    base = module.Optimizer
    found = [name for name in dir(module) if isinstance(getattr(module, name), type)]
    return [name for name in found if issubclass(getattr(module, name), base)]
