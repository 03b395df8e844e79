"""bridge.wrap over Paddle's own LBFGS, beside torch's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bridge
from bridge.errors import UnsupportedError
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.only_backend("paddle"),
    pytest.mark.filterwarnings("ignore:To copy construct from a tensor:UserWarning"),
]

_START = np.asarray([-1.2, 1.0])


def _closure(opt: Any, param: Any) -> Callable[[], Any]:
    """Compute the loss in Rosenbrock's valley."""

    def closure() -> Any:
        opt.zero_grad()
        loss = (1 - param[0]) ** 2 + 100 * (param[1] - param[0] ** 2) ** 2
        loss.backward()
        return loss

    return closure


def _wrapped(xp: Framework, **options: Any) -> tuple[Any, Any]:
    param = xp.param(_START)
    native = xp.module.optimizer.LBFGS(parameters=[param], **options)
    return bridge.wrap(native), param


def _torchs(**options: Any) -> tuple[Any, Any]:
    torch = Framework("torch")
    param = torch.param(_START)
    return torch.module.optim.LBFGS([param], **options), param


def _trained(xp: Framework, opt: Any, param: Any, steps: int, lr: float) -> Any:
    for step in range(steps):
        opt.param_groups[0]["lr"] = lr / (step + 1)
        opt.step(_closure(opt, param))
    return xp.numpy(param)


_OPTIONS = {"max_iter": 4, "max_eval": 5, "history_size": 3}


def test_written_options_are_used_as_torch_uses_them(xp: Framework) -> None:
    ours, theirs = _wrapped(xp), _torchs()
    for opt, _ in (ours, theirs):
        opt.param_groups[0].update(_OPTIONS)
    expected = _trained(Framework("torch"), *theirs, steps=5, lr=0.01)

    assert _trained(xp, *ours, steps=5, lr=0.01) == pytest.approx(expected, rel=1e-9)


def test_a_line_search_may_be_chosen_later(xp: Framework) -> None:
    chosen, later = _wrapped(xp, line_search_fn="strong_wolfe"), _wrapped(xp)
    later[0].param_groups[0]["line_search_fn"] = "strong_wolfe"
    expected = _trained(xp, *chosen, steps=3, lr=0.01)

    assert (_trained(xp, *later, steps=3, lr=0.01) == expected).all()


def test_it_goes_on_from_its_state(xp: Framework) -> None:
    whole, half = _wrapped(xp, max_iter=3), _wrapped(xp, max_iter=3)
    expected = [_trained(xp, *whole, steps=3, lr=0.01) for _ in range(2)][1]
    _trained(xp, *half, steps=3, lr=0.01)
    follows = bridge.wrap(xp.module.optimizer.LBFGS(parameters=[half[1]]))
    follows.load_state_dict(half[0].state_dict())

    assert follows.param_groups[0]["max_iter"] == 3
    assert _trained(xp, follows, half[1], steps=3, lr=0.01) == pytest.approx(expected, rel=1e-12)


def test_a_step_without_a_closure_raises_as_in_torch(xp: Framework) -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'closure'"):
        _wrapped(xp)[0].step()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"weight_decay": 0.1}, "ignores weight_decay"),
        ({"parameters": 2}, "steps only the last of its groups"),
    ],
)
def test_what_paddle_would_ignore_is_refused(
    xp: Framework, options: dict[str, Any], reason: str
) -> None:
    groups = [{"params": [xp.param(_START)]} for _ in range(options.pop("parameters", 1))]
    native = xp.module.optimizer.LBFGS(parameters=groups, **options)

    with pytest.raises(UnsupportedError, match=reason):
        bridge.wrap(native)


def test_it_has_no_second_group(xp: Framework) -> None:
    with pytest.raises(UnsupportedError, match="has one group"):
        _wrapped(xp)[0].add_param_group({"params": [xp.param(_START)]})
