"""Optimizers of tensors that a script makes itself: native where each is surely a tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.analysis.project import Project
from codemods.engine import port
from codemods.model import Options
from tests.codemods.forms.tensors import TENSORS as SCRIPTS
from tests.codemods.test_traps import BOTH
from tests.rewriting import PATH

if TYPE_CHECKING:
    from codemods.model import Target

HEAD = "import torch\nfrom torch import optim\n"
IN_A_CLASS = """\
class Agent:
    def __init__(self):
        self.alpha = torch.zeros(1, requires_grad=True)
        self._opt = optim.Adam([self.alpha], lr=0.1)
"""
TENSORS = [
    "opt = optim.Adam([torch.zeros(1, requires_grad=True)], lr=0.1)\n",
    "a = torch.tensor([0.1]).to(device).double()\nopt = optim.Adam([a], lr=0.1)\n",
    "a = torch.nn.Parameter(torch.ones(3))\nopt = optim.Adam([a, *net.parameters()], lr=0.1)\n",
    "from torch import zeros as z\na = z(3)\nb = z(3)\nopt = optim.Adam((a, b), lr=0.1)\n",
    "a = torch.log(torch.ones(3))\nb = a.clone()\nopt = optim.Adam([b], lr=0.1)\n",
    IN_A_CLASS,
    IN_A_CLASS + "    def load(self, x):\n        self.alpha = torch.tensor(x)\n",
    IN_A_CLASS + "    def drop(self):\n        self.alpha = None\n",
    IN_A_CLASS + "    def add(self, x):\n        self.alpha += x\n        f([self.alpha])\n",
]
MAY_BE_GROUPS = [
    "opt = optim.Adam([a], lr=0.1)\n",
    "opt = optim.Adam([torch.load(path)], lr=0.1)\n",
    "def f(a):\n    opt = optim.Adam([a], lr=0.1)\n",
    "a = torch.zeros(3)\nif x:\n    a = groups()\nopt = optim.Adam([a], lr=0.1)\n",
    "torch = mine\na = torch.zeros(3)\nopt = optim.Adam([a], lr=0.1)\n",
    "a = group.clone()\nopt = optim.Adam([a], lr=0.1)\n",
    "a = a.clone()\nopt = optim.Adam([a], lr=0.1)\n",
    "for a in torch.zeros(3): opt = optim.Adam([a], lr=0.1)\n",
    "a, b = torch.zeros(3), x\nopt = optim.Adam([a, b], lr=0.1)\n",
    IN_A_CLASS.replace("[self.alpha]", "[self.beta]"),
    IN_A_CLASS.replace("torch.zeros(1, requires_grad=True)", "None"),
    IN_A_CLASS + "    def load(self, x):\n        self.alpha = x\n",
    IN_A_CLASS + "    def load(self, x):\n        self.alpha, y = x\n",
    IN_A_CLASS + "    def load(self, x):\n        for self.alpha in x: ...\n",
    IN_A_CLASS.replace("torch.zeros(1, requires_grad=True)", "self.alpha.to(device)"),
    IN_A_CLASS + "def load(agent):\n    agent.alpha = groups()\n",
]


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("body", TENSORS)
def test_a_list_of_what_is_surely_tensors_is_one_group(to: Target, body: str) -> None:
    result = port((HEAD + body).encode(), PATH, Options(to, scope="optim"), Project())
    kinds = {finding.kind for finding in result.findings if finding.kind != "note"}

    assert kinds == {"native"}


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_that_are_executed_are_native(to: Target, name: str) -> None:
    result = port(SCRIPTS[name].encode(), PATH, Options(to), Project())

    assert not [f for f in result.findings if f.kind in ("bridge", "refused", "left", "error")]


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("body", MAY_BE_GROUPS)
def test_a_list_of_what_may_be_groups_goes_to_bridge(to: Target, body: str) -> None:
    result = port((HEAD + body).encode(), PATH, Options(to, scope="optim"), Project())

    assert any("groups cannot be seen" in f.reason for f in result.findings), result.findings


@pytest.mark.parametrize("made", ["x.requires_grad_()", "set_all(net, requires_grad=True)"])
def test_a_tensor_that_gets_its_gradients_later_is_none_of_oneflows_adam(made: str) -> None:
    body = f"{made}\nopt = optim.Adam([torch.zeros(1, requires_grad=True)], lr=0.1)\n"
    result = port((HEAD + body).encode(), PATH, Options("oneflow", scope="optim"), Project())

    assert any("counts Adam's steps once" in f.reason for f in result.findings)
