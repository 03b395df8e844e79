"""A first look never loses a site: what it leaves out has nothing to port."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from codemods.analysis.mentions import mentions
from codemods.analysis.parsing import parsed
from codemods.analysis.relevance import concerns_us
from codemods.engine import port
from codemods.model import Options
from codemods.plan import plan
from codemods.syntax.source import Source

ALL, OPTIM = Options("paddle"), Options("paddle", scope="optim")
PATH = Path("train.py")
# Code that names an optimizer, one way or the other.
NAMED = [
    "import torch\ntorch.optim.SGD(p)",
    "import torch.optim as o\no.SGD(p)",
    "from torch import optim as o\no.SGD(p)",
    "from torch.optim.lr_scheduler import StepLR",
    "from torch import *\noptim.SGD(p)",
    "from torch.optim import *\nSGD(p)",
    "import torch\ngetattr(torch, 'optim').SGD(p)",
    "import torch\nx: 'torch.optim.Optimizer'",
    "import a, \\\n torch . \\\n optim",
    "import torch.optim\nx = (  # newer or older syntax",
]
# Words that only look like it.
PROSE = [
    "# torch.optim\n",
    "'''torch.optim.SGD'''\n",
    "def f():\n    'See torch.optim.'\n",
    "import torch\ntorch.optimize(optimizer)\n",
    "import torch\n'''torch.optim'''\n",
]


@pytest.mark.parametrize("text", NAMED)
@pytest.mark.parametrize("options", [ALL, OPTIM, Options("bridge")], ids=lambda o: o.target)
def test_what_names_an_optimizer_is_looked_at(text: str, options: Options) -> None:
    assert concerns_us(text.encode(), PATH, options)
    assert mentions(parsed(text.encode()), options)


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_not(text: str) -> None:
    raw = text.encode()

    assert not (concerns_us(raw, PATH, OPTIM) and mentions(parsed(raw), OPTIM))


def test_a_member_of_a_tensor_needs_no_import() -> None:
    assert mentions(parsed(b"# torch\ny = x.masked_fill_(m, 0)\n"), ALL)
    assert mentions(parsed(b"# torch\nx.grad.mul_(2)\n"), ALL)
    assert not mentions(parsed(b"# torch\ny = json.loads(x)\n"), ALL)


def test_a_stub_is_never_ported() -> None:
    raw = NAMED[0].encode()

    assert port(raw, Path("train.pyi"), ALL).after == raw


@pytest.mark.parametrize("options", [ALL, OPTIM], ids=lambda o: o.scope)
def test_in_torch_s_own_code_nothing_is_lost(options: Options) -> None:
    root = Path(torch.__file__).parent
    files = [*(root / "nn" / "modules").glob("*.py"), *(root / "utils").glob("*.py")]
    left_out = [
        raw
        for raw in (path.read_bytes() for path in files if path.stat().st_size < 8_000)
        if not (concerns_us(raw, PATH, options) and mentions(parsed(raw), options))
    ]

    assert len(left_out) > 2
    for raw in left_out:
        planned = plan(Source.parse(raw), options)
        assert planned.edits == []
        assert {f.code for f in planned.findings} <= {"PD998"}  # a star import of torch.nn
