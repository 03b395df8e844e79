"""Writes that reach another tensor in torch and not in the target are left, whatever their form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from codemods.api import TABLES
from tests.rewriting import check_refused, check_rewritten, check_sound

if TYPE_CHECKING:
    from codemods.model import Target
    from tests.frameworks import Framework

HEAD = "import torch\nfrom torch import nn\nx = torch.arange(6.0)\n"
FORMS = ["a.zero_()", "a.fill_(1)", "a.copy_(b)", "a[0] = 1", "a[:] = b", "a[0] += 1", "a *= 2"]
COPIED = [
    ("by a method", "a, b = x.chunk(2)\na.zero_()", 5, "`chunk` gives is a copy"),
    ("by a function", "a, b = torch.split(x, 3)\nb[0] = 1", 5, "`split` gives is a copy"),
    ("in a loop", "for part in x.chunk(2):\n    part.fill_(0)", 5, "`chunk` gives"),
    ("one of them", "x.chunk(2)[1].fill_(1)", 4, "`chunk` gives"),
    ("by its number", "parts = x.split(2, dim=0)\nparts[1][0] = 1", 5, "`split` gives"),
    ("seen otherwise", "a = x.chunk(2)[0].view(3, 1).t()\na[0] = 1", 5, "`chunk` gives"),
    ("numbered", "for i, a in enumerate(x.chunk(2)):\n    a[i] = 1", 5, "`chunk` gives"),
    ("initialised", "a, b = x.chunk(2)\nnn.init.zeros_(a)", 5, "`chunk` gives"),
    ("handed on", "def f(part):\n    part[0] = 1\nf(x.chunk(2)[0])", 5, "`chunk` gives"),
    ("returned", "def f():\n    return x.chunk(2)[0]\na = f()\na[0] = 1", 7, "`chunk` gives"),
    ("of anything", "a = net.w.expand_as(x)\na[0] = 1", 5, "`expand_as` gives"),
    ("its base", "a, b = x.chunk(2)\nx[0] = 1", 5, "`chunk` gives"),
    ("its base, later", "for i in y:\n    x[i] = 1\n    parts.append(x.chunk(2)[0])", 5, "`chunk`"),
]
KEPT = [
    ("by a name", "y = x\nx += 1", 5),
    ("by a view", "y = x.view(2, 3)\nx += 1", 5),
    ("in a list", "all.append(x)\nx += 1", 5),
    ("in a list, later", "for i in all:\n    x += i\n    all.append(x)", 5),
    ("in a dict", "state = {'x': x}\nx += 1", 5),
    ("by an optimizer", "opt = torch.optim.SGD([x], lr=0.1)\nx += 1", 5),
    ("by the number it began with", "n = 0\nfor i in y:\n    n += x\n    all.append(n)", 6),
    ("from an attribute", "class A:\n    def f(self):\n        self.x = x\n        self.x += 1", 7),
    (
        "through an attribute",
        "class A:\n    s = torch.ones(2)\n    def f(i):\n        i.s += 1\n        t = i.s",
        7,
    ),
    ("of a state", "net = torch.nn.Tanh()\nfor v in net.state_dict().values():\n    v *= 2", 6),
    ("in a state", "sd = torch.nn.Tanh().state_dict()\nsd['a'] += 1", 5),
]
ELEMENTS = [
    "rows = [r for r in x]\nrows[1] += 2",
    "d = {'x': x}\nd['x'] += 1",
    "d = dict(x=x.view(-1))\nd['x'] *= 2",
    "all = list(nn.Linear(2, 3).parameters())\nall[0] += 1",
    "all = {i: p for i, p in enumerate(x.unbind())}\nall[1] -= 1",
]
ALONE = [
    "all = [torch.zeros(2) for i in y]\nall[0] += 1",
    "copies = {k: v.clone() for k, v in net.items()}\ncopies['a'] *= 0.9",
    "counts = {'x': 0}\ncounts['x'] += 1",
    "n = [len(x), 0]\nn[1] += 1",
    "a, b = x.chunk(2)\nc = a + b\nc[0] = 1",
    "y = torch.cat([x.chunk(2)[0] * 2])\nx[0] = 1",
    "a = x.chunk(2)[0].clone()\na[0] = 1",
    "parts = 'a b'.split()\nparts[0] = 'c'",
    "parts = text.split()\nparts[0] = 'c'",
    "a = x[:3]\na[0] = 1\na.zero_()",
    "state = {}\nstate['x'] = x.chunk(2)[0]",
    "x += 1\ny = x",
    "y = x * 2\nx += 1",
    "print(x.sum())\nx += 1",
    "y = torch.zeros(3).to(device)\ny += 1",
    "class A:\n    def f(self):\n        self.n = 0\n        self.n += 1\n        return self.n",
]
REPEATED = [
    "y = x.repeat(n)\ny[0] = 1",
    "y = torch.stack(all)\ny.zero_()",
    "y = torch.tile(x, (n,))\nx[0] = 1",
]
FILLED = [
    ("a part", "nn.init.normal_(x[:2])"),
    ("a part of a parameter", "nn.init.uniform_(nn.Linear(2, 3).weight[0])"),
    ("detached", "nn.init.xavier_uniform_(net.fc.weight.detach())"),
    ("by a name", "w = net.fc.weight.data\nnn.init.normal_(w)"),
    ("one gate", "for gate in net.rnn.weight_ih_l0.chunk(4):\n    nn.init.normal_(gate)"),
]
TRAINED = [
    "v = y[0]\nv[1] = 3.0",
    "z = 0\ny[0][1] = 4.0",
    "v = y.t()\nv.zero_()",
    "a = torch.exp(y) + 1\na.view(-1)[2] = 1",
    "for v in y:\n    v[0] = 1",
    "def f(t: torch.Tensor):\n    t[0].fill_(1)",
]
UNTRAINED = [
    "y[0, 1] = 4.0",
    "y[0] += 1",
    "t = torch.zeros(2, 3)\nt[0][1] = 1\nt.view(-1)[1] *= 2",
    "m = y > 0\nm[0][1] = False",
    "d = y.detach()[0]\nd[1] = 2",
    "y.data[0].fill_(1)",
    "with torch.no_grad():\n    y[0][0] = 3",
    "k = y.argmax(1)\nk[:1][0] = 2",
    "nn.init.zeros_(net.bias[:1])",
]
VIEWS = {
    "chunk": lambda x: x.chunk(2)[0],
    "expand": lambda x: x[:1].expand(1, 6),
    "expand_as": lambda x: x.expand_as(x),
    "slice": lambda x: x[1:],
    "transpose": lambda x: x.transpose(0, 1),
    "unsqueeze": lambda x: x.unsqueeze(0),
    "view": lambda x: x.view(-1),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_write_is_seen(form: str) -> None:
    check_refused(f"{HEAD}a, b = x.chunk(2)\n{form}\n", "paddle", 5, "")


@pytest.mark.parametrize(("_", "lines", "line", "reason"), COPIED, ids=[c[0] for c in COPIED])
def test_a_write_to_what_paddle_copied_is_left(_: str, lines: str, line: int, reason: str) -> None:
    check_refused(f"{HEAD}{lines}\n", "paddle", line, reason)


@pytest.mark.parametrize(("_", "lines", "line"), KEPT, ids=[case[0] for case in KEPT])
def test_a_tensor_that_is_kept_elsewhere_is_not_augmented(_: str, lines: str, line: int) -> None:
    check_refused(f"{HEAD}{lines}\n", "paddle", line, "makes a new tensor")


@pytest.mark.parametrize("lines", ELEMENTS)
def test_an_element_that_is_kept_elsewhere_is_not_augmented(lines: str) -> None:
    check_refused(f"{HEAD}{lines}\n", "paddle", 5, "makes a new tensor")


@pytest.mark.parametrize(("_", "lines"), FILLED, ids=[name for name, _ in FILLED])
def test_a_view_that_is_initialised_is_left(_: str, lines: str) -> None:
    result = check_sound(f"{HEAD}{lines}\n".encode(), "paddle")

    assert [f for f in result.findings if "initialisers fill a copy" in f.reason]


def test_the_data_of_a_parameter_is_initialised_as_the_parameter() -> None:
    before = (
        "from torch import nn\nfor m in net.modules():\n    nn.init.normal_(m.w.data, 0, 0.02)\n"
    )
    after = "from paddle import nn\nfor m in net.modules():\n    nn.init.normal_(m.w, 0, 0.02)\n"

    check_rewritten(before, after, "paddle")
    check_rewritten(before, before.replace("torch", "oneflow"), "oneflow")


@pytest.mark.parametrize("to", ["paddle", "oneflow"])
@pytest.mark.parametrize("lines", TRAINED)
def test_a_write_that_the_gradient_does_not_follow_is_left(lines: str, to: Target) -> None:
    made = "net = nn.Linear(3, 4)\ny = net(x.view(2, 3))\n"
    check_refused(f"{HEAD}{made}{lines}\n", to, 7, "gradient does not follow")


@pytest.mark.parametrize("to", ["paddle", "oneflow"])
@pytest.mark.parametrize("lines", UNTRAINED)
def test_a_write_that_no_gradient_meets_is_ported(lines: str, to: Target) -> None:
    made = "net = nn.Linear(3, 4)\ny = net(x.view(2, 3))\n"
    result = check_sound(f"{HEAD}{made}{lines}\n".encode(), to)

    assert not [f for f in result.findings if "gradient does not follow" in f.reason]


@pytest.mark.parametrize("line", ["y.zero_()", "y.fill_(1)", "y.copy_(z)"])
def test_what_is_trained_is_not_filled_on_oneflow(line: str) -> None:
    made = "net = nn.Linear(3, 4)\ny = net(x.view(2, 3))\n"
    under = f"with torch.no_grad():\n    {line}\ntorch.zeros(3).fill_(1)\n"

    check_refused(f"{HEAD}{made}{line}\n", "oneflow", 6, "as if it had not been written")
    assert not check_sound(f"{HEAD}{made}{under}".encode(), "oneflow").incomplete
    assert not check_sound(f"{HEAD}{made}{line}\n".encode(), "paddle").incomplete


@pytest.mark.only_backend("paddle", "oneflow")
def test_the_gradient_does_not_follow_a_write_into_a_view(xp: Framework) -> None:
    x = xp.module.nn.Parameter(xp.tensor(np.ones((2, 3), "f4")))
    y = x * 2
    row = y[0]
    row[1] = 3.0
    y.sum().backward()

    assert xp.numpy(y)[0, 1] == 3
    assert xp.numpy(x.grad)[0, 1] == 2  # torch's is 0


@pytest.mark.parametrize("lines", ALONE)
def test_a_tensor_of_ones_own_may_be_written(lines: str) -> None:
    result = check_sound(f"{HEAD}{lines}\n".encode(), "paddle")

    assert not [f for f in result.findings if "write" in f.reason or "new tensor" in f.reason]


@pytest.mark.parametrize("lines", [case[1] for case in COPIED])
def test_oneflow_shares_where_torch_does(lines: str) -> None:
    result = check_sound(f"{HEAD}{lines}\n".encode(), "oneflow")

    assert not [f for f in result.findings if "write" in f.reason]


@pytest.mark.parametrize("lines", REPEATED)
def test_a_write_to_what_oneflow_may_share_is_left(lines: str) -> None:
    check_refused(f"{HEAD}{lines}\n", "oneflow", 5, "may share its memory in OneFlow")


@pytest.mark.parametrize("name", VIEWS)
def test_the_target_shares_memory_as_its_table_says(name: str, xp: Framework) -> None:
    start = np.arange(24, dtype="f4").reshape(4, 6) + 1
    x, base = xp.tensor(start), torch.tensor(start)
    VIEWS[name](x).zero_()
    VIEWS[name](base).zero_()
    copied = TABLES[xp.name].memory if xp.name in TABLES else {}

    assert (xp.numpy(x) == start).all() == (name in copied)
    assert not (base.numpy() == start).all()


@pytest.mark.parametrize(
    "lines",
    ["x[:, 1].zero_()", "x.data[:, 1:].fill_(2.0)", "x.t()[0].zero_()", "y = x.T\ny.fill_(1.0)"],
)
def test_a_view_with_gaps_is_not_filled_on_oneflow(lines: str) -> None:
    line = 4 + lines.count("\n")

    check_refused(f"{HEAD}{lines}\n", "oneflow", line, "what lies together")


@pytest.mark.parametrize("lines", ["x[1].zero_()", "x[1, 2].fill_(1.0)", "x[2:].zero_()"])
def test_a_view_without_gaps_is_filled_on_oneflow(lines: str) -> None:
    assert not check_sound(f"{HEAD}{lines}\n".encode(), "oneflow").incomplete


@pytest.mark.only_backend("oneflow")
def test_a_column_that_oneflow_fills_is_none(xp: Framework) -> None:
    tensor = xp.tensor(np.ones((2, 2), "f4"))
    tensor[:, 1].zero_()

    assert xp.numpy(tensor).tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_a_function_that_a_port_has_led_to_is_no_tensors_method() -> None:
    before = b"import torch\ngroups = torch.as_tensor([0, *sizes[:-1]]).cumsum_(0)\n"
    result = check_sound(before, "paddle", partial=True)  # the second run too

    assert b"paddle.as_tensor" in result.after
