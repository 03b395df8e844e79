"""`# optbridge: skip` on a line: the site stays, with all that has to go with it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

import pytest

from tests.rewriting import check_refused, check_rewritten, check_sound

if TYPE_CHECKING:
    from codemods.model import Target

PROJECTS = Path(__file__).parent / "projects"
HEAD = "from torch import optim\n\n"
BUNDLE = """\
from torch import optim

first = optim.AdamW(one.parameters()){}
decay = optim.lr_scheduler.StepLR(first, 30){}
print(decay.get_last_lr()[0]){}
second = optim.SGD(two.parameters(), lr=0.1)
"""


def skipped(text: str, **options: object) -> list[tuple[int, str]]:
    findings = check_sound(text.encode(), "paddle", **options).findings
    return [(f.line, f.code) for f in findings if f.kind == "skipped"]


@pytest.mark.parametrize(
    ("line", "comment", "code"),
    [
        (0, "  # optbridge: skip", "PD104"),
        (0, "  # optbridge: skip[PD104]", "PD104"),
        (0, "  # optbridge: skip[BR101, PD1]", "PD104"),
        (0, "  #optbridge:skip[PD104]", "PD104"),
        (0, "  # noqa: E501  # optbridge: skip", "PD104"),
        (1, "  # optbridge: skip", "PD201"),
        (1, "  # optbridge: skip[PD201]", "PD201"),
        (2, "  # optbridge: skip[PD301]", "PD301"),
    ],
)
def test_a_bundle_stays_whole_and_the_others_are_ported(line: int, comment: str, code: str) -> None:
    texts = ["", "", ""]
    texts[line] = comment
    before = BUNDLE.format(*texts)
    after = before.replace("from torch", "import paddle\nfrom torch").replace(
        "optim.SGD(two.parameters(), lr=0.1)",
        "paddle.optimizer.SGD(parameters=two.parameters(), learning_rate=0.1)",
    )
    result = check_rewritten(before, after, "paddle")

    assert [(f.line, f.code, f.kind) for f in result.findings[:2]] == [
        (3, code, "skipped"),
        (4, code, "skipped"),
    ]
    assert not result.incomplete
    assert "it stays torch's" in result.findings[0].hint


@pytest.mark.parametrize(
    "statement",
    [
        "opt = optim.SGD(  # optbridge: skip\n    net.parameters(),\n    lr=0.1,\n)",
        "opt = optim.SGD(\n    net.parameters(),\n    lr=0.1,\n)  # optbridge: skip",
        "if net: opt = optim.SGD(net.parameters(), lr=0.1)  # optbridge: skip",
        "def make(opt: optim.Optimizer):  # optbridge: skip\n    pass",
        "def make(\n    opt: optim.Optimizer,  # optbridge: skip\n):\n    pass",
        "def make(\n    opt: optim.Optimizer,\n):  # optbridge: skip\n    pass",
    ],
)
def test_a_comment_counts_on_the_first_or_last_line_of_a_statement(statement: str) -> None:
    before = f"{HEAD}{statement}\n"
    result = check_sound(before.encode(), "paddle")

    assert not result.changed
    assert [f.kind for f in result.findings] == ["skipped"]


@pytest.mark.parametrize(
    "statement",
    [
        "# optbridge: skip\nopt = optim.SGD(net.parameters(), lr=0.1)",
        "opt = optim.SGD(\n    net.parameters(),  # optbridge: skip\n    lr=0.1,\n)",
        "opt = optim.SGD(net.parameters(), lr=0.1)  # optbridge: skipped",
        "opt = optim.SGD(net.parameters(), lr=0.1)  # optbridge: skip[PD2]",
        "opt = optim.SGD(net.parameters(), lr=0.1); x = '# optbridge: skip'",
    ],
)
def test_a_comment_elsewhere_or_for_another_code_skips_nothing(statement: str) -> None:
    result = check_sound(f"{HEAD}{statement}\n".encode(), "paddle")

    assert result.changed
    assert not result.counts["skipped"]


def test_a_name_that_stays_keeps_its_import() -> None:
    check_rewritten(
        "import torch\nimport torch.nn.functional as F\n\n"
        "x = torch.zeros(2)  # optbridge: skip\ny = F.relu(z)\nw = F.relu(x)  # optbridge: skip\n",
        "import torch\nimport paddle\nimport torch.nn.functional as F\n\n"
        "x = torch.zeros(2)  # optbridge: skip\ny = paddle.nn.functional.relu(z)\n"
        "w = F.relu(x)  # optbridge: skip\n",
        "paddle",
    )


def test_what_would_be_left_no_longer_stops_the_file() -> None:
    check_rewritten(
        "import torch\n\ny = torch.fft.fft(x)  # optbridge: skip[PD999]\nz = torch.zeros(2)\n",
        "import paddle\nimport torch\n\n"
        "y = torch.fft.fft(x)  # optbridge: skip[PD999]\nz = paddle.zeros(2)\n",
        "paddle",
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("opt = optim.SparseAdam(net.parameters())  # optbridge: skip[PD001]", "PD001"),
        ("opt = optim.LBFGS(net.parameters())  # optbridge: skip[BR1]", "BR101"),
        ("count = loader.sampler.stft(2)  # optbridge: skip", "PD999"),
    ],
)
def test_refused_bridged_and_left_sites_can_be_skipped(line: str, code: str) -> None:
    assert skipped(f"{HEAD}{line}\nother = optim.SGD(two.parameters())\n") == [(3, code)]


def test_a_collision_cannot_be_skipped() -> None:
    before = f"{HEAD}opt = optim.SGD(net.parameters())\nbridge = 1  # optbridge: skip\n"
    result = check_sound(before.encode(), "paddle", style="bridge")

    assert [f.code for f in result.findings if f.kind == "refused"] == ["PD997"]


def test_a_note_can_be_skipped() -> None:
    before = "import torch\n\ntorch.manual_seed(0)  # optbridge: skip[PD802]\n"
    result = check_sound(before.encode(), "paddle")

    assert [f.code for f in result.findings] == ["PD900"]


@pytest.mark.parametrize(
    ("comment", "code"),
    [
        ("skip", "OB101"),
        ("skip[PD104]", "OB101"),
        ("skip[PD104,OF101]", "OB101"),
        ("skip[OF101]", None),
        ("skip[PD1O4]", "OB102"),
    ],
)
def test_a_comment_without_effect_is_told(comment: str, code: str | None) -> None:
    before = f"{HEAD}opt = optim.SGD(net.parameters())\nx = 0  # optbridge: {comment}\n"
    told = [(f.line, f.code, f.kind) for f in check_sound(before.encode(), "paddle").findings]

    assert told[1:] == ([] if code is None else [(4, code, "note")])


@pytest.mark.parametrize(
    "options", [{"scope": "optim"}, {"style": "bridge"}, {"ignore": ("PD2",)}, {"select": ("PD1",)}]
)
def test_a_run_that_sees_a_part_of_the_rules_tells_no_comment_useless(
    options: dict[str, object],
) -> None:
    before = f"{HEAD}opt = optim.SGD(net.parameters())\nx = 0  # optbridge: skip\n"

    assert not check_sound(before.encode(), "paddle", **options).counts["note"]


def test_what_a_skipped_line_makes_is_not_taken_for_the_target_s() -> None:
    # Paddle's `x.size` is a number, torch's a method: silently wrong on a tensor of torch.
    before = "import torch\n\nx = torch.zeros(2)  # optbridge: skip\ncount = x.numel()\n"
    finding = check_refused(before, "paddle", 4, "what `.numel` is called on is not known here")

    assert finding.code == "PD999"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "import torch  # optbridge: skip\nx = torch.zeros(2)\n",
            "import paddle\nimport torch  # optbridge: skip\nx = paddle.zeros(2)\n",
        ),
        (
            "from torch import nn  # optbridge: skip\nlayer = nn.ReLU()\n",
            "import paddle\nfrom torch import nn  # optbridge: skip\nlayer = paddle.nn.ReLU()\n",
        ),
        (
            "import torch\nimport torch.nn as nn  # optbridge: skip[PD902]\nx = torch.zeros(2)\n",
            "import paddle\nimport torch.nn as nn  # optbridge: skip[PD902]\nx = paddle.zeros(2)\n",
        ),
    ],
)
def test_an_import_can_be_kept(before: str, after: str) -> None:
    check_rewritten(before, after, "paddle")


@pytest.mark.parametrize("line", ["opt.step()", "opt.zero_grad()", "saved = opt.state_dict()"])
def test_a_use_stands_for_its_bundle_whatever_becomes_of_it(line: str) -> None:
    # A port of the rest can turn a native verdict into bridge: a second run must skip the same.
    before = f"{HEAD}opt = optim.SGD(net.parameters())\n{line}  # optbridge: skip\n"

    assert not check_sound(before.encode(), "paddle").changed


def test_a_loop_that_writes_a_learning_rate_can_be_skipped_at_the_write() -> None:
    before = f"{HEAD}opt = optim.SGD(net.parameters())\nfor group in opt.param_groups:\n"
    line = "    group['lr'] = 0.1  # optbridge: skip\n"

    assert not check_sound((before + line).encode(), "paddle").changed


@pytest.mark.parametrize(
    ("script", "to"), [("gan/before/gan.py", "paddle"), ("classifier/before/train.py", "oneflow")]
)
def test_any_line_of_a_program_stays_with_a_comment(script: str, to: Target) -> None:
    lines = (PROJECTS / script).read_text().splitlines(keepends=True)
    for number in sorted({n.lineno for n in ast.walk(ast.parse("".join(lines))) if is_code(n)}):
        commented = lines[number - 1].rstrip() + "  # optbridge: skip\n"
        text = "".join([*lines[: number - 1], commented, *lines[number:]])
        result = check_sound(text.encode(), to, partial=True)

        assert commented.encode() in result.after


def is_code(node: ast.AST) -> TypeGuard[ast.stmt]:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, ast.stmt) and not is_text


def test_a_star_import_can_be_kept() -> None:
    before = "from torch.optim import *  # optbridge: skip\n\no = SGD(m.parameters())\n"
    result = check_sound(before.encode(), "paddle")

    assert not result.changed
    assert [(f.line, f.code, f.kind) for f in result.findings] == [(1, "PD998", "skipped")]
