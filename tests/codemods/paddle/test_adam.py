"""torch.optim.Adam, AdamW -> paddle.optimizer.Adam, AdamW."""

from __future__ import annotations

import pytest

from tests.rewriting import check_bridged, check_rewritten


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("Adam(model.parameters(), betas=betas)", "`betas` is no pair that is written out"),
        ("Adam(model.parameters(), betas=(*b,))", "`betas` is no pair that is written out"),
        ("Adam(model.parameters(), maximize=True)", "`maximize` is False"),
        (
            "Adam(model.parameters(), decoupled_weight_decay=True)",
            "`decoupled_weight_decay` is False",
        ),
        ("AdamW(model.parameters(), maximize=args.up)", "`args.up` is not known"),
        ("AdamW(model.parameters(), differentiable=True)", "`differentiable` is False"),
        ("AdamW(groups, lr=1e-3)", "its parameter groups"),
    ],
)
def test_what_paddle_does_otherwise_goes_to_bridge(call: str, reason: str) -> None:
    before = f"from torch import optim\nopt = optim.{call}\n"

    result = check_bridged(before, "paddle", reason)
    assert result.after.decode() == before.replace("torch", "bridge")


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
@pytest.mark.parametrize(
    ("arguments", "after"),
    [
        ("", ""),
        (", 1e-3", ", learning_rate=1e-3"),
        (", betas=(0.9, 0.99)", ", beta1=0.9, beta2=0.99"),
        (", betas=[args.beta1, 0.99]", ", beta1=args.beta1, beta2=0.99"),
        (", 0.1, (0.5, 0.99), 1e-6", ", learning_rate=0.1, beta1=0.5, beta2=0.99, epsilon=1e-6"),
        (", 0.1, eps=1e-6, amsgrad=True", ", learning_rate=0.1, epsilon=1e-6, amsgrad=True"),
        (", weight_decay=args.wd", ", weight_decay=args.wd"),
        (", fused=decide()", None),
        (", capturable=False, foreach=True", ""),
    ],
)
def test_arguments_become_paddles(name: str, arguments: str, after: str | None) -> None:
    before = f"import torch\nopt = torch.optim.{name}(net.parameters(){arguments})\n"
    if after is None:
        check_bridged(before, "paddle", "would be dropped", scope="optim")
        return
    check_rewritten(
        before,
        f"import paddle\nopt = paddle.optimizer.{name}(parameters=net.parameters(){after})\n",
        "paddle",
    )


def test_a_class_that_keeps_its_name_keeps_its_import() -> None:
    check_rewritten(
        "from torch.optim import AdamW\nopt = AdamW(net.parameters(), lr=1e-3)\n",
        "from paddle.optimizer import AdamW\n"
        "opt = AdamW(parameters=net.parameters(), learning_rate=1e-3)\n",
        "paddle",
    )


def test_a_rate_that_is_a_tensor_goes_to_bridge() -> None:
    text = "import torch\nopt = torch.optim.Adam(model.parameters(), lr=torch.tensor(0.1))\n"

    check_bridged(text, "paddle", "`torch.tensor(0.1)` is a tensor")
