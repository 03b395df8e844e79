"""A layer's class under another name is ported where none of its calls means another argument."""

from __future__ import annotations

import pytest

from tests.rewriting import check_refused, check_sound

HEAD = "from functools import partial\nfrom torch import nn\n"
OTHERWISE = [
    ("a subclass", "class N(nn.BatchNorm1d): pass\nN(3, 1e-3)", 3),
    ("a subclass's keyword", "class L(nn.Linear): pass\nL(3, 3, bias=False)", 3),
    (
        "what a subclass begins with",
        "class N(nn.BatchNorm1d):\n    def __init__(self, n): super().__init__(n, momentum=0.2)",
        3,
    ),
    ("a default argument", "def f(n, norm=nn.BatchNorm1d): return norm(n, 1e-3)", 3),
    ("an argument", "def f(n, norm): return norm(n, momentum=0.2)\nf(3, nn.BatchNorm1d)", 4),
    ("a name", "norm = nn.BatchNorm1d\nnorm(3, **options)", 3),
    ("an entry", "norms = {'b': nn.BatchNorm1d}\nnorms['b'](3, momentum=0.2)", 3),
    ("in place", "def f(act=nn.ReLU): return act(inplace=True)", 3),
    ("in part", "norm = partial(nn.BatchNorm1d, momentum=0.2)", 3),
]
ALIKE = [
    "class N(nn.BatchNorm1d): pass\nN(3)",
    "class L(nn.Linear):\n    def __init__(self, n):\n        super().__init__(n, n)\nL(3, 4, 5)",
    "def f(n, norm=nn.BatchNorm1d): return norm(n)\nf(3, norm=nn.BatchNorm2d)",
    "acts = {'a': nn.ReLU, 'b': nn.Tanh}\nacts['a']()",
    "if isinstance(m, (nn.Linear, nn.Conv2d)): m.set(bias=0, momentum=1)",
    "if type(m) is nn.BatchNorm1d: m.set(momentum=1)",
    "from torch import optim\nclass L(nn.Linear): pass\nopt = optim.SGD(L(2, 2).parameters(), 0.1)",
]


@pytest.mark.parametrize(("_", "lines", "line"), OTHERWISE, ids=[name for name, *_ in OTHERWISE])
def test_a_class_whose_calls_mean_something_else_is_left(_: str, lines: str, line: int) -> None:
    check_refused(f"{HEAD}{lines}\n", "paddle", line, "it is used as a value")
    assert not check_sound(f"{HEAD}{lines}\n".encode(), "oneflow").incomplete


@pytest.mark.parametrize("lines", ALIKE)
def test_a_class_whose_calls_mean_the_same_is_ported(lines: str) -> None:
    result = check_sound(f"{HEAD}{lines}\n".encode(), "paddle")

    assert not [f for f in result.findings if f.kind == "left"]
