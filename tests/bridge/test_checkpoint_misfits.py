"""What `bridge.save` and `bridge.load` refuse, with the reason, and with nothing half loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge import optim
from bridge.errors import BridgeError, StateMismatchError, UnsavableError
from tests.bridge.checkpoint_runs import START, Keeper, Run, unchanged
from tests.frameworks import Framework

if TYPE_CHECKING:
    from pathlib import Path


def test_what_only_code_could_restore_is_refused(path: Path) -> None:
    with pytest.raises(UnsavableError, match=r"scheduler/state/f is function, which a file"):
        bridge.save(path, scheduler=Keeper({"f": lambda: 1}))
    assert not path.exists()


def _other_shape(xp: Framework, later: Run) -> None:
    later.params["w"] = xp.param(np.ones((3, 2), "f4"))


def _less(_: Framework, later: Run) -> None:
    del later.params["b"]


def _more(xp: Framework, later: Run) -> None:
    later.params["x"] = xp.param(np.ones(3, "f4"))


def _other_groups(_: Framework, later: Run) -> None:
    later.optimizer = optim.AdamW(later.params.values(), lr=0.7)


def _swapped(_: Framework, later: Run) -> None:
    groups = [{"params": [later.params[name]]} for name in ("b", "w")]
    later.optimizer = optim.AdamW(groups, lr=0.7)


def _other_optimizer(_: Framework, later: Run) -> None:
    later.optimizer = optim.SGD(later.optimizer.param_groups, lr=0.7)


def _other_scheduler(_: Framework, later: Run) -> None:
    later.scheduler = optim.lr_scheduler.StepLR(later.optimizer, 3)


MISFITS = {
    _other_shape: r"w was saved as \[2, 3\], the parameter is \[3, 2\].\nHint: it lies the other",
    _less: "missing in the saved state: none; only in the saved state: b",
    _more: "missing in the saved state: x; only in the saved state: none",
    _other_groups: "the saved optimizer has 2 parameter groups, got one of 1",
    _swapped: "group 0 of the saved optimizer lacks b",
    _other_optimizer: "the saved optimizer is AdamW, got SGD to load it into",
    _other_scheduler: "the saved scheduler is MultiStepLR, got StepLR to load it into",
}


@pytest.mark.parametrize("change", MISFITS)
def test_what_does_not_fit_is_refused_and_nothing_loaded(
    xp: Framework, path: Path, change: Any
) -> None:
    run, later = Run(xp), Run(xp, lr=0.7)
    before = dict(later.params)
    run.train(range(3))
    bridge.save(path, **run.parts)
    change(xp, later)

    with pytest.raises(StateMismatchError, match=MISFITS[change]):
        bridge.load(path, **later.parts)
    assert later.optimizer.param_groups[0]["lr"] == 0.7
    assert later.optimizer.state_dict()["state"] == {}
    assert later.scheduler.last_epoch == 0
    assert all((xp.numpy(before[name]) == START[name]).all() for name in START)


def test_a_part_that_fails_takes_the_others_back(xp: Framework, path: Path) -> None:
    run, later = Run(xp), Run(xp, lr=0.7)
    run.train(range(3))
    bridge.save(path, **run.parts)

    def fail(_: object) -> None:
        raise OSError("the user's own")

    later.optimizer.register_load_state_dict_post_hook(fail)

    with pytest.raises(OSError, match="the user's own"):
        bridge.load(path, **later.parts)
    assert unchanged(later)


def test_a_part_that_was_not_saved_is_named(xp: Framework, path: Path) -> None:
    run = Run(xp)
    bridge.save(path, params=run.params)

    with pytest.raises(StateMismatchError, match="optimizer was not saved, only params"):
        bridge.load(path, **run.parts)
    with pytest.raises(TypeError, match="nothing is given"):
        bridge.load(path)


def test_parameters_of_the_optimizer_must_be_among_params(xp: Framework, path: Path) -> None:
    run = Run(xp)
    del run.params["b"]

    with pytest.raises(StateMismatchError, match="parameter 0 of group 1 of the optimizer is not"):
        bridge.save(path, **run.parts)
    assert not path.exists()


@pytest.mark.parametrize("params", [3, [1.0], ["w"], [("w", 1.0)]], ids=str)
def test_params_must_be_named_tensors(path: Path, params: Any) -> None:
    with pytest.raises((BridgeError, TypeError)) as caught:
        bridge.save(path, params=params)
    assert isinstance(caught.value, TypeError)


def test_a_wrapped_native_optimizer_is_refused(path: Path) -> None:
    paddle = Framework("paddle")
    native = paddle.module.optimizer.SGD(0.1, parameters=[paddle.param(START["w"])])

    with pytest.raises(BridgeError, match="SGD stays in its framework's own format"):
        bridge.save(path, optimizer=bridge.wrap(native))
    with pytest.raises(TypeError, match=r"must be one of bridge.optim or torch.optim"):
        bridge.save(path, optimizer=native)
