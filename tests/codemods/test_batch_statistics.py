"""Paddle has BatchNorm's running statistics among the parameters: who meets them is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.analysis.project import Project
from codemods.engine import port
from codemods.model import Options
from tests.rewriting import PATH, check_native, check_refused

HEAD = """\
import torch
from torch import nn
net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
head = nn.Linear(2, 2)
"""
LOOP = "for p in net.parameters():\n    "
NAMED = "for n, p in net.named_parameters():\n    "
MET = [
    ("counted", "n = sum(p.numel() for p in net.parameters())", 5),
    ("counted by a function", "def count(ps): return len(list(ps))\ncount(net.parameters())", 6),
    ("penalised", "x = sum(p.pow(2).sum() for p in net.parameters() if p.dim() > 1)", 5),
    ("unfrozen", LOOP + "p.requires_grad = True", 5),
    ("frozen or not", LOOP + "p.requires_grad_(flag)", 5),
    ("filled", LOOP + "nn.init.uniform_(p, -0.1, 0.1)", 5),
    ("averaged", "for a, b in zip(net.parameters(), net.parameters()): a.data.copy_(b.data)", 5),
    ("kept", "shadow = {n: p.clone() for n, p in net.named_parameters()}", 5),
    ("counted if frozen", NAMED + "if not p.requires_grad: x = p.numel()", 5),
    ("asked for a gradient that there is not", LOOP + "p.grad.fill_(0.0)", 5),
]
PASSED_OVER = [
    ("trained", "opt = torch.optim.SGD(net.parameters(), 0.1)", "PD101"),
    ("trained by name", "ps = list(net.parameters())\nopt = torch.optim.SGD(ps, 0.1)", "PD101"),
    (
        "clipped by a function",
        "def clip(ps): nn.utils.clip_grad_norm_(list(ps), 1.0)\nclip([*net.parameters()])",
        "",
    ),
    ("clipped", "nn.utils.clip_grad_norm_(net.parameters(), 1.0)", ""),
    ("frozen", LOOP + "p.requires_grad = False", ""),
    ("asked for a gradient", LOOP + "if p.grad is not None: print(p.grad.norm())", ""),
    ("asked for its device", "device = next(net.parameters()).device", ""),
    ("counted if trained", "n = sum(p.numel() for p in net.parameters() if p.requires_grad)", ""),
    ("passed over", LOOP + "if p.grad is None:\n        continue\n    print(p.numel())", ""),
    ("picked", "decay = []\n" + NAMED + "if p.ndim > 1:\n        decay.append(p)", ""),
    (
        "taken by name",
        "n = [p for n, p in net.named_parameters() if not n.endswith(('_mean', '_variance'))]",
        "",
    ),
    ("another layer's", "n = sum(p.numel() for p in head.parameters())", ""),
]


@pytest.mark.parametrize(("_", "body", "line"), MET, ids=[name for name, *_ in MET])
def test_what_meets_the_statistics_is_left(_: str, body: str, line: int) -> None:
    check_refused(HEAD + body + "\n", "paddle", line, "running statistics")


@pytest.mark.parametrize(
    ("_", "body", "codes"), PASSED_OVER, ids=[name for name, *_ in PASSED_OVER]
)
def test_what_passes_over_the_statistics_is_ported(_: str, body: str, codes: str) -> None:
    check_native(HEAD + body + "\n", "paddle", *codes.split())


def test_without_batch_norm_there_are_no_statistics() -> None:
    check_native(HEAD.replace("BatchNorm1d", "LayerNorm") + MET[0][1] + "\n", "paddle")


def test_oneflow_has_none_among_the_parameters() -> None:
    check_native(HEAD + MET[0][1] + "\n", "oneflow")


@pytest.mark.parametrize(
    "layers",
    ["from torch import nn\nnet = nn.BatchNorm2d(3)\n", "from torch.nn import BatchNorm1d\n"],
)
def test_another_file_of_the_run_may_have_the_statistics(layers: str) -> None:
    text = "import torch\nfrom layers import net\nn = len(list(net.parameters()))\n"
    files = [(PATH, text.encode()), (Path("layers.py"), layers.encode())]
    options = Options("paddle")
    alone, together = (
        port(text.encode(), PATH, options, Project.read(f)) for f in (files[:1], files)
    )

    assert not alone.incomplete
    assert together.incomplete
