"""Notebooks: one module over all cells, and of the file only changed lines change."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codemods.engine import port
from codemods.model import Options

if TYPE_CHECKING:
    from codemods.model import FileResult

PATH = Path("train.ipynb")
IMPORT = "from torch import optim"
MAKE = "opt = optim.SGD(model.parameters(), lr=0.1)\n"
MADE = "opt = optim.SGD(parameters=model.parameters(), learning_rate=0.1)\n"
# What Python does not know, and how it may stand in a cell.
MAGICS = [
    "!pip install torch",
    "%matplotlib inline",
    "?opt",
    "opt.step??",
    "%cd \\\n  somewhere",
    "files = !ls *.pt",
    "lines = %sx cat torch.txt",
    "if files:\n    !rm {files}\nelse:\n    %time opt.step()",
    "%time opt.step()",
    "%timeit -n 3 opt.step()",
    "%%time\nopt.step()",
    "%%capture out\n%time opt.step()\nopt.zero_grad()",
    "%%bash\nimport torch\necho 'it''s",
    "%%writefile train.py\nimport torch\ntorch.frobnicate()",
    "%%html\n<b>torch</b>",
    ";autocall a b",
]
# What looks like a magic, and is Python.
PYTHON = [
    "x = (5\n  % 2)",
    "x = 5 \\\n  % 2",
    's = """\n%matplotlib inline\n!ls\n"""',
    "s = 'ok?'",
]


def notebook(*cells: str, **options: Any) -> bytes:
    prose = {"cell_type": "markdown", "metadata": {}, "source": ["# torch \u00e9\n", "%time"]}
    code = [
        {
            "cell_type": "code",
            "execution_count": number,
            "metadata": {"b": 1.50, "a": {}},
            "outputs": [{"output_type": "stream", "text": ["torch"]}],
            "source": cell.splitlines(keepends=True),
        }
        for number, cell in enumerate(cells)
    ]
    whole = {"nbformat": 4, "metadata": {}, "cells": [prose, *code], "nbformat_minor": 5}
    return json.dumps(whole, **({"indent": 1} | options)).encode() + b"\n"


def ported(raw: bytes, **options: Any) -> FileResult:
    return port(raw, PATH, Options(**({"target": "paddle"} | options)))


def cells(raw: bytes) -> list[str]:
    found = json.loads(raw)["cells"]
    return ["".join(cell["source"]) for cell in found if cell["cell_type"] == "code"]


def changed_lines(result: FileResult) -> list[str]:
    before, after = (raw.decode().splitlines() for raw in (result.before, result.after))
    diff = difflib.unified_diff(before, after, n=0, lineterm="")
    return [line for line in diff if line[0] in "+-" and line[:3] not in ("+++", "---")]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"indent": None},
        {"indent": "\t"},
        {"indent": 4, "sort_keys": True},
        {"ensure_ascii": False},
        {"separators": (" , ", " : ")},
    ],
)
def test_only_lines_that_change_change(options: dict[str, Any]) -> None:
    raw = notebook(IMPORT, MAKE + "name = 'h\u00f4tel'\n", **options)
    result = ported(raw)
    quoted = [json.dumps(s).encode() for s in (IMPORT, MAKE)]
    new = [json.dumps(s).encode() for s in ("from paddle import optimizer as optim", MADE)]

    assert result.after == raw.replace(quoted[0], new[0]).replace(quoted[1], new[1])
    assert ported(result.after).after == result.after


def test_a_line_that_goes_and_one_that_comes_leave_the_others_as_they_are() -> None:
    raw = notebook("import torch\nfrom torch import optim\nimport math  # \u03c0\n" + MAKE)
    result = ported(raw, target="bridge")

    assert changed_lines(result) == [
        '-    "from torch import optim\\n",',
        '+    "from bridge import optim\\n",',
    ]


def test_a_source_may_be_one_text() -> None:
    raw = notebook(IMPORT, MAKE).replace(
        json.dumps([IMPORT], indent=1).replace("\n", "\n   ").encode(), json.dumps(IMPORT).encode()
    )

    assert cells(ported(raw).after) == ["from paddle import optimizer as optim", MADE]


@pytest.mark.parametrize("other", MAGICS + PYTHON)
def test_magics_stay_and_break_nothing(other: str) -> None:
    result = ported(notebook(IMPORT, MAKE, other, ""))

    assert cells(result.after) == ["from paddle import optimizer as optim", MADE, other, ""]
    assert [f.kind for f in result.findings] == ["native"]


@pytest.mark.parametrize("other", [m for m in MAGICS if not m.startswith("%%")] + PYTHON)
def test_a_magic_may_stand_between_lines(other: str) -> None:
    after = cells(ported(notebook(f"{IMPORT}\n{MAKE}\n{other}\nopt.step()")).after)

    assert after == [f"from paddle import optimizer as optim\n{MADE}\n{other}\nopt.step()"]


def test_a_use_inside_a_magic_counts() -> None:
    plain = ported(notebook(IMPORT, MAKE, "optimize(opt)"))
    magic = ported(notebook(IMPORT, MAKE, "%time optimize(opt)"))

    assert [f.kind for f in magic.findings] == [f.kind for f in plain.findings] == ["bridge"]


def test_a_magic_that_would_have_to_change_is_left_and_so_is_the_notebook() -> None:
    raw = notebook(IMPORT, "x = 1\n%time opt = optim.SGD(model.parameters(), lr=0.1)")
    result = ported(raw, partial=True)
    left = [f for f in result.findings if f.kind == "left"]

    assert result.after == raw
    assert [(f.cell, f.line, f.code) for f in left] == [(2, 2, "OB006")]


def test_findings_name_the_cell_and_the_line_in_it() -> None:
    found = ported(notebook(IMPORT, "", "x = 1\n" + MAKE)).findings
    broken = ported(notebook(IMPORT, "y = 1", "x = (\n")).findings

    assert [(f.cell, f.line, f.column) for f in found] == [(3, 2, 7)]
    assert [(f.cell, f.code) for f in broken] == [(3, "OB001")]


def test_a_reason_names_the_cell_of_a_line_too() -> None:
    found = ported(notebook(IMPORT, MAKE, "x = 1\nprint(opt)")).findings

    assert [f.reason for f in found if f.kind == "bridge"] == [
        "it is passed to `print` (line 2 of cell 3)"
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"torch", "no JSON"),
        (b'["torch"]', "no notebook of version 4"),
        (b'{"worksheets": ["torch"]}', "no notebook of version 4"),
        (b'{"cells": [{"cell_type": "code", "id": "torch"}]}', "a cell has no source"),
        (
            b'{"cells": [{"cell_type": "code", "source": ["torch", 3]}]}',
            "neither a text nor a list",
        ),
        (b'{"cells": [{"cell_type": "code", "source": "torch \\ud800"}]}', "cannot be decoded"),
        (b"\xff torch", "cannot be decoded"),
        (b"[" * 100_000 + b"torch", "no JSON"),
    ],
)
def test_a_broken_notebook_is_a_finding(raw: bytes, reason: str) -> None:
    result = ported(raw)

    assert result.after == raw
    assert [f.code for f in result.findings] == ["OB001"]
    assert reason in result.findings[0].reason


@pytest.mark.parametrize(
    "metadata", [{"language_info": {"name": "R"}}, {"kernelspec": {"language": "julia"}}]
)
def test_a_notebook_in_another_language_is_left_alone(metadata: dict[str, Any]) -> None:
    whole = json.loads(notebook("library(torch)\nx <- optim_sgd(0.1)")) | {"metadata": metadata}
    result = ported(json.dumps(whole).encode())

    assert not result.changed
    assert not result.findings
