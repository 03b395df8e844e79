"""torch.optim.SGD -> paddle.optimizer.SGD or Momentum."""

from __future__ import annotations

import pytest

from tests.rewriting import check_bridged, check_native, check_rewritten, check_untouched

BRIDGED = [
    ("momentum=0.9, dampening=0.1", "`dampening` is 0"),
    ("momentum=0.9, dampening=args.dampening", "`args.dampening` is not known"),
    ("maximize=True", "`maximize` is False"),
    ("maximize=flag", "`flag` is not known"),
    ("differentiable=True", "`differentiable` is False"),
    ("foreach=choose()", "the evaluation of `choose()`"),
    ("**options", "`**` hides which arguments are given"),
    ("0.1, *rest", "`*` hides which arguments are given"),
    ("lr=0.1, lamb=3", "torch has no argument `lamb`"),
    ("0.1, 0.9, 0, 0, False, True", "more arguments than torch takes"),
]


def test_a_file_without_torch_is_untouched() -> None:
    check_untouched("from mine import SGD\nopt = SGD(model.parameters(), lr=0.1)\n", "paddle")


def test_a_name_that_only_looks_like_torch_is_untouched() -> None:
    before = "# of torch\nimport optim\nopt = optim.SGD(model.parameters(), lr=0.1)\n"

    check_untouched(before, "paddle")


@pytest.mark.parametrize(("arguments", "reason"), BRIDGED)
def test_arguments_that_paddle_takes_otherwise_go_to_bridge(arguments: str, reason: str) -> None:
    before = f"from torch import optim\nopt = optim.SGD(model.parameters(), {arguments})\n"

    result = check_bridged(before, "paddle", reason)
    assert result.after.decode() == before.replace("torch", "bridge")


@pytest.mark.parametrize(
    "params",
    ["params", "groups()", "[weight, bias]", "net.named()"],
)
def test_parameters_that_may_be_groups_go_to_bridge(params: str) -> None:
    before = f"from torch import optim\nopt = optim.SGD({params}, lr=0.1)\n"

    check_bridged(before, "paddle", "its parameter groups")


@pytest.mark.parametrize(
    ("arguments", "native", "after"),
    [
        ("", "SGD", ""),
        (", lr=0.1", "SGD", ", learning_rate=0.1"),
        (", 0.1", "SGD", ", learning_rate=0.1"),
        (", 1", "SGD", ", learning_rate=1.0"),
        (", lr = 0.1", "SGD", ", learning_rate = 0.1"),
        (", args.lr", "SGD", ", learning_rate=args.lr"),
        (", lr=args.lr, momentum=0", "SGD", ", learning_rate=args.lr"),
        (", 0.1, 0.9", "Momentum", ", learning_rate=0.1, momentum=0.9"),
        (", 0.1, 0.9, 0, 1e-4", "Momentum", ", learning_rate=0.1, momentum=0.9, weight_decay=1e-4"),
        (", momentum=args.momentum", "Momentum", ", momentum=args.momentum"),
        (", momentum=0.9, nesterov=True", "Momentum", ", momentum=0.9, use_nesterov=True"),
        (", momentum=0.9, nesterov=args.n", "Momentum", ", momentum=0.9, use_nesterov=args.n"),
        (", weight_decay=0", "SGD", ", weight_decay=0.0"),
        (", weight_decay=5e-4", "SGD", ", weight_decay=5e-4"),
        (", maximize=False, lr=0.1", "SGD", ", learning_rate=0.1"),
        (", lr=0.1, foreach=None", "SGD", ", learning_rate=0.1"),
        (", fused=True, foreach=False", "SGD", ""),
    ],
)
def test_arguments_become_paddles(arguments: str, native: str, after: str) -> None:
    check_rewritten(
        f"import torch\nopt = torch.optim.SGD(model.parameters(){arguments})\n",
        f"import paddle\nopt = paddle.optimizer.{native}(parameters=model.parameters(){after})\n",
        "paddle",
    )


@pytest.mark.parametrize(
    "params",
    [
        "model.parameters()",
        "self.net.parameters()",
        "list(model.parameters())",
        "filter(lambda p: p.requires_grad, model.parameters())",
        "list(a.parameters()) + list(b.parameters())",
        "[p for p in model.parameters() if p.requires_grad]",
        "(p for p in model.parameters())",
    ],
)
def test_forms_that_are_surely_one_flat_group_are_native(params: str) -> None:
    before = f"from torch import optim\nopt = optim.SGD({params}, lr=0.1)\n"

    check_native(before, "paddle", "PD101")


def test_layout_and_comments_stay() -> None:
    check_rewritten(
        "from torch.optim import SGD\n"
        "\n"
        "opt = SGD(  # plain\n"
        "    model.parameters(),  # all of them\n"
        "    lr=0.1,\n"
        "    # as in the paper\n"
        "    momentum=0.9,\n"
        "    maximize=False,  # descend\n"
        ")  # done\n",
        "import paddle\n"
        "\n"
        "opt = paddle.optimizer.Momentum(  # plain\n"
        "    parameters=model.parameters(),  # all of them\n"
        "    learning_rate=0.1,\n"
        "    # as in the paper\n"
        "    momentum=0.9,  # descend\n"
        ")  # done\n",
        "paddle",
    )
