"""What holds for every file there is: no crash, nothing lost, and nothing at all without torch."""

from __future__ import annotations

import random
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.engine import port
from codemods.model import Options
from tests.rewriting import PATH, check_sound

if TYPE_CHECKING:
    from codemods.model import Target

STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
# Real code that is full of torch, and small enough to be ported in no time.
OF_TORCH = [
    path
    for folder in ("optim", "utils/data", "distributed/optim", "nn/parallel")
    for path in sorted((Path(torch.__file__).parent / folder).rglob("*.py"))
    if path.stat().st_size < 8_000
]
TARGETS: tuple[Target, ...] = ("paddle", "oneflow", "bridge")


def sample(paths: list[Path], count: int) -> list[Path]:
    return random.Random(0).sample(sorted(paths), min(count, len(paths)))  # noqa: S311


def test_the_standard_library_is_untouched() -> None:
    paths = [p for p in STANDARD_LIBRARY.rglob("*.py") if "site-packages" not in p.parts]
    results = [port(p.read_bytes(), p, Options("paddle")) for p in paths]

    assert len(results) > 1000
    assert [r.path for r in results if r.changed or r.findings] == []


@pytest.mark.parametrize(
    "path", sample(list(STANDARD_LIBRARY.glob("*.py")), 12), ids=lambda path: path.name
)
def test_code_that_torch_is_only_mentioned_in_is_untouched(path: Path) -> None:
    raw = path.read_bytes() + b"\n# torch\n"
    result = port(raw, path, Options("paddle"))

    assert result.after == raw
    assert not result.failed


@pytest.mark.parametrize("path", sample(OF_TORCH, 12), ids=lambda path: path.name)
@pytest.mark.parametrize("to", TARGETS)
def test_torch_s_own_code_survives_a_partial_port(path: Path, to: Target) -> None:
    check_sound(path.read_bytes(), to, partial=True)


SITE = "import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\n"
DEEP = {
    "parentheses": "(" * 5000 + "1" + ")" * 5000,
    "lists": "[" * 900 + "]" * 900,
    "calls": "f(" * 150 + ")" * 150,
    "not": "not " * 20_000 + "1",
    "minus": "-" * 5000 + "1",
    "sum": "1 + " * 100_000 + "1",
    "members": "a" + ".b" * 50_000,
    "lambdas": "lambda: " * 900 + "0",
    "targets": "x = " * 3000 + "1",
    "blocks": "".join(" " * n + "if x:\n" for n in range(99)) + " " * 99 + "pass",
    "branches": "if x: pass\n" + "elif x: pass\n" * 2000,
}


@pytest.mark.parametrize("deep", DEEP.values(), ids=DEEP)
def test_deep_nesting_is_ported_or_a_finding(deep: str) -> None:
    raw = f"{SITE}{deep}\n".encode()
    result = port(raw, PATH, Options("paddle"))

    assert result.changed != result.failed
    assert result.changed or [f.reason for f in result.findings] == ["nested too deeply"]


@pytest.mark.parametrize(
    ("raw", "is_readable"),
    [
        (SITE.encode() + b"\0\n", False),
        (SITE.encode() + b"x = '\xe9'\n", False),
        (b"# coding: nonsense\n" + SITE.encode(), False),
        (b"\xef\xbb\xbf# coding: latin-1\n" + SITE.encode(), False),
        (SITE.encode("utf-16"), True),  # no word in it is `torch`
        (b"# coding: latin-1\n" + SITE.encode() + b"x = '\xe9'\n", True),
        (b"# coding: cp1252\n" + SITE.encode() + b"x = '\x80'\n", True),
        (b"\xef\xbb\xbf" + SITE.encode() + b"x = '\xc3\xa9'\n", True),
        (SITE.encode() + b"x = 1\r\ny = 2\rz = 3\n\x0c\n", True),
    ],
)
def test_an_encoding_that_cannot_be_read_is_a_finding(raw: bytes, is_readable: bool) -> None:
    result = port(raw, PATH, Options("paddle"))
    as_it_was = SITE.encode()
    to_be = port(as_it_was, PATH, Options("paddle")).after

    assert result.failed is not is_readable
    assert result.after == (raw.replace(as_it_was, to_be) if is_readable else raw)


def test_a_huge_file_fits_into_memory() -> None:
    code = b"".join(
        path.read_bytes().replace(b"from __future__ import annotations\n", b"")
        for path in (*OF_TORCH, *(Path(torch.__file__).parent / "optim").glob("*.py"))
    )
    lines = (code * 4).splitlines(keepends=True)[:20_000]
    work = (
        "import sys; from pathlib import Path; from codemods.engine import port; "
        "from codemods.model import Options; raw = sys.stdin.buffer.read(); "
        "r = port(raw, Path('x.py'), Options('paddle', partial=True)); "
        "status = Path('/proc/self/status').read_text(); "
        "print(r.counts['ported'], status.split('VmHWM:')[1].split()[0])"
    )
    end = max(n for n, line in enumerate(lines) if line.startswith(b"def "))
    done = subprocess.run(
        [sys.executable, "-c", work], input=b"".join(lines[:end]), check=True, capture_output=True
    )
    ported, kilobytes = map(int, done.stdout.split())

    assert ported > 500
    assert kilobytes < 500_000


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=60), st.integers(0, 60))
def test_no_bytes_make_it_raise(noise: bytes, at: int) -> None:
    text = b"import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\nopt.step()\n"
    raw = text[:at] + noise + text[at:]
    result = port(raw, PATH, Options("paddle", partial=True))

    assert result.changed or result.after == raw
    assert not (result.failed and result.changed)
