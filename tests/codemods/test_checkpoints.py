"""What a target cannot save, or would not find again, is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rewriting import check_refused, check_sound

if TYPE_CHECKING:
    from codemods.model import Target

HEAD = "import io, os\nfrom pathlib import Path\nimport torch\nnet = torch.nn.ReLU()\n"
SAVE = "torch.save(net.state_dict(), "
BOTH = ("paddle", "oneflow")
CASES = [
    ("a module", "torch.save(net, 'm.pt')", 5, ("paddle",)),
    ("an open file", f"with open('m.pt', 'wb') as f:\n    {SAVE}f)", 6, BOTH),
    ("read from an open file", "with open('m.pt', 'rb') as f:\n    x = torch.load(f)", 6, BOTH),
    ("memory", f"b = io.BytesIO()\n{SAVE}b)", 6, ("oneflow",)),
    ("a Path", f"p = Path('m.pt')\n{SAVE}p)", 6, ("paddle",)),
    ("a Path below another", f"{SAVE}root / 'm.pt')", 5, ("paddle",)),
    ("asked for", f"{SAVE}x)\nif os.path.isfile(x): y = 1", 6, ("oneflow",)),
    ("removed", f"{SAVE}x)\nos.remove(x)", 6, ("oneflow",)),
    ("a path", f"{SAVE}x)\nif os.path.exists(x): y = os.path.isfile(z)", 0, ()),
]


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize(("_", "lines", "line", "left_on"), CASES, ids=[name for name, *_ in CASES])
def test_a_checkpoint_is_left_where_it_cannot_be(
    _: str, lines: str, line: int, left_on: tuple[str, ...], to: Target
) -> None:
    result = check_sound(f"{HEAD}{lines}\n".encode(), to)
    stuck = [f.line for f in result.findings if f.kind == "left"]

    assert stuck == ([line] if to in left_on else [])


def test_a_train_that_paddle_would_not_call_is_left() -> None:
    text = (
        "from torch import nn\nclass Net(nn.Module):\n    def train(self, mode=True):\n"
        "        return super().train(mode)\n"
    )

    check_refused(text, "paddle", 3, "without a call of this one")
    assert not check_sound(text.encode(), "oneflow").incomplete
    assert not check_sound(text.replace("nn.Module", "object").encode(), "paddle").incomplete
