"""What torch gives once and Paddle as a list may not be read twice in silence."""

from __future__ import annotations

import pytest

from tests.rewriting import check_native, check_refused

HEAD = "import torch\nfrom torch import optim\nparams = model.parameters()\n"
CLIP = "torch.nn.utils.clip_grad_norm_(params, 1.0)\n"
READ_AGAIN = [
    ("clipped after it was given", "opt = optim.SGD(params, lr=0.1)\n" + CLIP, 5),
    ("clipped in the loop", f"opt = optim.SGD(params, lr=0.1)\nfor x in y:\n    {CLIP}", 6),
    ("read in a loop alone", f"for x in y:\n    {CLIP}", 5),
    ("made again for each", f"for x in y:\n    params = x.parameters()\n    {CLIP}    {CLIP}", 7),
    ("bound before", f"params = model.parameters()\n{CLIP}{CLIP}", 6),
    ("read in a function", f"def step():\n    {CLIP}", 5),
    ("annotated", "some: object = model.parameters()\nuse(some)\nuse(some)\n", 6),
    ("one of two", "p, q = a.parameters(), b.parameters()\nuse(p)\nuse(q)\nuse(q)\n", 7),
    (
        "in an attribute",
        "class T:\n  def __init__(self): self.all = m.parameters()\n  def f(self): use(self.all)\n",
        6,
    ),
    ("looped over in a loop", "for x in y:\n    for param in params: print(param)\n", 5),
]
READ_ONCE = [
    ("given once", "opt = optim.SGD(params, lr=0.1)\n", "PD101"),
    (
        "given in branches",
        "if x:\n    opt = optim.SGD(params, lr=0.1)\nelse:\n    opt = optim.Rprop(params)\n",
        "PD101 PD109",
    ),
    ("made for each", f"for x in y:\n    params = x.parameters()\n    {CLIP}", ""),
    ("bound again", f"{CLIP}params = model.parameters()\n{CLIP}", ""),
    ("an attribute", "self.all = m.parameters()\nuse(self.all)\n", ""),
    ("filtered", "kept = [p for p in params]\nopt = optim.SGD(kept, lr=0.1)\n", "PD101"),
    ("looped over once", "for param in params:\n    print(param)\n", ""),
]


@pytest.mark.parametrize(("_", "body", "line"), READ_AGAIN, ids=[name for name, *_ in READ_AGAIN])
def test_an_iterator_that_is_read_again_is_left(_: str, body: str, line: int) -> None:
    check_refused(HEAD + body, "paddle", line, "emptied")


def test_oneflow_has_iterators_too() -> None:
    check_native(HEAD + READ_AGAIN[0][1], "oneflow", "OF101")


@pytest.mark.parametrize(("_", "body", "codes"), READ_ONCE, ids=[name for name, *_ in READ_ONCE])
def test_an_iterator_that_is_read_once_is_ported(_: str, body: str, codes: str) -> None:
    check_native(HEAD + body, "paddle", *codes.split())


def test_a_list_is_read_as_often_as_it_is() -> None:
    body = HEAD.replace("model.parameters()", "list(model.parameters())") + READ_AGAIN[0][1]
    check_native(body, "paddle", "PD101")
