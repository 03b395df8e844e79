"""However torch is imported: the least of it is rewritten, and the rest stays."""

from __future__ import annotations

import pytest

from tests.rewriting import check_refused, check_rewritten, check_untouched

USE = "opt = {}(model.parameters(), lr=0.1)\n"
PADDLE = "opt = {}(parameters=model.parameters(), learning_rate=0.1)\n"

FORMS = [
    ("import torch", "torch.optim.SGD", "import paddle", "paddle.optimizer.SGD"),
    ("import torch as t", "t.optim.SGD", "import paddle", "paddle.optimizer.SGD"),
    ("import torch.optim", "torch.optim.SGD", "import paddle", "paddle.optimizer.SGD"),
    ("import torch.optim as optim", "optim.SGD", "import paddle.optimizer as optim", "optim.SGD"),
    ("import torch.optim as o", "o.SGD", "import paddle.optimizer as o", "o.SGD"),
    ("from torch import optim", "optim.SGD", "from paddle import optimizer as optim", "optim.SGD"),
    ("from torch import optim as o", "o.SGD", "from paddle import optimizer as o", "o.SGD"),
    ("from torch.optim import SGD", "SGD", "from paddle.optimizer import SGD", "SGD"),
    ("from torch.optim import SGD as S", "S", "from paddle.optimizer import SGD as S", "S"),
    ("from torch.optim.sgd import SGD", "SGD", "from paddle.optimizer import SGD", "SGD"),
    ("import torch, os", "torch.optim.SGD", "import paddle\nimport os", "paddle.optimizer.SGD"),
    ("import os, torch", "torch.optim.SGD", "import paddle\nimport os", "paddle.optimizer.SGD"),
    ("import torch, torch.optim", "torch.optim.SGD", "import paddle", "paddle.optimizer.SGD"),
    ("import torch.optim, torch.nn", "torch.optim.SGD", "import paddle", "paddle.optimizer.SGD"),
    (
        "import torch\nimport torch.optim",
        "torch.optim.SGD",
        "import paddle",
        "paddle.optimizer.SGD",
    ),
    (
        "from torch.optim import (  # both\n    SGD,  # one\n)",
        "SGD",
        "from paddle.optimizer import (  # both\n    SGD,  # one\n)",
        "SGD",
    ),
]


@pytest.mark.parametrize(("line", "use", "new_line", "new_use"), FORMS)
def test_every_form_of_import(line: str, use: str, new_line: str, new_use: str) -> None:
    check_rewritten(f"{line}\n{USE.format(use)}", f"{new_line}\n{PADDLE.format(new_use)}", "paddle")


@pytest.mark.parametrize(
    "text",
    [
        "# import torch\n",
        '"""Uses torch."""\n',
        "from .torch import optim\nopt = optim.SGD(model.parameters())\n",
        "def torch(x):\n    return x\ntorch(1)\n",
        "x = 'import torch'\n",
    ],
)
def test_what_is_not_torch_is_untouched(text: str) -> None:
    check_untouched(text, "paddle")


def test_a_shadowing_parameter_is_not_torch() -> None:
    check_rewritten(
        "from torch import optim\n"
        "def other(optim):\n"
        "    return optim.SGD(lr=0.1)\n"
        "opt = optim.SGD(model.parameters())\n",
        "from paddle import optimizer as optim\n"
        "def other(optim):\n"
        "    return optim.SGD(lr=0.1)\n"
        "opt = optim.SGD(parameters=model.parameters())\n",
        "paddle",
    )


def test_an_import_inside_a_function_stays_there() -> None:
    check_rewritten(
        "def train(model):\n"
        "    import torch\n"
        "    opt = torch.optim.SGD(model.parameters())\n"
        "    opt.step()\n",
        "def train(model):\n"
        "    import paddle\n"
        "    opt = paddle.optimizer.SGD(parameters=model.parameters())\n"
        "    opt.step()\n",
        "paddle",
    )


def test_comments_of_an_import_that_is_split_stay() -> None:
    check_rewritten(
        "from torch.optim import (\n"
        "    Adam,  # for the generator\n"
        "    SGD,  # for the critic\n"
        ")\n"
        "g = Adam(a.parameters())\n"
        "c = SGD(b.parameters(), maximize=True)\n",
        "# for the generator\n"
        "# for the critic\n"
        "from paddle.optimizer import Adam\n"
        "from bridge.optim import SGD\n"
        "g = Adam(parameters=a.parameters())\n"
        "c = SGD(b.parameters(), maximize=True)\n",
        "paddle",
    )


def test_an_unused_import_goes_where_the_used_ones_go() -> None:
    check_rewritten(
        "import torch\n"
        "import torch.nn.functional as F\n"
        "from torch.utils.data import DataLoader\n"
        "from torch import nn\n"
        "layer = nn.Linear(2, 3)\n",
        "import oneflow\n"
        "import oneflow.nn.functional as F\n"
        "from oneflow.utils.data import DataLoader\n"
        "from oneflow import nn\n"
        "layer = nn.Linear(2, 3)\n",
        "oneflow",
    )


def test_an_unused_import_that_has_no_place_is_left() -> None:
    check_refused("from torch.autograd import Variable\n", "paddle", 1, "imported and not used")


def test_a_star_import_is_left() -> None:
    check_refused("from torch import *\nopt = optim.SGD(p)\n", "paddle", 1, "star import")


def test_a_name_that_means_two_things_is_left() -> None:
    before = "try:\n    import torch\nexcept ImportError:\n    torch = None\ntorch.zeros(2)\n"

    check_refused(before, "paddle", 5, "depending on the path taken")


def test_torch_for_type_checkers_only_is_ported_too() -> None:
    check_rewritten(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n"
        "    from torch.optim import Optimizer\n"
        "def show(optimizer: Optimizer) -> None: ...\n",
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n"
        "    from bridge.optim import Optimizer\n"
        "def show(optimizer: Optimizer) -> None: ...\n",
        "paddle",
    )


@pytest.mark.parametrize(
    "line", ["bridge = 3", "from game import bridge", "import cards as bridge", "class bridge: 0"]
)
def test_a_name_that_the_port_needs_is_refused(line: str) -> None:
    before = f"import torch\n{line}\nopt = torch.optim.SGD(params, lr=0.1)\n"

    check_refused(before, "paddle", 2, "this file uses that name for something else")


def test_a_framework_that_is_imported_already_is_not_imported_again() -> None:
    check_rewritten(
        "import paddle\nimport torch\nopt = torch.optim.SGD(model.parameters())\n",
        "import paddle\nopt = paddle.optimizer.SGD(parameters=model.parameters())\n",
        "paddle",
    )
