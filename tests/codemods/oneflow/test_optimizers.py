"""torch.optim.SGD, Adam, AdamW -> oneflow.optim's."""

from __future__ import annotations

import pytest

from tests.rewriting import check_bridged, check_native, check_rewritten

GROUPS = '[{"params": a.parameters(), "lr": 0.1}, {"params": b.parameters()}]'


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("SGD(model.parameters(), momentum=0.9, dampening=0.1)", "`dampening` is 0"),
        ("SGD(model.parameters(), 0.1, 0.9, args.dampening)", "`args.dampening` is not known"),
        ("SGD(model.parameters(), maximize=True)", "`maximize` is False"),
        ("SGD(params, lr=0.1)", "its parameter groups cannot be seen"),
        ('SGD([{"params": p, "maximize": True}])', "has no `maximize` for a single group"),
        ('SGD([{"params": p, key: 1}])', "its parameter groups cannot be seen"),
        ('SGD([{"params": p, **more}])', "its parameter groups cannot be seen"),
        ('SGD([{"params": p}, group])', "its parameter groups cannot be seen"),
        ('SGD([*groups, {"params": p}])', "its parameter groups cannot be seen"),
        ("Adam(model.parameters(), decoupled_weight_decay=True)", "`decoupled_weight_decay`"),
        ("AdamW(model.parameters(), maximize=True)", "`maximize` is False"),
        ("AdamW(**options)", "`**` hides"),
    ],
)
def test_what_oneflow_does_otherwise_goes_to_bridge(call: str, reason: str) -> None:
    before = f"from torch import optim\nopt = optim.{call}\n"

    result = check_bridged(before, "oneflow", reason)
    assert result.after.decode() == before.replace("torch", "bridge")


@pytest.mark.parametrize(
    "line",
    [
        "model.first.requires_grad_(False)",
        "for p in model.parameters(): p.requires_grad = False",
        "w = make(requires_grad=False)",
        "setattr(p, 'requires_grad', False)",
        "other.add_param_group(g)",
    ],
)
@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_adam_needs_every_gradient_at_every_step(name: str, line: str) -> None:
    before = f"from torch import optim\nopt = optim.{name}(model.parameters())\n{line}\n"

    check_bridged(before, "oneflow", "OneFlow counts Adam's steps once", scope="optim")


@pytest.mark.parametrize(
    "line", ["model.first.requires_grad_(False)", "w = make(requires_grad=False)"]
)
def test_sgd_does_not(line: str) -> None:
    before = f"from torch import optim\nopt = optim.SGD(model.parameters())\n{line}\n"

    check_native(before, "oneflow", "OF101", scope="optim")


def test_adam_s_assumption_is_noted() -> None:
    result = check_native(
        "from torch.optim import Adam\no = Adam(n.parameters())\n", "oneflow", "OF102"
    )

    assert any("while each gets every gradient" in f.what for f in result.findings)


@pytest.mark.parametrize(
    ("call", "after"),
    [
        ("SGD(model.parameters(), 0.1, 0.9, 0, 1e-4, True)", None),
        ("SGD(params=model.parameters(), lr=args.lr, momentum=args.momentum)", None),
        ("SGD(model.parameters(), lr=1, foreach=True)", "SGD(model.parameters(), lr=1)"),
        (f"SGD({GROUPS}, lr=0.2)", None),
        ("Adam(model.parameters(), 1e-3, (0.9, 0.99), 1e-6, 0.1, True)", None),
        (
            "Adam(model.parameters(), betas=betas, fused=True)",
            "Adam(model.parameters(), betas=betas)",
        ),
        ("AdamW(model.parameters())", "AdamW(model.parameters(), weight_decay=0.01)"),
        (
            "AdamW(model.parameters(), lr=1e-3,)",
            "AdamW(model.parameters(), lr=1e-3, weight_decay=0.01,)",
        ),
        ("AdamW(model.parameters(), weight_decay=0)", None),
        ("AdamW(model.parameters(), 1e-3, (0.9, 0.99), 1e-8, 0.1)", None),
        (f"AdamW({GROUPS})", f"AdamW({GROUPS}, weight_decay=0.01)"),
    ],
)
def test_arguments_stay_and_what_differs_by_default_is_written_out(
    call: str, after: str | None
) -> None:
    check_rewritten(
        f"import torch\nopt = torch.optim.{call}\n",
        f"import oneflow\nopt = oneflow.optim.{after or call}\n",
        "oneflow",
    )
