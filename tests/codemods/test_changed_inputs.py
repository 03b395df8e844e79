"""An input that torch's layer changes, and Paddle's does not, may not be read again in silence."""

from __future__ import annotations

import pytest

from tests.rewriting import check_refused, check_rewritten, check_sound

HEAD = """\
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
        self.act = nn.ReLU(inplace=True)
        self.body = nn.Sequential(nn.LeakyReLU(0.1, True), nn.Linear(2, 2))
    def forward(self, x):
"""
READ_AGAIN = [
    ("added", "h = self.fc(x)\nreturn self.act(h) + h", 11),
    ("added before", "h = self.fc(x)\nreturn h + self.act(h)", 11),
    ("returned as well", "h = self.fc(x)\ny = self.act(h)\nreturn y, h", 11),
    ("a shortcut", "out = self.act(x)\nreturn self.fc(out) + x", 10),
    ("known by another name", "h = self.fc(x)\nkept = h\nh = self.act(h)\nreturn h + kept", 12),
    ("kept in a list", "h = self.fc(x)\nall.append(h)\nh = self.act(h)\nreturn all", 12),
    ("the first of several layers", "h = self.fc(x)\nreturn self.body(h) + h", 11),
    ("made on the spot", "h = self.fc(x)\ny = nn.ReLU(True)(h)\nreturn y + h", 11),
    ("in a loop", "for i in range(2):\n    y = self.act(x)\nreturn y", 11),
]
READ_ONCE = [
    "h = self.act(self.fc(x))\nreturn h",
    "h = self.fc(x)\nh = self.act(h)\nreturn h + x",
    "h = self.fc(x)\ny = self.act(h)\nreturn self.fc(y) + y",
    "identity = x\nh = self.fc(x)\nh = self.act(h)\nreturn h + identity",
    "h = self.body(self.fc(x))\nreturn h + x",
    "for i in range(2):\n    x = self.act(x)\nreturn x",
    "y = nn.ReLU()(x)\nreturn y + x",
    "y = nn.ReLU(inplace=False)(x)\nreturn y + x",
    "y = self.fc(x)\nreturn y + x",
]


def _with(body: str) -> str:
    return HEAD + "".join(f"        {line}\n" for line in body.splitlines())


@pytest.mark.parametrize(("_", "body", "line"), READ_AGAIN, ids=[case[0] for case in READ_AGAIN])
def test_an_input_that_is_read_again_is_left(_: str, body: str, line: int) -> None:
    check_refused(_with(body), "paddle", line, "it is read again")


@pytest.mark.parametrize("body", READ_ONCE)
def test_an_input_that_is_read_once_is_ported(body: str) -> None:
    result = check_sound(_with(body).encode(), "paddle")

    assert not result.incomplete


@pytest.mark.parametrize("body", [case[1] for case in READ_AGAIN])
def test_oneflow_changes_it_too(body: str) -> None:
    result = check_sound(_with(body).encode(), "oneflow")

    assert not result.incomplete


def test_a_function_that_works_in_place_is_paddles_that_does() -> None:
    check_rewritten(
        "import torch.nn.functional as F\ny = F.relu(x, inplace=True) + F.relu(F.tanh(z), True)\n",
        "import paddle.nn.functional as F\ny = F.relu_(x) + F.relu_(F.tanh(z))\n",
        "paddle",
    )
    check_refused(
        "import torch.nn.functional as F\nF.relu(x, inplace=fast)\n", "paddle", 2, "`inplace=fast`"
    )
