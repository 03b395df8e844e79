"""On torch parameters our optimizers are torch's own, and pass wherever those pass."""

from __future__ import annotations

from inspect import isclass
from typing import Any

import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

from bridge import optim

_NAMES = ["SGD", "Adam", "AdamW", "Adagrad"]
_ALL = sorted(
    name for name in set(optim.__all__) - {"Optimizer"} if isclass(getattr(torch.optim, name, None))
)


def _param() -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.linspace(-1, 1, 4))


def _step(opt: Any, count: int = 1) -> None:
    for _ in range(count):
        opt.zero_grad()
        sum((p**2).sum() for g in opt.param_groups for p in g["params"]).backward()
        opt.step()


@pytest.mark.parametrize("name", _ALL)
def test_it_is_both_ours_and_torchs(name: str) -> None:
    opt = getattr(optim, name)([torch.nn.Parameter(torch.ones(2, 2))])

    assert isinstance(opt, getattr(optim, name))
    assert isinstance(opt, getattr(torch.optim, name))
    assert type(opt).__name__ == name


@pytest.mark.parametrize("name", _NAMES)
def test_the_class_is_made_once(name: str) -> None:
    cls = getattr(optim, name)

    assert type(cls([_param()])) is type(cls([_param()]))


@pytest.mark.parametrize("name", _NAMES)
def test_nothing_is_fused_unless_asked_for(name: str) -> None:
    opt = getattr(optim, name)([_param()])

    assert opt.param_groups[0]["fused"] is None
    assert opt.param_groups[0]["foreach"] is None


@pytest.mark.parametrize("option", ["foreach", "fused"])
@pytest.mark.parametrize("name", _NAMES)
def test_foreach_and_fused_are_passed_on(name: str, option: str) -> None:
    mine, torchs = _param(), _param()
    ours = getattr(optim, name)([mine], lr=0.1, **{option: True})
    _step(ours, 3)
    _step(getattr(torch.optim, name)([torchs], lr=0.1, **{option: True}), 3)

    assert ours.param_groups[0][option] is True
    assert torch.equal(mine, torchs)


def test_a_users_overrides_win_and_reach_torchs_by_super() -> None:
    class Halving(optim.SGD):
        def __init__(self, model: torch.nn.Module, lr: float) -> None:
            super().__init__(model.parameters(), lr=lr, momentum=0.9)

        def step(self, closure: Any = None) -> Any:
            for group in self.param_groups:
                group["lr"] *= 0.5
            return super().step(closure)

    model = torch.nn.Linear(2, 3)
    opt = Halving(model, lr=0.8)
    _step(opt, 2)

    assert isinstance(opt, Halving)
    assert isinstance(opt, torch.optim.SGD)
    assert opt.param_groups[0]["lr"] == pytest.approx(0.2)
    assert "momentum_buffer" in opt.state[model.weight]


def test_a_users_own_optimizer_is_a_torch_optimizer() -> None:
    class Signs(optim.Optimizer):
        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        def step(self, closure: Any = None) -> None:
            del closure
            for group in self.param_groups:
                for each in group["params"]:
                    each.data.sub_(group["lr"] * each.grad.sign())

    param = _param()
    opt = Signs([param], lr=0.5)
    _step(opt)

    assert isinstance(opt, torch.optim.Optimizer)
    assert param.tolist() == pytest.approx([-0.5, 1 / 6, -1 / 6, 0.5])


def test_torchs_scheduler_drives_it() -> None:
    opt = optim.SGD([_param()], lr=0.5)
    scheduler = torch.optim.lr_scheduler.LambdaLR(opt, lambda epoch: 0.5**epoch)
    _step(opt)
    scheduler.step()

    assert scheduler.get_last_lr() == [0.25]


def test_torchs_one_cycle_cycles_its_momentum() -> None:
    opt = optim.SGD([_param()], lr=0.5, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=1.0, total_steps=10)
    _step(opt)
    scheduler.step()

    assert opt.param_groups[0]["momentum"] < 0.95


def test_a_grad_scaler_takes_it() -> None:
    param = _param()
    opt = optim.SGD([param], lr=0.5)
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0)
    scaler.scale((param**2).sum()).backward()
    scaler.step(opt)
    scaler.update()

    assert param.abs().max() == 0


def test_torchs_hooks_for_all_optimizers_see_it() -> None:
    calls: list[Any] = []
    handle = register_optimizer_step_post_hook(lambda opt, *_: calls.append(opt))
    opt = optim.SGD([_param()])
    _step(opt)
    handle.remove()

    assert calls == [opt]


def test_its_state_dict_is_torchs_in_both_directions() -> None:
    mine, torchs = _param(), _param()
    ours, native = optim.Adam([mine], lr=0.1), torch.optim.Adam([torchs], lr=0.1)
    _step(native, 3)
    with torch.no_grad():
        mine.copy_(torchs)
    ours.load_state_dict(native.state_dict())
    native.load_state_dict(ours.state_dict())

    assert isinstance(ours.state[mine]["step"], torch.Tensor)
    assert native.state[torchs]["step"] == 3


def test_a_tensor_stays_the_lr() -> None:
    opt = optim.SGD(iter([_param()]), lr=torch.tensor(0.5))
    _step(opt)

    assert isinstance(opt.param_groups[0]["lr"], torch.Tensor)


_COMPILED = [
    *[(backend, name) for backend in ("eager", "aot_eager") for name in ("AdamW", "Lion")],
    # The first of a process takes half a minute: it translates torch's headers.
    ("inductor", "AdamW"),
    ("inductor", "Lion"),
]


# torch warns about a part of its own that its compiler imports.
@pytest.mark.filterwarnings("ignore:.torch.jit.script_method. is deprecated:DeprecationWarning")
@pytest.mark.parametrize(("backend", "name"), _COMPILED)
def test_torch_compiles_its_step(backend: str, name: str) -> None:
    torch.compiler.reset()
    param, plain = _param(), _param()
    opt = getattr(optim, name)([param], lr=0.1)
    other = getattr(torch.optim, name, optim.Lion)([plain], lr=0.1)
    # Of torch's own class, the compiled step differs from the other in the last bits.
    is_torchs = name == "AdamW"
    with torch._inductor.config.patch(compile_threads=1):
        steps = [torch.compile(each.step, backend=backend) for each in (opt, other)]
        for step in (steps[0], steps[1] if is_torchs else other.step):
            param.grad, plain.grad = torch.ones(4), torch.ones(4)
            step()
            step()

    assert param.tolist() == pytest.approx(plain.tolist(), abs=1e-7)
    assert opt.state[param].keys() == other.state[plain].keys()
