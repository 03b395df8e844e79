"""How far optimizers and schedulers are followed: to native code, and never a step too far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.analysis.project import Project
from codemods.engine import port
from codemods.model import Options
from tests.codemods.execution_forms import FORMS, FORMS_OF_ONEFLOW
from tests.codemods.test_traps import BOTH, HEAD, OPT, STEP_LR, ids
from tests.rewriting import PATH, check_bridged, check_native

if TYPE_CHECKING:
    from codemods.model import Target
    from tests.codemods.execution_cases import Case

MAKE = f"def make():\n    {OPT}    return opt\n"
MAKE_S = "def make(opt):\n    return sched.StepLR(opt, 5)\n"
TRAINER = "class T:\n    def __init__(self, o): self.o = o\n    def fit(self): self.o.step()\n"
GO = "class T:\n    def go(self, o): ...\n    def f(self):\n"
KEEPS = f"kept = {OPT[6:]}def make():\n    return kept\n"
METHOD = (
    f"class A:\n    def make(self):\n        return {OPT[6:]}    def f(self): x = self.make()\n"
)
FIELD = f"class T:\n    o: object = None\n    def f(self): self.o = {OPT[6:]}"
GLOBAL = f"def make():\n    global o\n    o = {OPT[6:]}    return o\n"
TWICE = "t = sched.StepLR(o, 5)\n"
SETUP = "class T:\n    def f(self, x, y):\n"
MINE = f"self.{OPT}"
ITS = "self.s = sched.StepLR(self.opt, 5)\n"
THREE = f"        if x:\n            {MINE}        elif y:\n            {MINE}"
NET = f"class N:\n    def __init__(self):\n        self.o = {OPT[6:]}"
AGENT = f"{NET}class A:\n    def __init__(self):\n        self."
LEARN = "    def learn(self):\n        self.q.o.step()\n"
TOO_FAR = [
    ("a factory as a value", MAKE + "opt = make()\nf = make\n", "`make` is used as a value"),
    ("a factory that is decorated", f"@cached\n{MAKE}opt = make()\n", "it is returned"),
    ("a factory that yields", MAKE + "    yield 3\nopt = make()\n", "it is returned"),
    ("a factory that waits", f"async {MAKE}opt = make()\n", "it is returned"),
    ("a factory of this or that", MAKE + "    return f()\nopt = make()\n", "also returns"),
    ("a factory in a dict", MAKE + "opts = {'d': make()}\n", "put into a dict"),
    ("a factory of a list", MAKE.replace("urn opt", "urn [opt]") + "o = make()\n", "assigned"),
    ("a factory of a dict", MAKE.replace("urn opt", "urn {0: opt}") + "o = make()\n", "a dict"),
    ("a pair as one", MAKE.replace("urn opt", "urn opt, 3") + "pair = make()\n", "assigned to"),
    ("a pair by index", MAKE.replace("urn opt", "urn opt, 3") + "opt = make()[0]\n", "assigned to"),
    ("a factory that a call continues", MAKE + "make().step()\n", "not followed"),
    ("a method", f"class T(B):\n    def make(self):\n        return {OPT[6:]}", "is returned"),
    ("an extended class", TRAINER + OPT + "class U(T): ...\nT(opt)\n", "used as a value"),
    ("a class of its own new", TRAINER + "    def __new__(c, o): ...\n" + OPT + "T(opt)\n", "`T`"),
    ("a decorated class", "@wrap\n" + TRAINER + OPT + "T(opt)\n", "passed to `T`"),
    ("an attribute of an instance", TRAINER + OPT + "t = T(opt)\nt.o = 3\n", "something else"),
    ("a method by another name", TRAINER + OPT + "T(opt).o.step()\n", "from outside `T`"),
    ("a method that others share", f"{GO}        {OPT}        self.go(opt)\nx.go(3)\n", "`go`"),
    ("a method that another may replace", f"{METHOD}class B(A):\n    def make(self): ...\n", "ret"),
    ("a field of a dataclass", f"@dataclass\n{FIELD}", "of that name too"),
    ("one of two names", f"{GLOBAL}a = make()\ns = sched.StepLR(a, 5)\n{TWICE}", "made again"),
    (
        "made in the first turn only",
        f"for i in n:\n    if not i:\n        {OPT}    {STEP_LR}",
        "again",
    ),
    ("made in one branch", f"{SETUP}        if x:\n            {MINE}        {ITS}", "again"),
    ("made in one of three", f"{SETUP}{THREE}        {ITS}", "again"),
    (
        "made in a try",
        f"{SETUP}        try:\n            {MINE}        except: pass\n        {ITS}",
        "",
    ),
    ("an agent's net from elsewhere", f"{AGENT}q = make()\n{LEARN}", "outside `N`"),
    ("an agent's net replaced", f"{AGENT}q = N()\n{LEARN}a = A()\na.q = make()\n", "outside `N`"),
    ("an agent's net in a loop", f"{AGENT}q = N()\n{LEARN}        for self.q in ns: ...\n", "side"),
    ("an agent's net by a string", f"{AGENT}q = N()\n{LEARN}setattr(a, 'q', b)\n", "outside `N`"),
    ("several in a factory", MAKE_S + OPT + "make(opt)\ns = make(opt)\n", "several schedulers"),
    ("a factory in a loop", MAKE_S + OPT + "for i in n: s = make(opt)\n", "made again"),
    ("a factory with a loop", MAKE + "o = make()\nfor i in n: s = sched.StepLR(o, 5)\n", "again"),
    ("conditions, not branches", OPT + f"if x: {STEP_LR}if y: {STEP_LR}", "several schedulers"),
    ("a scheduler of an older one", OPT + f"for i in n:\n    {STEP_LR}    {OPT}", "made again"),
    (
        "an older one by a factory",
        f"opt = None\n{MAKE_S}def f():\n    global opt\n    s = make(opt)\n    {OPT}",
        "made again",
    ),
    ("a factory that keeps one", f"{KEEPS}a = make()\ns = sched.StepLR(a, 5)\n", "made again"),
    (
        "a branch that goes on",
        f"def f():\n    {OPT}    if x:\n        {STEP_LR}    {STEP_LR}f()\n",
        "several schedulers",
    ),
]


@pytest.mark.parametrize(
    ("to", "case"),
    [*((to, c) for to in BOTH for c in FORMS), *(("oneflow", c) for c in FORMS_OF_ONEFLOW)],
    ids=str,
)
def test_a_form_that_is_followed_is_native(to: Target, case: Case) -> None:
    results = [port(text.encode(), PATH, Options(to), Project()) for text in case.texts]

    assert not [f for r in results for f in r.findings if f.kind in ("bridge", "refused")]


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize(("_", "body", "reason"), TOO_FAR, ids=ids(TOO_FAR))
def test_a_form_that_is_not_followed_goes_to_bridge(
    to: Target, _: str, body: str, reason: str
) -> None:
    check_bridged(HEAD + body, to, reason)


EACH_TURN = [
    f"for i in n:\n    {OPT}    {STEP_LR}",
    f"for i in n:\n    if i:\n        {OPT}    else:\n        {OPT}    {STEP_LR}",
    f"for i in n:\n    opt = {OPT[6:-1]} if i else {OPT[6:]}    {STEP_LR}",
    f"for i in n:\n    with x:\n        {OPT}    {STEP_LR}",
    f"for i in n:\n    with x:\n        {OPT}        if i:\n            {STEP_LR}",
    f"{SETUP}        {MINE}        {ITS}",
    f"{SETUP}{THREE}        else:\n            raise x\n        {ITS}",
    f"def f(x):\n    if x:\n        {OPT}    {STEP_LR}f(3)\n",
    f"if x:\n    {OPT}{STEP_LR}",
]


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("body", EACH_TURN)
def test_an_optimizer_that_is_made_with_its_scheduler_each_time_is_native(
    to: Target, body: str
) -> None:
    result = port((HEAD + body).encode(), PATH, Options(to, scope="optim"), Project())

    assert not [f for f in result.findings if f.kind in ("bridge", "refused", "error")]


FLAT = [
    "model.parameters()",
    "list(model.parameters()) + list(head.parameters())",
    "[*model.parameters(), *head.parameters()]",
    "itertools.chain(model.parameters(), head.parameters())",
    "filter(lambda p: p.requires_grad, model.parameters())",
    "[p for p in model.parameters() if p.requires_grad]",
    "(p for n, p in model.named_parameters() if 'bias' not in n)",
]
NOT_FLAT = [
    "[model.parameters(), head.parameters()]",
    "[w, b]",
    "itertools.chain(model.parameters(), groups)",
    "itertools.chain.from_iterable(m.parameters() for m in ms)",
    "[n for n, p in model.named_parameters()]",
    "[f(p) for p in model.parameters()]",
    "[{'params': p} for p in model.parameters()]",
    "map(f, model.parameters())",
    "get_parameters(model)",
]
ITERTOOLS = "import itertools\nfrom torch import optim\n"


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("params", FLAT)
def test_what_surely_yields_parameters_is_one_group(to: Target, params: str) -> None:
    code = {"paddle": "PD103", "oneflow": "OF102"}[to]
    check_native(f"{ITERTOOLS}opt = optim.Adam({params}, lr=0.1)\n", to, code, scope="optim")


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("params", NOT_FLAT)
def test_what_may_yield_groups_goes_to_bridge(to: Target, params: str) -> None:
    check_bridged(f"{ITERTOOLS}opt = optim.Adam({params}, lr=0.1)\n", to, "groups", scope="optim")


@pytest.mark.parametrize(
    "change",
    [
        "w.requires_grad = False",
        "w.requires_grad, x = False, 3",
        "w.requires_grad_(False)",
        "setattr(w, 'requires_grad', False)",
        "w = make(requires_grad=False)",
    ],
)
def test_parameters_that_are_frozen_may_miss_steps_of_oneflows_adam(change: str) -> None:
    body = f"{ITERTOOLS}opt = optim.Adam(model.parameters(), lr=0.1)\n{change}\n"

    check_bridged(body, "oneflow", "counts Adam's steps once", scope="optim")


@pytest.mark.parametrize("to", BOTH)
def test_classes_of_a_file_may_have_attributes_of_the_same_name(to: Target) -> None:
    one = f"class A:\n    def f(self):\n        self.{OPT}        self.opt.step()\n"
    result = port((HEAD + one + one.replace("A:", "B:")).encode(), PATH, Options(to), Project())

    assert sum(f.code.endswith("101") and f.kind == "native" for f in result.findings) == 2


@pytest.mark.parametrize("to", BOTH)
def test_a_subclass_of_the_file_has_the_same_attributes(to: Target) -> None:
    one = f"class A:\n    def f(self):\n        self.{OPT}"
    check_bridged(f"{HEAD}{one}class B(A):\n    def g(self): self.opt.foo()\n", to, "outside `A`")
