"""Annotations in strings: ported as the same ones without quotes, or left with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.syntax.source import Source
from tests.codemods.test_traps import BOTH
from tests.rewriting import check_bridged, check_native, check_refused, check_rewritten

if TYPE_CHECKING:
    from codemods.model import Target

TYPING = "from typing import cast, Dict, List, Literal, Optional, TypeVar\n"
TORCH = "import torch\nfrom torch import optim\n"
PADDLE = "import paddle\nfrom paddle import optimizer as optim\n"
MADE = "opt = optim.SGD(model.parameters(), lr=0.1)\nm = torch.nn.ReLU()\n"
IN_PADDLE = (
    "opt = optim.SGD(parameters=model.parameters(), learning_rate=0.1)\nm = paddle.nn.ReLU()\n"
)
REWRITTEN = [
    (
        'def f(o: "torch.optim.Optimizer"): ...',
        'def f(o: "paddle.optimizer.Optimizer"): ...',
    ),
    ("o: 'torch.optim.SGD'", "o: 'paddle.optimizer.SGD'"),
    ('o: r"torch.Tensor"', 'o: r"paddle.Tensor"'),
    ('o: """torch.Tensor"""', 'o: """paddle.Tensor"""'),
    ('o: Optional["torch.Tensor"]', 'o: Optional["paddle.Tensor"]'),
    ('o: "Optional[ torch.Tensor ]"', 'o: "Optional[ paddle.Tensor ]"'),
    ('o: "torch.Tensor | None"', 'o: "paddle.Tensor | None"'),
    ('def f() -> "torch.Tensor": ...', 'def f() -> "paddle.Tensor": ...'),
    (
        'o: "Dict[str, List[torch.Tensor]]"; p: "torch.nn.ReLU"',
        'o: "Dict[str, List[paddle.Tensor]]"; p: "paddle.nn.ReLU"',
    ),
    (
        "def f(ü: \"Dict[Literal['é'], torch.Tensor]\"): ...",
        "def f(ü: \"Dict[Literal['é'], paddle.Tensor]\"): ...",
    ),
    ('x = cast("torch.Tensor", y)', 'x = cast("paddle.Tensor", y)'),
    ('T = TypeVar("T", bound="torch.Tensor")', 'T = TypeVar("T", bound="paddle.Tensor")'),
]
LEFT = [
    'def f(o: "torch." "Tensor"): ...',
    'def f(o: "torch.Tens\\x6fr"): ...',
    'def f(o: """(\ntorch.Tensor)"""): ...',
]


@pytest.mark.parametrize(("before", "after"), REWRITTEN)
def test_a_name_in_a_string_is_written_there(before: str, after: str) -> None:
    check_rewritten(
        f"{TYPING}{TORCH}{before}\n{MADE}", f"{TYPING}{PADDLE}{after}\n{IN_PADDLE}", "paddle"
    )


@pytest.mark.parametrize(
    "line", ['o: "optim.SGD"', "o: \"Literal['torch']\"", 'o = "torch.Tensor"', 'o: "Tensor"']
)
def test_a_string_that_needs_no_other_name_keeps_its_bytes(line: str) -> None:
    check_rewritten(
        f"{TYPING}{TORCH}{line}\n{MADE}", f"{TYPING}{PADDLE}{line}\n{IN_PADDLE}", "paddle"
    )


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("line", LEFT)
def test_a_string_that_does_not_stand_there_letter_for_letter_is_left(
    to: Target, line: str
) -> None:
    check_refused(f"{TORCH}{line}\n{MADE}", to, 3, "a name of torch in a string")


@pytest.mark.parametrize("to", BOTH)
def test_a_string_whose_name_depends_on_the_path_is_left(to: Target) -> None:
    head = (
        "try:\n    from torch.optim import Adam\nexcept ImportError:\n    from mine import Adam\n"
    )

    check_refused(head + 'def f(o: "Adam"): ...\n', to, 5, "depending on the path taken")


@pytest.mark.parametrize("to", BOTH)
def test_a_string_alone_makes_nothing_native(to: Target) -> None:
    check_bridged('from torch import optim\ndef f(o: "optim.Optimizer"): ...\n', to, "")


@pytest.mark.parametrize("to", BOTH)
def test_an_annotation_in_a_string_says_what_a_name_holds(to: Target) -> None:
    body = 'import torch\ndef f(x: "torch.Tensor"):\n    return x.numel()\n'
    plain = body.replace('"', "")

    native = check_native(body, to).after.replace(b'"', b"")

    assert native == check_native(plain, to).after


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_name_in_a_string_stands_where_the_file_has_it(newline: str, encoding: str) -> None:
    text = f'# coding: {encoding}\nimport torch\né = 3\ndef ü(x: "Dict[é, torch.Tensor]"): ...\n'
    source = Source.parse(text.replace("\n", newline).encode(encoding))
    (expression,) = source.quoted.values()

    assert source.text(expression) == "Dict[é, torch.Tensor]"
    assert source.place(expression) == (4, 11)
