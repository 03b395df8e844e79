"""Parameter groups in Paddle's words, and groups that Paddle would train otherwise."""

from __future__ import annotations

import pytest

from codemods.analysis.project import Project
from codemods.engine import port
from codemods.model import Options
from tests.codemods.forms.grouped import GROUPED, RESUMED_GROUPS
from tests.rewriting import PATH, check_rewritten

NATIVE = {**GROUPED, **RESUMED_GROUPS}


@pytest.mark.parametrize("name", NATIVE)
def test_groups_that_are_written_out_are_native(name: str) -> None:
    result = port(NATIVE[name].encode(), PATH, Options("paddle"), Project())

    assert not [f for f in result.findings if f.kind in ("bridge", "refused", "left", "error")]


TORCH = "from torch import optim\n"
PADDLE = "from paddle import optimizer as optim\n"
SCHED = "from torch.optim import lr_scheduler as sched\n"
ENTRIES = [
    ('{"params": a.parameters(), "lr": 0.01}, lr=0.1', '"learning_rate": 0.1'),
    ("{'params': a.parameters(), 'lr': 3e-4}, lr=1e-3", "'learning_rate': 0.3"),
    ('{"params": a.parameters(), "lr": 0.007}, lr=0.3', '"learning_rate": 0.023333333333333334'),
    ('{"params": a.parameters(), "lr": 2}, lr=1', '"learning_rate": 2.0'),
    ('{"params": a.parameters(), "lr": args.lr}, lr=args.lr', '"learning_rate": 1.0'),
    ('{"params": a.parameters(), "lr": args.lr * 10}, lr=args.lr', '"learning_rate": 10.0'),
    ('{"params": a.parameters(), "lr": k * args.lr}, lr=args.lr', '"learning_rate": k'),
    ('{"params": a.parameters(), "lr": c["lr"] * 2}, lr=c["lr"]', '"learning_rate": 2.0'),
    ('{"params": a.parameters(), "lr": lr / 4}, lr=lr', '"learning_rate": 0.25'),
    ('{"params": a.parameters(), "lr": lr / (a + b)}, lr=lr', '"learning_rate": 1 / (a + b)'),
    ('{"params": a.parameters(), "lr": fine}, lr=lr', '"learning_rate": fine / lr'),
    ('{"params": a.parameters(), "lr": lr - x}, lr=lr', '"learning_rate": (lr - x) / lr'),
    ('{"params": a.parameters(), "lr": f(x)}, lr=0.5', '"learning_rate": f(x) / 0.5'),
    ('{"params": a.parameters(), "weight_decay": 0}, lr=0.1', '"weight_decay": 0.0'),
    ('{"params": a.parameters(), "weight_decay": wd}, lr=0.1', '"weight_decay": wd'),
]


@pytest.mark.parametrize(("groups", "entry"), ENTRIES)
def test_a_rate_of_a_group_is_a_factor_of_the_optimizers(groups: str, entry: str) -> None:
    group, _, lr = groups.rpartition(", lr=")
    before = f"{TORCH}opt = optim.SGD([{group}], lr={lr})\n"
    given = "1.0" if lr == "1" else lr
    quoted = f"{group[1:9]}: a.parameters(), {entry}"
    after = f"{PADDLE}opt = optim.SGD(parameters=[{{{quoted}}}], learning_rate={given})\n"

    check_rewritten(before, after, "paddle", scope="optim")


GROUPS = """\
opt = optim.Adam([
    {"params": w, "lr": 0.01},  # slowly
    dict(params=(p for p in b), betas=(0.8, 0.9), eps=1e-6),
], lr=0.1)
"""
GROUPS_IN_PADDLE = """\
opt = optim.Adam(parameters=[
    {"params": w, "learning_rate": 0.1},  # slowly
    dict(params=(list(p for p in b)), beta1=0.8, beta2=0.9, epsilon=1e-6),
], learning_rate=0.1)
"""
USES = [
    ("x = len(opt.param_groups)", "x = 2"),
    ("x = opt.param_groups[0]['lr']", "x = opt.get_lr() * 0.1"),
    ("x = opt.param_groups[-1]['lr'] ** 2", "x = opt.get_lr() ** 2"),
    ("x = opt.param_groups[-2]['lr'] ** 2", "x = (opt.get_lr() * 0.1) ** 2"),
    ("x = f\"{opt.param_groups[0]['lr']:.3f}\"", 'x = f"{opt.get_lr() * 0.1:.3f}"'),
    (
        "for i, g in enumerate(opt.param_groups):\n    print(i, g['lr'])",
        "for i, g in enumerate([0.1, 1.0]):\n    print(i, opt.get_lr() * g)",
    ),
    ("x = [g['lr'] for g in opt.param_groups]", "x = [opt.get_lr() * g for g in [0.1, 1.0]]"),
    (
        "x = sum(g['lr'] ** 2 for g in opt.param_groups)",
        "x = sum((opt.get_lr() * g) ** 2 for g in [0.1, 1.0])",
    ),
    ("for g in opt.param_groups:\n    g['lr'] *= 0.5", "opt.set_lr(opt.get_lr() * 0.5)"),
    ("for g in opt.param_groups: g['lr'] /= max(a, b)", "opt.set_lr(opt.get_lr() / max(a, b))"),
]


@pytest.mark.parametrize(("before", "after"), USES)
def test_rates_are_read_and_multiplied_with_their_factors(before: str, after: str) -> None:
    text = f"{PADDLE}{GROUPS_IN_PADDLE}{after}\n"

    check_rewritten(f"{TORCH}{GROUPS}{before}\n", text, "paddle", scope="optim")


CONSTANTS = [
    ("0.1", "0.1 / 4", "0.25", "0.25"),
    ("0.1", "0.1 * 0.5", "0.5", "0.5"),
    ("LR", "FINE - 0.01", "(FINE - 0.01) / LR", "0.1"),
    ("LR", "FINE", "FINE / LR", "0.2"),
    ("LR", "2 * LR", "2.0", "2.0"),
]


@pytest.mark.parametrize(("lr", "rate", "written", "factor"), CONSTANTS)
def test_a_factor_of_known_numbers_is_known_where_a_rate_is_read(
    lr: str, rate: str, written: str, factor: str
) -> None:
    names = "LR = 0.1\nFINE = 0.02\n"
    made = 'opt = optim.SGD({}[{{"params": a.parameters(), "{}": {}}}], {}={})\n'
    before = made.format("", "lr", rate, "lr", lr) + "x = opt.param_groups[0]['lr']\n"
    after = made.format("parameters=", "learning_rate", written, "learning_rate", lr)

    check_rewritten(
        f"{TORCH}{names}{before}",
        f"{PADDLE}{names}{after}x = opt.get_lr() * {factor}\n",
        "paddle",
        scope="optim",
    )


ALIKE = 'opt = optim.AdamW([{"params": a, "weight_decay": 0.1}, {"params": b}], lr=0.1)\n'
OF_ALL = [
    ("x = [g['lr'] for g in opt.param_groups]", "x = [opt.get_lr() for g in range(2)]"),
    ("for g in opt.param_groups:\n    g['lr'] = lr", "opt.set_lr(lr)"),
    ("for g in opt.param_groups: g['lr'] = g['lr'] * k", "opt.set_lr(opt.get_lr() * k)"),
]


@pytest.mark.parametrize(("before", "after"), OF_ALL)
def test_groups_with_one_rate_are_written_as_one(before: str, after: str) -> None:
    made = ALIKE.replace("AdamW(", "AdamW(parameters=").replace("lr=", "learning_rate=")

    check_rewritten(
        f"{TORCH}{ALIKE}{before}\n", f"{PADDLE}{made}{after}\n", "paddle", scope="optim"
    )


PAIR = '[{"params": a, "lr": 0.01}, {"params": b}]'
MADE = f"opt = optim.SGD({PAIR}, lr=0.1)\n"
NAMED = f"groups = {PAIR}\n"
OTHERS = 'opt = optim.SGD([{"params": a, "lr": 0.2}, {"params": b}], lr=0.1)\n'
TRAPS = [
    ("an option for all", 'opt = optim.Adam([{"params": a, "amsgrad": True}])\n', "`amsgrad`"),
    ("an unknown option", 'opt = optim.SGD([{"params": a, "lr_scale": 2}])\n', "`lr_scale`"),
    ("options of a name", 'opt = optim.SGD([{"params": a, **more}])\n', "cannot be seen"),
    ("a key of a name", 'opt = optim.SGD([{"params": a, key: 1}])\n', "cannot be seen"),
    ("a group twice named", 'opt = optim.SGD([{"params": a, "lr": 1, "lr": 2}])\n', "be seen"),
    ("groups in a tuple", 'opt = optim.SGD(({"params": a},))\n', "cannot be seen"),
    ("more groups", 'opt = optim.SGD([{"params": a}, *more])\n', "cannot be seen"),
    ("groups of a loop", 'opt = optim.SGD([{"params": p} for p in x])\n', "cannot be seen"),
    ("another dict", "def dict(**x): ...\nopt = optim.SGD([dict(params=a)])\n", "be seen"),
    ("groups that grow", f"{NAMED}groups.append(c)\nopt = optim.SGD(groups)\n", "be seen"),
    ("a group that changes", f"{NAMED}groups[0]['lr'] = 1\nopt = optim.SGD(groups)\n", "be seen"),
    ("groups seen elsewhere", f"{NAMED}f(groups)\nopt = optim.SGD(groups)\n", "be seen"),
    ("groups used again", f"{NAMED}for i in x:\n    opt = optim.SGD(groups)\n", "be seen"),
    (
        "groups of two optimizers",
        'g = [{"params": a, "weight_decay": 0.1}]\nopt = optim.AdamW(g)\nopt = optim.AdamW(g)\n',
        "cannot be seen",
    ),
    (
        "one of two lists",
        f"{NAMED}if x:\n    groups = []\nopt = optim.SGD(groups, lr=0.1)\n",
        "cannot be seen",
    ),
    (
        "a rate that changes on the way",
        'groups = [{"params": a, "lr": x.lr / 2}]\nx.lr = 3\nopt = optim.SGD(groups, lr=x.lr)\n',
        "cannot be written as a factor",
    ),
    (
        "a rate that is made",
        'opt = optim.SGD([{"params": a, "lr": 0.1}], lr=f())\n',
        "cannot be written as a factor",
    ),
    (
        "at rest",
        'opt = optim.SGD([{"params": a, "lr": 0.1}, {"params": b}], lr=0.0)\n',
        "cannot be written as a factor",
    ),
    ("betas of a name", 'opt = optim.Adam([{"params": a, "betas": x}])\n', "is no pair"),
    ("added to", f"{MADE}opt.add_param_group(x)\n", "a group is added"),
    ("another optimizer", f"{MADE}o = optim.SGD(a.parameters())\n", "line 4 may find them"),
    (
        "another optimizer, ported before",
        f"import paddle\n{MADE}o = paddle.optimizer.SGD(0.1, a.parameters())\n",
        "line 5 may find its groups'",
    ),
    ("another decay", 'o = optim.Adam([{"params": a, "weight_decay": 0.1}])\n' + MADE, "find them"),
    ("a floor", f"{MADE}s = sched.CosineAnnealingLR(opt, 9, 1e-4)\n", "scale the schedule"),
    ("a floor that is not known", f"{MADE}s = sched.CosineAnnealingLR(opt, 9, x)\n", "scale the"),
    ("a plateau", f"{MADE}s = sched.ReduceLROnPlateau(opt)\n", "scale the schedule"),
    (
        "a cycle",
        f"{MADE}s = sched.OneCycleLR(opt, 0.1, 99, cycle_momentum=False)\n",
        "scale the schedule",
    ),
    ("functions", f"{MADE}s = sched.LambdaLR(opt, [f, g])\n", "list of functions"),
    ("one rate written", f"{MADE}for g in opt.param_groups: g['lr'] = 1\n", "is a factor"),
    ("added to rates", f"{MADE}for g in opt.param_groups: g['lr'] += 1\n", "is a factor"),
    ("a rate of its own", f"{MADE}opt.param_groups[1]['lr'] = 1\n", "`param_groups`"),
    ("a group that is not there", f"{MADE}x = opt.param_groups[2]['lr']\n", "`param_groups`"),
    ("counted writes", f"{ALIKE}for i, g in enumerate(opt.param_groups): g['lr'] = i\n", "`param"),
    ("written by calls", f"{ALIKE}for g in opt.param_groups: g['lr'] = next(x)\n", "`param_gro"),
    (
        "written in part",
        f"{ALIKE}for g in opt.param_groups:\n    g['lr'] = 1\n    break\n",
        "`param_groups`",
    ),
    (
        "a factor that is not known",
        'opt = optim.SGD([{"params": a, "lr": x}], lr=y)\nprint(opt.param_groups[0]["lr"])\n',
        "no number that the source tells",
    ),
    (
        "other groups in another branch",
        f"if x:\n    {MADE}else:\n    {OTHERS}print(opt.param_groups[0]['lr'])\n",
        "no number that the source tells",
    ),
    (
        "no groups in another branch",
        f"if x:\n    {MADE}else:\n    opt = optim.SGD(a.parameters(), lr=0.1)\n",
        "may find them",
    ),
]


@pytest.mark.parametrize(("_", "body", "reason"), TRAPS, ids=[trap[0] for trap in TRAPS])
def test_groups_that_paddle_would_train_otherwise_go_to_bridge(
    _: str, body: str, reason: str
) -> None:
    result = port(
        f"{TORCH}{SCHED}{body}".encode(), PATH, Options("paddle", scope="optim"), Project()
    )
    bridged = [f for f in result.findings if f.kind == "bridge"]

    assert any(reason in f.reason for f in bridged), result.findings


@pytest.mark.parametrize(
    "body", [MADE, ALIKE, NAMED + "n = len(groups)\nopt = optim.SGD(groups, lr=1)\n"]
)
def test_the_same_without_a_trap_is_native(body: str) -> None:
    result = port(
        f"{TORCH}{SCHED}{body}".encode(), PATH, Options("paddle", scope="optim"), Project()
    )

    assert not [f for f in result.findings if f.kind == "bridge"]
