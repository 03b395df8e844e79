"""Codes of what goes through `bridge`, on every target and from every framework: two tables."""

from __future__ import annotations

from typing import Final

from codemods.codes._row import Row

_OF_PADDLE: Final = """\
import paddle

schedule = paddle.optimizer.lr.StepDecay(0.1, step_size=30)
optimizer = paddle.optimizer.Momentum(schedule, parameters=net.parameters())
"""

BRIDGE_ROWS: Final = (
    Row(
        101,
        "bridge",
        "An optimizer through `bridge`",
        "`bridge.optim` has torch's meaning on every framework's parameters. Taken where native "
        "code would train differently, where the bundle goes out of sight, and with "
        "`--style bridge`. The output needs `optbridge` at run time.",
        {"paddle": "import torch\n\noptimizer = torch.optim.LBFGS(model.parameters())\n"},
    ),
    Row(
        201,
        "bridge",
        "A scheduler through `bridge`",
        "It goes with its optimizer: a bundle is ported as a whole.",
        {
            "paddle": (
                "from torch import optim\n\noptimizer = optim.SGD(net.parameters(), lr=0.1)\n"
                "scheduler = optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=100)\n"
            )
        },
    ),
    Row(
        301,
        "bridge",
        "Any other name of torch.optim, through `bridge`",
        "An annotation, a base class, an `isinstance`, a class as a value.",
        {"paddle": "import torch\n\n\ndef lr_of(optimizer: torch.optim.Optimizer): ...\n"},
    ),
)
# What `--from paddle` and `--from oneflow` find.
INWARD_ROWS: Final = (
    Row(
        401,
        "bridge",
        "An optimizer of Paddle or OneFlow, through `bridge`",
        "`--from paddle` and `--from oneflow` write a framework's own optimizers as `bridge`'s, "
        "with what torch's defaults would change written out.",
        {"paddle": _OF_PADDLE},
    ),
    Row(
        402,
        "bridge",
        "A scheduler of Paddle or OneFlow, through `bridge`",
        "It goes with its optimizer: a bundle is ported as a whole.",
        {"paddle": _OF_PADDLE},
    ),
    Row(
        404,
        "refused",
        "An optimizer of Paddle or OneFlow that is not followed",
        "It goes where the analysis does not see what is done with it. `bridge.wrap` gives it "
        "torch's `param_groups` as it is.",
        {
            "paddle": (
                "import paddle\n\n\ndef make(net):\n"
                "    return paddle.optimizer.SGD(0.1, parameters=net.parameters())\n"
            )
        },
    ),
)
