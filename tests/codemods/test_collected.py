"""Lists that a script fills with parameters: one flat group where nothing else can get in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.analysis.project import Project
from codemods.engine import port
from codemods.model import Options
from tests.codemods.forms.collected import COLLECTED
from tests.codemods.test_traps import BOTH
from tests.rewriting import PATH

if TYPE_CHECKING:
    from codemods.model import Target

HEAD = "import torch\nfrom torch import optim\n"
OPT = "opt = optim.SGD(ps, lr=0.1)\n"
LOOP = "for p in model.parameters():\n    ps.append(p)\n"
NAMED = "for n, p in model.named_parameters():\n"
FILLED = [
    f"ps = []\n{LOOP}",
    f"ps = list()\n{NAMED}    if p.requires_grad:\n        ps.append(p)\n",
    f"ps = model.parameters()\nif x:\n    ps = []\n    {NAMED}        ps.append(p)\n",
    f"ps, others = [], []\n{NAMED}    (others if n in x else ps).append(p)\n",
    "ps = []\nfor m in model.modules():\n    ps.append(m.weight)\n    ps.append(m.bias)\n",
    "ps = []\nps += list(head.parameters())\nps.extend(p for p in neck.parameters())\n",
    "ps = []\nps.append(torch.zeros(3, requires_grad=True))\nprint(len(ps))\n",
    f"qs = []\nps = []\n{LOOP}qs += ps\n",
    f"ps = [*model.parameters()]\n{LOOP}",
]
MAY_BE_GROUPS = [
    f"ps = [x]\n{LOOP}",
    f"ps = groups()\n{LOOP}",
    f"ps, x = groups()\n{LOOP}",
    f"ps, x = [], [], []\n{LOOP}",
    "ps = []\nps.append(p)\n",
    "ps = []\nps.append({'params': model.parameters()})\n",
    "ps = []\nfor p in groups:\n    ps.append(p)\n",
    f"ps = []\n{NAMED}    ps.append(n)\n",
    f"ps = []\n{LOOP}for p in groups:\n    ps.append(p)\n",
    "ps = []\nps += groups\n",
    "ps = []\nps.extend(groups)\n",
    f"ps = []\n{LOOP}ps[0] = group\n",
    f"ps = []\n{LOOP}qs = ps\nqs.append(group)\n",
    f"ps = []\n{LOOP}ps.insert(0, group)\n",
    f"ps = []\n{LOOP}def fill(ps): ps.append(group)\nfill(ps)\n",
    f"ps = []\n{LOOP}def fill(): ps.append(group)\nfill()\n",
    "ps = list(ps)\n",
    "ps = qs\nqs = ps + ps\n",
    "class M:\n    def named_parameters(self): ...\n" + f"ps = []\n{NAMED}    ps.append(p)\n",
]


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("body", FILLED)
def test_a_list_that_gets_parameters_alone_is_one_group(to: Target, body: str) -> None:
    result = port((HEAD + body + OPT).encode(), PATH, Options(to, scope="optim"), Project())

    assert {f.kind for f in result.findings if f.kind != "note"} == {"native"}


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("body", MAY_BE_GROUPS)
def test_a_list_that_may_get_groups_goes_to_bridge(to: Target, body: str) -> None:
    result = port((HEAD + body + OPT).encode(), PATH, Options(to, scope="optim"), Project())

    assert any("groups cannot be seen" in f.reason for f in result.findings), result.findings


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("name", COLLECTED)
def test_the_scripts_that_are_executed_are_native(to: Target, name: str) -> None:
    result = port(COLLECTED[name].encode(), PATH, Options(to), Project())

    assert not [f for f in result.findings if f.kind in ("bridge", "refused", "left", "error")]
