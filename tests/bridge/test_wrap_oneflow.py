"""bridge.wrap on OneFlow alone: its ParamGroup's traps, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge.errors import UnsupportedError
from tests.natives import pair

if TYPE_CHECKING:
    from tests.frameworks import Framework

pytestmark = pytest.mark.only_backend("oneflow")


def test_a_native_write_on_oneflow_is_seen(xp: Framework) -> None:
    native = pair(xp, "SGD", (0.1, 0.2)).native
    group = bridge.wrap(native).param_groups[1]
    native.param_groups[1]["lr"] = 0.7

    assert group["lr"] == 0.7


def test_the_native_repr_on_oneflow_leaves_no_tensors_in_the_state(xp: Framework) -> None:
    native = pair(xp, "SGD", (0.1,)).native
    optimizer = bridge.wrap(native)
    assert "params" in repr(native.param_groups[0])

    assert list(optimizer.param_groups[0]).count("params") == 1
    assert "params" not in optimizer.state_dict()["param_groups"][0]["_options"]


def test_a_state_dict_on_oneflow_keeps_the_lr_of_its_time(xp: Framework) -> None:
    optimizer = bridge.wrap(pair(xp, "SGD", (0.1,)).native)
    saved = optimizer.state_dict()
    optimizer.param_groups[0]["lr"] = 5.0

    assert saved["param_groups"][0]["_options"]["lr"] == 0.1


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("SGD", "maximize", True),
        ("Adam", "do_bias_correction", False),
        ("RMSprop", "momentum", 0.9),
    ],
)
def test_writes_that_oneflow_gets_wrong_are_refused(
    xp: Framework, name: str, key: str, value: Any
) -> None:
    group = bridge.wrap(pair(xp, name, (0.1,)).native).param_groups[0]

    with pytest.raises(UnsupportedError, match=key):
        group[key] = value


def test_a_later_group_of_adagrad_on_oneflow_is_refused(xp: Framework) -> None:
    optimizer = bridge.wrap(pair(xp, "Adagrad", (0.1,)).native)

    with pytest.raises(UnsupportedError, match="added later"):
        optimizer.add_param_group({"params": pair(xp, "SGD", (0.1,)).params[0]})


def test_clip_grad_works_once_both_keys_are_in_the_group(xp: Framework) -> None:
    both = pair(xp, "SGD", (0.1,))
    optimizer = bridge.wrap(both.native)
    optimizer.param_groups[0].update(clip_grad_max_norm=0.5, clip_grad_norm_type=2.0)
    both.set_grads()
    optimizer.clip_grad()
    norm = sum(float((xp.numpy(param.grad) ** 2).sum()) for param in both.params[0]) ** 0.5

    assert norm == pytest.approx(0.5, rel=1e-4)


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop"])
def test_what_else_oneflow_tells_of_itself_is_passed_on(xp: Framework, name: str) -> None:
    native = getattr(xp.module.optim, name)([xp.param(np.ones(2, "f4"))])

    assert bridge.wrap(native).support_sparse is native.support_sparse
