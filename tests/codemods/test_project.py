"""`--project`: what one file does with an optimizer that another one made."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bridge.cli import main
from codemods.analysis.project import Project, read_project
from codemods.engine import port
from codemods.model import Options
from tests.codemods.test_traps import BOTH

if TYPE_CHECKING:
    from codemods.model import FileResult, Target

TRAIN = """\
import torch
from {module} import run

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
run(model, optimizer, scheduler)
"""
STEPS = """\
def run(model, optimizer, scheduler=None):
    for batch in model.batches:
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
"""
MADE = """\
import torch


class Agent:
    def __init__(self, net):
        self.optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def learn(self):
        self.optimizer.zero_grad()
        self.optimizer.step()


def make(net):
    return torch.optim.SGD(net.parameters(), lr=0.1)


def main(net):
    best = make(net)
    best.zero_grad()
    best.step()
"""


def ported(files: dict[str, str], to: Target, *, together: bool = True) -> FileResult:
    """Port the first of some files."""
    raws = {Path(name): text.encode() for name, text in files.items()}
    project = Project.read(raws.items()) if together else None
    path, raw = next(iter(raws.items()))
    return port(raw, path, Options(to), project)


def reasons(result: FileResult) -> set[str]:
    return {f.reason for f in result.findings if f.kind == "bridge"}


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("engine", "engine.py"),
        ("engine", "engine/__init__.py"),
        ("lib.engine", "lib/engine.py"),
        (".engine", "engine.py"),
    ],
)
def test_a_function_of_another_file_that_only_steps_is_followed(
    to: Target, module: str, name: str
) -> None:
    files = {"src/train.py": TRAIN.format(module=module), f"src/{name}": STEPS}

    assert not reasons(ported(files, to))
    assert any("passed to `run`" in r for r in reasons(ported(files, to, together=False)))


def test_what_a_package_imports_is_followed_further() -> None:
    files = {
        "train.py": TRAIN.format(module="lib"),
        "lib/__init__.py": "from .loops import go as run\n",
        "lib/loops.py": "from .one import one\ndef go(m, o, s): one(o, then=s)\n",
        "lib/one.py": "def one(opt, then): opt.step(); then.step()\n",
    }

    assert not reasons(ported(files, "paddle"))


USES: list[tuple[Target, str, str]] = [
    ("oneflow", "    optimizer.zero_grad()\n", "zero_grad()"),
    ("paddle", "    print(optimizer.param_groups[0]['lr'])\n", "param_groups[...]['lr']"),
    ("paddle", "    scheduler.get_last_lr()\n", "get_last_lr()"),
    ("paddle", "    scheduler.step(3)\n", "step(...)"),
    ("oneflow", "    optimizer.param_groups[0]['lr'] = 3\n", "param_groups"),
    ("oneflow", "    optimizer.step(closure)\n", "step(...)"),
    ("oneflow", "    optimizer = wrap(optimizer)\n", "a value"),
    ("oneflow", "    return optimizer\n", "a value"),
    ("oneflow", "    keep(optimizer)\n", "passed to `keep`"),
    ("oneflow", "    later(*[1], optimizer)\n", "a value"),
    ("oneflow", "    optimizer.step = 3\n", "step = ..."),
    ("oneflow", "    def inner(): optimizer.zero_grad()\n", "zero_grad()"),
]


@pytest.mark.parametrize(("to", "use", "reason"), USES)
def test_a_function_that_does_more_makes_it_bridge(to: Target, use: str, reason: str) -> None:
    files = {"train.py": TRAIN.format(module="engine"), "engine.py": STEPS + use}

    assert any(reason in r for r in reasons(ported(files, to)))


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize(
    "other",
    [
        {},
        {"engine.py": "@wrap\n" + STEPS},
        {"engine.py": STEPS + "run = wrap(run)\n"},
        {"engine.py": STEPS + "if x:\n    def run(*a): ...\n"},
        {"engine.py": "def run(*args): ...\n"},
        {"engine.py": "async " + STEPS},
        {"engine.py": "run = 3\n"},
        {"engine.py": "not python\n"},
        {"engine.py": STEPS, "engine/__init__.py": STEPS},
        {"elsewhere/engine.py": STEPS},
        {"engine.py": "from train import run\n"},
    ],
)
def test_a_function_that_is_not_found_makes_it_bridge(to: Target, other: dict[str, str]) -> None:
    files = {"train.py": TRAIN.format(module="engine"), **other}

    assert any("passed to `run`" in r for r in reasons(ported(files, to)))


OTHERS = [
    ("agent.optimizer.zero_grad()\n", "zero_grad()"),
    ("self.agent.optimizer.zero_grad()\n", "zero_grad()"),
    ("x = agent.optimizer\n", "a value"),
    ("getattr(agent, 'optimizer').step()\n", "a value"),
    ("from agent import Agent\nclass B(Agent):\n    def f(self): self.optimizer.lr = 3\n", "lr"),
    ("from agent import make\nopt = make(net)\n", "a value"),
    ("from agent import *\n", "a value"),
    ("import agent\nopt = agent.make(net)\n", "a value"),
    ("from lib import agent\nopt = agent.make(net)\n", "a value"),
    ("no python: agent.optimizer\n", "a value"),
]


@pytest.mark.parametrize(("other", "reason"), OTHERS)
def test_a_use_in_another_file_is_seen(other: str, reason: str) -> None:
    result = ported({"agent.py": MADE, "other.py": other}, "oneflow")

    assert any("another file has" in r and reason in r for r in reasons(result))


GAN = "class Gan: ...\n"
USE = "a.optimizer.zero_grad()\n"
USED = f"a = Gan(net)\n{USE}"
MAY_BE_OURS = [
    f"from agent import Agent as Gan\n{USED}",
    f"from agent import Agent\nclass Gan(Agent): ...\n{USED}",
    f"from elsewhere import Gan\n{USED}",
    f"class Gan:\n    def __new__(cls, net): return made[net]\n{USED}",
    f"@register\n{GAN}{USED}",
    f"class Gan(metaclass=Made): ...\n{USED}",
    f"{GAN}Gan = find()\n{USED}",
    f"{GAN}from lib import *\n{USED}",
    f"{GAN}def main(Gan):\n    a = Gan()\n    a.optimizer.zero_grad()\n",
    f"{GAN}a = Gan()\na = find()\na.optimizer.zero_grad()\n",
    f"{GAN}a = Gan()\nfor a in found: a.optimizer.zero_grad()\n",
    f"{GAN}a = Gan()\ndef main():\n    global a\n    a = find()\n{USE}",
    f"{GAN}a = Gan()\ndef main(a):\n    {USE}",
    f"{GAN}a, b = Gan(), find()\n{USE}",
    f"{GAN}a = b = Gan()\n{USE}",
    f"{GAN}class K:\n    a = Gan()\n    def f(self):\n        {USE}",
    f"class K:\n    {GAN}def f():\n    a = Gan()\n    {USE}",
]


@pytest.mark.parametrize("other", MAY_BE_OURS)
def test_what_may_be_an_instance_of_its_class_is_its_use(other: str) -> None:
    result = ported({"agent.py": MADE, "other.py": other}, "oneflow")

    assert any("Agent.optimizer`: zero_grad()" in r for r in reasons(result))


def test_an_instance_of_a_class_that_is_imported_is_known() -> None:
    files = {
        "agent.py": MADE,
        "gan.py": f"import torch.nn as nn\n{GAN.replace('Gan', 'Gan(nn.Module)')}",
        "lib/__init__.py": "from .parts import Gan as Part\n",
        "lib/parts.py": GAN,
        "a.py": f"from gan import Gan\n{USED}",
        "b.py": f"import gan\n{USED.replace('Gan', 'gan.Gan')}",
        "c.py": f"from lib import Part\n{USED.replace('Gan', 'Part')}",
    }

    assert not reasons(ported(files, "oneflow"))


SHARED = """\
import torch


def halve(optimizer):
    for group in optimizer.param_groups:
        group["lr"] *= 0.5


def step(optimizer):
    optimizer.step()


def main(net):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    halve(optimizer)
    step(optimizer)
"""


@pytest.mark.parametrize(("name", "is_seen"), [("halve", True), ("step", False), ("main", False)])
def test_a_function_that_another_file_imports_may_get_another_optimizer(
    name: str, is_seen: bool
) -> None:
    result = ported({"a.py": SHARED, "b.py": f"from a import {name}\n"}, "paddle")

    assert any("imports `halve`" in r for r in reasons(result)) is is_seen


@pytest.mark.parametrize(
    "other",
    [
        "x = 3\n",
        "class Other:\n    def f(self):\n        self.optimizer.zero_grad()\n",
        "agent.optimizer.step()\n",
        "optimizer = 3\n",
        "from other import make\nopt = make(net)\n",
        "class Gan: ...\ngan = Gan()\ngan.optimizer.zero_grad()\n",
        "class Gan: ...\ndef main():\n    gan = Gan(3)\n    gan.optimizer.zero_grad()\n",
    ],
)
def test_what_is_not_its_use_leaves_it_native(other: str) -> None:
    result = ported({"agent.py": MADE, "other.py": other}, "oneflow")

    assert not reasons(result)
    assert not [f for f in result.findings if "--project" in f.what]


def test_without_the_other_files_a_public_attribute_is_no_native_one_of_oneflow() -> None:
    result = ported({"agent.py": MADE}, "oneflow", together=False)

    (reason,) = reasons(result)

    assert reason.startswith("another file may call `zero_grad()` of `Agent.optimizer`")
    assert any("imports `make` calls" in f.what for f in result.findings if f.kind == "note")


def test_without_the_other_files_a_hidden_attribute_is_native() -> None:
    hidden = MADE.replace("self.optimizer", "self._optimizer").replace("make", "_make")
    result = ported({"agent.py": hidden}, "oneflow", together=False)

    assert not reasons(result)
    assert not [f for f in result.findings if f.kind == "note"]


def test_a_script_that_trains_at_once_is_not_imported() -> None:
    script = TRAIN.format(module="engine").replace("run(model, optimizer, scheduler)\n", "")
    result = ported({"t.py": script + "optimizer.step()\n"}, "oneflow", together=False)

    assert not [f for f in result.findings if f.kind == "note"]


def test_on_paddle_what_another_file_does_raises_where_it_differs() -> None:
    assert not reasons(ported({"agent.py": MADE}, "paddle", together=False))


def test_a_project_travels_to_other_processes_and_says_what_it_read() -> None:
    files = [(Path("a.py"), STEPS.encode()), (Path("b.py"), b"x = 3\n")]
    project = Project.read(files)

    assert pickle.loads(pickle.dumps(project)) == project  # noqa: S301  # our own bytes
    assert project.digest == Project.read(reversed(files)).digest
    assert project.digest != Project.read(files[:1]).digest


def test_a_notebook_of_the_project_is_read(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(MADE)
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["agent.optimizer.x()"]}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "n.ipynb").write_text(json.dumps(notebook))
    view = read_project(sorted(tmp_path.iterdir())).seen_from(tmp_path / "agent.py")

    assert view.uses_of_attribute("Agent", "optimizer") == {"x()"}


@pytest.mark.parametrize(("flags", "made"), [([], "bridge.optim.SGD"), (["--project"], "SGD(")])
def test_the_command_line_reads_all_files_first(
    tmp_path: Path, flags: list[str], made: str
) -> None:
    (tmp_path / "train.py").write_text(TRAIN.format(module="engine"))
    (tmp_path / "engine.py").write_text(STEPS)
    arguments = ["port", str(tmp_path), "--to", "oneflow", "--write", "--no-cache", *flags]
    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 0, result.stderr
    assert made in (tmp_path / "train.py").read_text()
    assert ("bridge" in (tmp_path / "train.py").read_text()) is not bool(flags)
