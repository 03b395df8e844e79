"""Outside of an edit every byte of a file is its own, whatever the file looks like."""

from __future__ import annotations

import pytest

from codemods.engine import port
from codemods.model import Options
from tests.rewriting import PATH, check_sound

IMPORT, BRIDGED = b"from torch import optim", b"from bridge import optim"
CALL = b"opt = optim.SGD(params, lr=0.1)"

FILES = [
    pytest.param(IMPORT + b"\r\n" + CALL + b"\r\n", id="carriage returns"),
    pytest.param(b"\xef\xbb\xbf" + IMPORT + b"\n" + CALL + b"\n", id="byte order mark"),
    pytest.param(b"\xef\xbb\xbf" + IMPORT + b"\r\n" + CALL, id="both, and no end of line"),
    pytest.param(IMPORT + b"\n" + CALL, id="no end of line"),
    pytest.param(IMPORT + b"\n\n\n" + CALL + b"  \n\n  \n", id="blank lines and blanks at the end"),
    pytest.param(b"if x:\n\t" + IMPORT + b"\n\t" + CALL + b"\n", id="tabs"),
    pytest.param(IMPORT + b"\n\x0c\n" + CALL + b"\n", id="form feed"),
    pytest.param(IMPORT + b"; " + CALL + b";\n", id="semicolons"),
    pytest.param(IMPORT + b"\nif x: " + CALL + b"\nelse: opt = 3\n", id="one-line suite"),
    pytest.param(
        b"# -*- coding: latin-1 -*-\n" + IMPORT + b"\ns = '\xe9\xfc'\n" + CALL + b"  # \xe0\n",
        id="latin-1",
    ),
    pytest.param(IMPORT + "\nà = '日本'  # 優化器\n".encode() + CALL + b"\n", id="unicode names"),
    pytest.param(
        IMPORT + b"\nif (n := 3) > 2:\n    " + CALL + b"\nx = f\"{n:>{n}} {f'{n}'}\"\n",
        id="walrus and nested f-string",
    ),
    pytest.param(
        IMPORT + b"\nmatch kind:\n    case {'a': [x, *_]} if x:\n        " + CALL + b"\n",
        id="match statement",
    ),
    pytest.param(
        IMPORT + b"\nx = 1 + \\\n    2\n" + CALL.replace(b"= ", b"= \\\n"), id="backslash"
    ),
    pytest.param(
        IMPORT + b"\n@wraps(f)  # why\n@other\nasync def g(*, a, b=1, **c) -> None:\n    " + CALL,
        id="decorators and async",
    ),
    pytest.param(
        IMPORT + b"\nx = lambda *a: (yield)\n" + CALL + b"\nprint(*x, **y, sep='')\n",
        id="stars and lambdas",
    ),
]


@pytest.mark.parametrize("raw", FILES)
def test_only_the_import_changes(raw: bytes) -> None:
    result = check_sound(raw, "bridge")

    assert result.after == raw.replace(IMPORT, BRIDGED)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"import torch\nx = (\n", "syntax error"),
        (b"# coding: nosuch\nimport torch\n", "cannot be decoded"),
        (b"import torch\ns = '\xff'\n", "cannot be decoded"),
        (b"import torch\nprint 'python 2'\n", "syntax error"),
        (b"import torch\n\x00\n", ""),
    ],
)
def test_a_broken_file_is_an_error_and_stays(raw: bytes, reason: str) -> None:
    result = port(raw, PATH, Options("paddle"))

    assert result.failed
    assert result.after == raw
    assert reason in result.findings[0].reason


def test_scheduler_lines_keep_the_file_s_own_line_ends() -> None:
    raw = (
        b"from torch import optim\r\n"
        b"if x:\r\n"
        b"\topt = optim.SGD(net.parameters())\r\n"
        b"\tsched = optim.lr_scheduler.StepLR(opt, 3)  # three\r\n"
    )

    assert check_sound(raw, "paddle").after == (
        b"from paddle import optimizer as optim\r\n"
        b"if x:\r\n"
        b"\topt = optim.SGD(parameters=net.parameters())\r\n"
        b"\tsched = optim.lr.StepDecay(learning_rate=opt.get_lr(), step_size=3)  # three\r\n"
        b"\topt.set_lr_scheduler(sched)\r\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "import torch\nif x: torch.frobnicate()\n",
        "import torch\nif x:\n    pass\nelif torch.frobnicate():\n    pass\nelse:\n    pass\n",
        "import torch\n@torch.frobnicate\ndef f(): pass\n",
        "import torch\nclass A:\n    @torch.frobnicate()\n    # why\n    def f(self): pass\n",
        "import torch\nx = 1; y = torch.frobnicate(); z = 2\n",
        'import torch\ns = """\n"""; y = torch.frobnicate()\n',
        "import torch\ntry:\n    pass\nexcept torch.Frobnicated:\n    pass\n",
        "import torch\nfor x in torch.frobnicate(): y = x\n",
        "import torch\nx = (1 +\n    torch.frobnicate())\n",
        "import torch\r\nif x:\r\n\ttorch.frobnicate()\r\n",
        "import torch\nmatch x:\n    case torch.frobnicate:\n        pass\n",
        "import torch\nx = [\n    # first\n    torch.frobnicate(),\n    torch.frobnicate(1),\n]\n",
        "import torch\nwith torch.frobnicate() as f, g() as h:\n    pass\n",
        "import torch\nx = \\\n    torch.frobnicate()\n",
    ],
)
def test_a_partial_port_marks_what_is_left_once(text: str) -> None:
    result = check_sound(text.encode(), "paddle", partial=True)
    lines = result.after.decode().splitlines()
    marks = [line for line in lines if line.strip().startswith("# optbridge: PD999 left")]

    assert marks
    assert [line for line in lines if line not in marks] == text.splitlines()


def test_a_mark_can_be_written_in_the_file_s_own_encoding() -> None:
    raw = "# coding: latin-1\nimport torch\né = torch.frobnicate('ü')\n".encode("latin-1")

    result = check_sound(raw, "paddle", partial=True)
    assert result.after.decode("latin-1").count("# optbridge: PD999 left: torch.frobnicate") == 1
