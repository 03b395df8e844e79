"""What holds for every file there is: no crash, nothing lost, and nothing at all without torch."""

from __future__ import annotations

import random
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


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=60), st.integers(0, 60))
def test_no_bytes_make_it_raise(noise: bytes, at: int) -> None:
    text = b"import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\nopt.step()\n"
    raw = text[:at] + noise + text[at:]
    result = port(raw, PATH, Options("paddle", partial=True))

    assert result.changed or result.after == raw
    assert not (result.failed and result.changed)
