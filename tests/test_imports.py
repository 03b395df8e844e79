"""Who may import whom: a table, held against every import statement of bridge and codemods."""

from __future__ import annotations

import ast
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(
    str(path.relative_to(ROOT))
    for package in ("bridge", "codemods")
    for path in (ROOT / package).rglob("*.py")
)
# typing_extensions is what mypy has of newer Pythons: for types only, as the last test proves
STANDARD = (*sys.stdlib_module_names, "typing_extensions")
FRAMEWORKS = ("torch", "paddle", "oneflow")

# What a file may import besides the standard library; the first pattern that fits counts.
LAYERS = {
    "bridge/backends/torch*": ("torch", "bridge.backends", "bridge.errors"),
    "bridge/backends/paddle*": ("paddle", "bridge.backends", "bridge.errors"),
    "bridge/backends/oneflow*": ("oneflow", "bridge.backends", "bridge.errors"),
    "bridge/backends/*": ("bridge.backends", "bridge.errors"),
    "bridge/optim/lr_scheduler/*": ("bridge.optim.lr_scheduler", "bridge.errors"),
    "bridge/checkpoint/*": ("bridge", "safetensors"),
    "bridge/equivalents/*": ("bridge.equivalents",),
    "bridge/cli/_defaults.py": ("bridge", "codemods", "libcst"),
    "bridge/cli/_scripts.py": ("bridge", "codemods", "libcst"),
    "bridge/cli/*": ("bridge", "codemods", "click", "rich"),
    "bridge/simulating/maths.py": ("bridge", "numpy"),
    "bridge/simulating/spec.py": ("bridge", "yaml"),
    "bridge/_progress.py": ("bridge", "rich"),
    "bridge/plot/*": ("bridge", "matplotlib", "plotille"),
    "bridge/verifying/_*.py": ("bridge", "numpy"),
    "bridge/*": ("bridge",),
    "codemods/signatures.py": ("codemods", "libcst", "bridge.optim"),
    "codemods/batch/cache.py": ("codemods", "platformdirs"),
    "codemods/batch/ignored.py": ("codemods", "pathspec"),
    "codemods/batch/settings.py": ("codemods", "tomllib", "tomli"),
    "codemods/batch/worker.py": (),
    "codemods/syntax/*": (
        "codemods.syntax",
        "codemods.model",
        "codemods.analysis.parsing",
        "libcst",
    ),
    "codemods/notebooks/*": ("codemods.notebooks", "codemods.model", "codemods.analysis.parsing"),
    "codemods/formats/terminal.py": ("codemods", "rich"),
    "codemods/formats/sarif.py": ("codemods", "bridge.__version__"),
    "codemods/*": ("codemods", "libcst", "bridge.equivalents"),
}


def imported(source: str) -> Iterator[str]:
    """Yield the dotted name of all that a source imports, in functions and for types too."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                yield from (f"{'.' * level}{module or ''}.{alias.name}" for alias in names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def violations(file: str, source: str) -> list[str]:
    allowed = next(names for pattern, names in LAYERS.items() if fnmatch(file, pattern))
    found = [name for name in imported(source) if not _is_in(name, (*allowed, *STANDARD))]
    return found + [name for name in imported(source) if _is_of_another_framework(file, name)]


def _is_in(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def _is_of_another_framework(file: str, name: str) -> bool:
    own = [f for f in FRAMEWORKS if fnmatch(file, f"bridge/backends/*{f}*")]
    others = [f for f in FRAMEWORKS if f not in own]
    parts = name.split(".")
    return bool(own) and any(part.startswith(other) for part in parts for other in others)


@pytest.mark.parametrize("file", FILES)
def test_a_file_imports_only_what_its_layer_may(file: str) -> None:
    assert violations(file, (ROOT / file).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("bridge/wrap.py", "import torch"),
        ("bridge/optim/sgd.py", "def step(self):\n    from paddle import optimizer"),
        ("bridge/optim/sgd.py", "if TYPE_CHECKING:\n    import oneflow.optim"),
        ("bridge/optim/sgd.py", "import importlib\nimportlib.import_module('torch')"),
        ("bridge/optim/sgd.py", "import numpy as np"),
        ("bridge/wrap.py", "from codemods import engine"),
        ("bridge/wrap.py", "from . import errors"),
        ("bridge/backends/torch.py", "import paddle"),
        ("bridge/backends/torch.py", "from bridge.optim import SGD"),
        ("bridge/backends/oneflow_kernels.py", "from bridge.backends.paddle import to_lr"),
        ("bridge/backends/native/paddle.py", "import paddle"),
        ("bridge/optim/lr_scheduler/step_lr.py", "from bridge.backends import backend_of"),
        ("bridge/optim/lr_scheduler/step_lr.py", "from bridge.optim.optimizer import Optimizer"),
        ("bridge/equivalents/paddle.py", "from bridge import errors"),
        ("codemods/engine.py", "import torch"),
        ("codemods/engine.py", "from bridge import optim"),
        ("codemods/engine.py", "import click"),
    ],
)
def test_the_lint_finds(file: str, source: str) -> None:
    assert violations(file, source)


def loaded(code: str) -> set[str]:
    """Return the packages that Python has loaded after `code`, beyond those it starts with."""
    command = (
        f"import sys\nbefore = set(sys.modules)\n{code}\n"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_import_bridge_loads_the_standard_library_only() -> None:
    assert loaded("import bridge") - sys.stdlib_module_names == {"bridge"}


def test_import_of_both_packages_loads_no_framework_and_no_libcst() -> None:
    assert loaded("import bridge, codemods") - sys.stdlib_module_names == {"bridge", "codemods"}


def test_all_of_bridge_but_backends_and_command_line_loads_the_standard_library_only() -> None:
    names = [
        file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for file in FILES
        if fnmatch(file, "bridge/*")
        and not fnmatch(file, "bridge/cli/*")
        and not any(fnmatch(file, f"bridge/backends/{name}*") for name in FRAMEWORKS)
        and not fnmatch(file, "*/__main__.py")
    ]

    assert len(names) > len(FRAMEWORKS)
    assert loaded(f"import {', '.join(names)}") - sys.stdlib_module_names == {"bridge"}
