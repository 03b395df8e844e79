"""Small vectors that a formula steps as one end where they would end one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bridge import optim
from bridge.backends import backend
from tests.frameworks import Framework

SHAPES: list[tuple[int, ...]] = [(3,), (1,), (7,), (2, 3), (4,), (), (2,), (0,), (40_000,)]
LATE = 4  # the place of the parameter whose gradients come later
OPTIONS: dict[str, dict[str, Any]] = {
    "SGD": {"momentum": 0.9, "dampening": 0.2, "weight_decay": 0.1},
    "Adam": {"amsgrad": True, "weight_decay": 0.1},
    "AdamW": {"maximize": True},
    "RMSprop": {"centered": True, "momentum": 0.9},
    "Adagrad": {"lr_decay": 0.1},
    "Adadelta": {"weight_decay": 0.1},
    "Adamax": {},
    "NAdam": {"decoupled_weight_decay": True},
    "RAdam": {},
    "ASGD": {"t0": 3.0},
    "Rprop": {},
    "Lion": {"weight_decay": 0.1},
}


def _write(optimizer: Any, _param: Any, entry: Any) -> None:
    del optimizer
    entry.zero_()


def _replace(optimizer: Any, param: Any, entry: Any) -> None:
    optimizer.state[param]["exp_avg"] = entry * 2


def _reload(optimizer: Any, _param: Any, _entry: Any) -> None:
    optimizer.load_state_dict(optimizer.state_dict())


def _forget(optimizer: Any, param: Any, _entry: Any) -> None:
    del optimizer.state[param]


def _regroup(optimizer: Any, _param: Any, _entry: Any) -> None:
    optimizer.add_param_group({"params": [optimizer.param_groups[0]["params"].pop(0)], "lr": 0.1})


def _by_formula(xp: Framework, cls: Any, options: dict[str, Any]) -> list[Any]:
    random = np.random.default_rng(0)
    params = [xp.param(random.standard_normal(shape).astype("f4")) for shape in SHAPES]
    optimizer = cls(params, lr=0.01, **options)
    for step in range(12):
        for place, param in enumerate(params):
            gradient = random.standard_normal(SHAPES[place]).astype("f4")
            xp.set_grad(param, None if place == LATE and step < 5 else gradient)
        optimizer._advance({})
    kept = [[*optimizer.state.get(param, {}).items()] for param in params]
    values = [value for items in kept for _, value in items]
    arrays = [np.asarray(v) if isinstance(v, int | float) else xp.numpy(v) for v in values]
    return [[name for items in kept for name, _ in items], *map(xp.numpy, params), *arrays]


@pytest.mark.only_backend("paddle", "oneflow")
@pytest.mark.parametrize("name", OPTIONS)
def test_joined_vectors_end_where_single_ones_do(xp: Framework, name: str) -> None:
    cls = getattr(optim, name)
    one_by_one = type(name, (cls,), {"is_elementwise": False})
    joined = _by_formula(xp, cls, OPTIONS[name])
    single = _by_formula(xp, one_by_one, OPTIONS[name])

    assert cls.is_elementwise
    assert joined[0] == single[0]
    for got, want in zip(joined[1:], single[1:], strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6)


@pytest.mark.only_backend("paddle", "oneflow")
@pytest.mark.parametrize("interfere", [_write, _replace, _reload, _forget, _regroup])
def test_what_is_done_to_the_state_counts(xp: Framework, interfere: Any) -> None:
    values = []
    for is_elementwise in (True, False):
        cls = type("Adam", (optim.Adam,), {"is_elementwise": is_elementwise})
        params = [xp.param(np.full(3, place, "f4")) for place in range(5)]
        optimizer = cls(params, lr=0.01)
        for step in range(9):
            for place, param in enumerate(params):
                xp.set_grad(param, np.full(3, place - step % 4, "f4"))
            optimizer._advance({})
            if step in {3, 4, 6}:
                with backend(xp.name).no_grad():
                    interfere(optimizer, params[1], optimizer.state[params[1]]["exp_avg"])
        states = [optimizer.state[param]["exp_avg"] for param in params]
        values.append([xp.numpy(each).copy() for each in (*params, *states)])

    np.testing.assert_allclose(values[0], values[1], rtol=1e-6, atol=1e-7)


@pytest.mark.only_backend("paddle", "oneflow")
def test_what_stands_together_again_is_copied_no_more(xp: Framework) -> None:
    params = [xp.param(np.ones(2, "f4")) for _ in range(4)]
    optimizer = optim.Adam(params, lr=0.5)
    joined = []
    for _ in range(4):
        for param in params:
            xp.set_grad(param, np.ones(2, "f4"))
        optimizer._advance({})
        joined.append([optimizer.state[param]["exp_avg"] for param in params])

    assert all(now is before for now, before in zip(joined[-1], joined[-2], strict=True))
    assert [xp.numpy(each).tolist() for each in joined[-1]] == [pytest.approx([0.3439] * 2)] * 4


class Counting(optim.SGD):
    """SGD that notes what it steps."""

    is_elementwise = True
    steps: list[list[int]]

    def __init__(self, params: Any, lr: float) -> None:
        super().__init__(params, lr=lr)
        self.steps = []

    def formula(  # type: ignore[override]  # a method, to note calls per optimizer
        self, xp: Any, param: Any, grad: Any, state: Any, group: Any
    ) -> None:
        self.steps.append(list(param.shape))
        optim.SGD.formula(xp, param, grad, state, group)


@pytest.mark.only_backend("paddle", "oneflow")
def test_only_small_vectors_are_joined(xp: Framework) -> None:
    params = [xp.param(np.ones(shape, "f4")) for shape in SHAPES]
    for param, shape in zip(params, SHAPES, strict=True):
        xp.set_grad(param, np.ones(shape, "f4"))
    optimizer = Counting(params, lr=0.5)
    optimizer.step()

    assert sorted(optimizer.steps) == [[], [0], [2, 3], [17], [40_000]]
    assert [xp.numpy(param).tolist() for param in params] == [
        np.full(shape, 0.5).tolist() for shape in SHAPES
    ]


@pytest.mark.only_backend("paddle", "oneflow")
def test_a_formula_of_the_users_own_sees_each_parameter(xp: Framework) -> None:
    class Normed(optim.SGD):
        @staticmethod
        def formula(xp: Any, param: Any, grad: Any, state: Any, group: Any) -> None:
            del state
            xp.assign(param, param - group["lr"] * grad / xp.vector_norm(grad))

    params = [xp.param(np.zeros(4, "f4")) for _ in range(5)]
    for param in params:
        xp.set_grad(param, np.ones(4, "f4"))
    Normed(params, lr=1.0).step()

    assert [xp.numpy(param).tolist() for param in params] == [[-0.5] * 4] * 5


@pytest.mark.only_backend("paddle", "oneflow")
@pytest.mark.filterwarnings("ignore:optimizer contains a parameter group with duplicate")
def test_a_vector_given_twice_steps_twice(xp: Framework) -> None:
    params = [xp.param(np.zeros(2, "f4")) for _ in range(4)]
    for param in params:
        xp.set_grad(param, np.ones(2, "f4"))
    optimizer = optim.SGD([*params, params[0]], lr=0.5)
    optimizer._advance({})

    assert [xp.numpy(param).tolist() for param in params] == [[-1.0] * 2] + [[-0.5] * 2] * 3


@pytest.mark.filterwarnings("ignore:optimizer contains a parameter group with duplicate")
@pytest.mark.parametrize("name", sorted(set(OPTIONS) - {"Lion"}))
def test_a_vector_given_four_times_is_stepped_four_times_as_on_torch(
    xp: Framework, name: str
) -> None:
    def run(framework: Framework, module: Any) -> Any:
        twin, other = (framework.param(np.linspace(-1, 1, 5, dtype="f4")) for _ in range(2))
        # torch's foreach steps all at once, from the same numbers.
        foreach = {"foreach": False} if module is torch.module.optim else {}
        options = {**OPTIONS[name], **foreach}
        optimizer = getattr(module, name)([twin] * 4 + [other], lr=0.01, **options)
        for step in range(4):
            for param in (twin, other):
                framework.set_grad(param, np.cos(np.arange(5, dtype="f4") * step))
            optimizer.step()
        return framework.numpy(twin)

    torch = Framework("torch")

    assert run(xp, optim) == pytest.approx(run(torch, torch.module.optim), rel=0, abs=1e-6)
