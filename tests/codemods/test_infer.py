"""What the codemod knows of a file's expressions, and what it does not claim to know."""

from __future__ import annotations

import libcst as cst
import pytest
from libcst import matchers as m

from codemods.analysis.names import find_names
from codemods.api import TABLES
from codemods.syntax.source import Source
from codemods.values.infer import Types

HEADER = """\
import copy
import json
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm
from elsewhere import build, load


class Net(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.fc = nn.Linear(width, width)
        self.width = width
        self.parts = nn.ModuleList([nn.Tanh()])
        self.cache = None

    def helper(self, h, scale=1.0):
        return h * scale

    def forward(self, x, mask=None):
        self.cache = self.fc(x)
        return self.helper(self.cache), self.width


class Plain:
    def __init__(self, net):
        self.net = net

    @property
    def best(self):
        return self.net


def loss_of(prediction, target):
    return F.mse_loss(prediction, target)


def pair(x):
    return x, 3


@torch.no_grad()
def evaluate(model, x):
    return model(x)


@build
def wrapped():
    return torch.zeros(1)


def numbers():
    yield torch.zeros(1)


net = Net(3)
x = torch.zeros(3)
data = TensorDataset(x, x)
loader = DataLoader(data)
loss_of(x, x)
evaluate(nn.Linear(3, 3), x)
"""

KNOWN = [
    ("net", "instance"),
    ("copy.deepcopy(net)", "instance"),
    ("net.to('cpu')", "instance"),
    ("net.fc", "layer"),
    ("net.fc(3)", "tensor"),
    ("net.fc.weight", "tensor"),
    ("net.cache", "tensor"),
    ("net.width", "value"),
    ("net(x)", "tuple"),
    ("net(x)[0]", "tensor"),
    ("net(x)[1]", "value"),
    ("net.helper(x)", "tensor"),
    ("[p for p in net.parameters()][0]", "tensor"),
    ("[m for n, m in net.named_modules()][0]", "module"),
    ("[b for a, b in loader][0]", "tensor"),
    ("[b for i, (a, b) in enumerate(tqdm(loader))][0]", "tensor"),
    ("[a for a, b in zip(x, [1])][0]", "tensor"),
    ("next(iter(loader))[0]", "tensor"),
    ("[layer for layer in net.parts][0]", "layer"),
    ("loss_of(1, 2)", "tensor"),
    ("pair(2)[1]", "value"),
    ("evaluate(net.fc, x)", "tensor"),
    ("Plain(net.fc).best", "layer"),
    ("x + 1", "tensor"),
    ("1 - x", "tensor"),
    ("x > 0", "tensor"),
    ("x is None", "value"),
    ("not x", "value"),
    ("-x", "tensor"),
    ("x[0]", "tensor"),
    ("x if 1 else x", "tensor"),
    ("x.shape[0]", "value"),
    ("x.numpy().sort()", "value"),
    ("x.max(1)[1]", "tensor"),
    ("torch.max(x, 1)", "tuple"),
    ("x.max()", "tensor"),
    ("sum([x, x])", "tensor"),
    ("[(y := x)][0]", "tensor"),
    ("np.zeros(3)", "value"),
    ("json.loads('1')", "value"),
    ("len(x)", "value"),
    ("torch.device('cpu')", "device"),
    ("torch.float32", "dtype"),
    ("torch.optim.SGD([x])", "optimizer"),
]
UNKNOWN = [
    "build()",
    "build().thing",
    "load(x)",
    "wrapped()",
    "numbers()",
    "undefined",
    "x if 1 else 3",
    "net.missing",
    "pair(x)[n]",
    "torch.load('f')",
    "getattr(net, 'fc')",
    "x.nothing()",
    "load()['a']",
    "{'a': x}['a']",
    "dict(a=x)['a']",
    "{'a': x}.get('a')",
]


def type_of(expression: str, text: str) -> str:
    """Return the kind of the last statement of a file that is this expression alone."""
    source = Source.parse(text.encode())
    types = Types(source, find_names(source), TABLES["paddle"])
    statements = [n for n in m.findall(source.module, m.Expr()) if source.text(n) == expression]
    last = cst.ensure_type(max(statements, key=source.start), cst.Expr)
    types.settle([last.value])
    return types.of(last.value).kind


@pytest.mark.parametrize(("expression", "kind"), KNOWN)
def test_a_type_is_followed(expression: str, kind: str) -> None:
    assert type_of(expression, f"{HEADER}{expression}\n") == kind


@pytest.mark.parametrize("expression", UNKNOWN)
def test_what_is_not_followed_is_unknown(expression: str) -> None:
    assert type_of(expression, f"{HEADER}{expression}\n") == "unknown"


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ("a = np.zeros(3)\na = torch.from_numpy(a)\na", "tensor"),
        ("a = torch.zeros(3)\na = a.numpy()\na", "value"),
        ("a = 1\nif n:\n    a = torch.zeros(3)\na", "unknown"),
        ("a = None\nif n:\n    a = torch.zeros(3)\na", "tensor"),
        ("a = 0\nfor b in x:\n    a += b\na", "unknown"),
        ("a = 1\nwhile n:\n    a = torch.zeros(a)\n    a", "tensor"),
        ("a = 1\nwhile n:\n    a\n    a = x", "unknown"),
        ("a, (b, c) = 1, (x, 2)\nb", "tensor"),
        ("a, *b = x, x\nb", "unknown"),
        ("a = (1,)\nwhile n:\n    a = (a, x)\na", "unknown"),
        ("a: torch.Tensor = load()\na", "tensor"),
        ("with torch.no_grad():\n    a = x\na", "tensor"),
        ("try:\n    a = x\nexcept E:\n    a = 3\na", "unknown"),
    ],
)
def test_the_order_of_statements_counts_where_it_is_certain(lines: str, kind: str) -> None:
    expression = "b" if lines.endswith("\nb") else "a"

    assert type_of(expression, f"{HEADER}{lines}\n") == kind


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        ("def f(a):\n    a\nf(x)", "tensor"),
        ("def f(a):\n    a\nf(x)\nf(3)", "unknown"),
        ("def f(a):\n    a\nf(*x)", "unknown"),
        ("def f(a):\n    a\nf(x)\nmap(f, y)", "unknown"),
        ("def f(a: nn.Module):\n    a", "module"),
        ("def f(a: torch.Tensor | None = None):\n    a", "tensor"),
        ("def f(a: int):\n    a\nf(x)", "value"),
        ("def f(n, a=None):\n    a\nf(3, a=x)", "tensor"),
        ("def f(a):\n    a", "unknown"),
    ],
)
def test_a_parameter_is_what_its_callers_hand_over(function: str, kind: str) -> None:
    assert type_of("a", f"{HEADER}{function}\n") == kind
