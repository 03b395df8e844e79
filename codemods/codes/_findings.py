"""The codes of everything that is no row of `bridge.equivalents`: a table.

A number that several targets have is written once; its code begins with the target's letters.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from bridge.equivalents import VERSIONS
from codemods.codes._model import PREFIXES, Example, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.model import Kind, Target

FRAMEWORKS: Final[Mapping[Target, str]] = {"paddle": "Paddle", "oneflow": "OneFlow"}
TITLES: Final[Mapping[Target, str]] = {**FRAMEWORKS, "bridge": "bridge"}

# Which number a ported name of torch has, by the module that it stands in; the first that fits.
API_GROUPS: Final[Mapping[str, int]] = {
    "torch.nn.functional": 903,
    "torch.nn": 902,
    "torch.utils.data": 904,
    "torch.cuda": 905,
    "torch": 900,
}
MEMBERS: Final = 901
LEFT: Final = 999


class Row(NamedTuple):
    """A number, and what its code means on each of `examples`' targets; `{}` is the framework."""

    number: int
    kind: Kind
    title: str
    text: str
    examples: Mapping[Target, str]
    is_fixed: bool = False
    goes_along: bool = False


def _on_both(before: str) -> Mapping[Target, str]:
    return dict.fromkeys(FRAMEWORKS, before)


def _on_all(before: str) -> Mapping[Target, str]:
    return dict.fromkeys(TITLES, before)


_OPTIMIZER: Final = "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
_HEAD: Final = f"import torch\n\n{_OPTIMIZER}"
_CONSUMED: Final = """\
import torch
from accelerate import Accelerator

model, optimizer = Accelerator().prepare(model, torch.optim.Adam(model.parameters()))
"""
_OWN_STEP: Final = """\
import torch


class SignSGD(torch.optim.Optimizer):
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p.data.add_(p.grad.sign(), alpha=-group["lr"])
"""
_OF_PADDLE: Final = """\
import paddle

schedule = paddle.optimizer.lr.StepDecay(0.1, step_size=30)
optimizer = paddle.optimizer.Momentum(schedule, parameters=net.parameters())
"""

ROWS: Final = (
    Row(
        1,
        "refused",
        "An optimizer that cannot be ported",
        "It needs what only torch has, or it is handed to a package that knows torch's optimizers "
        "only. The bundle stays as it was, and the file is not written without `--partial`.",
        {
            "paddle": "import torch\n\noptimizer = torch.optim.SparseAdam(table.parameters())\n",
            "oneflow": "import torch\n\noptimizer = torch.optim.SparseAdam(table.parameters())\n",
            "bridge": _CONSUMED,
        },
    ),
    Row(
        2,
        "refused",
        "A subclass of Optimizer with a `step` of its own",
        "Its `step` computes with torch's tensors. As a `formula` of `bridge.optim.Optimizer` the "
        "same update runs on every framework.",
        _on_both(_OWN_STEP),
    ),
    Row(
        3,
        "refused",
        "A class of torch.optim that the file changes",
        "A method or class that is assigned to torch.optim holds for all that the file makes. No "
        "native class and none of bridge has it; the file is not written without `--partial`.",
        _on_all(f"import torch\n\ntorch.optim.SGD.step = traced_step\n{_OPTIMIZER}"),
    ),
    Row(
        301,
        "native",
        "A use of an optimizer or a scheduler, in {}'s words",
        "What is done with an optimizer or a scheduler that became native, and that {} writes in "
        "another way: reading a learning rate, `zero_grad`, `step` with a metric, a saved state.",
        {
            "paddle": _HEAD + 'print(optimizer.param_groups[0]["lr"])\n',
            "oneflow": _HEAD + "optimizer.zero_grad()\n",
        },
        goes_along=True,
    ),
    Row(
        801,
        "note",
        "What ported optimizer code takes for granted",
        "Native code equals torch's under an assumption that the source does not show, an argument "
        "without effect was dropped, or `verbose` prints in other words.",
        {
            **_on_both(
                "import torch\n\nopt = torch.optim.SGD(net.parameters(), 0.1, fused=True)\n"
            ),
            "bridge": (
                f"{_HEAD}scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30, verbose=True)\n"
            ),
        },
    ),
    Row(
        802,
        "note",
        "A difference of {} that does not stop a port",
        "Something works in another way, and training goes on all the same: random numbers, the "
        "order of a shuffled loader, initial weights. Said once for a file.",
        _on_both("import torch\n\ntorch.manual_seed(0)\n"),
    ),
    Row(
        900,
        "ported",
        "A name of `torch`, ported to {} by the table",
        "A function, a dtype or a context manager whose row in the table was measured to be equal. "
        "Listed with `--verbose` only.",
        _on_both("import torch\n\nx = torch.zeros(2, 3)\n"),
    ),
    Row(
        MEMBERS,
        "ported",
        "A member of a tensor, a module or a loader, in {}'s words",
        "A method or an attribute that {} calls otherwise, on what is known to be torch's. Listed "
        "with `--verbose` only.",
        {
            "paddle": "import torch\n\ncount = torch.zeros(2, 3).numel()\n",
            "oneflow": ("import torch\n\nx = torch.zeros(2, 3).to(device, non_blocking=True)\n"),
        },
    ),
    Row(
        902,
        "ported",
        "A name of `torch.nn`, ported to {} by the table",
        "A layer, a loss or a container. Listed with `--verbose` only.",
        _on_both("from torch import nn\n\nlayer = nn.Linear(8, 4)\n"),
    ),
    Row(
        903,
        "ported",
        "A name of `torch.nn.functional`, ported to {} by the table",
        "Listed with `--verbose` only.",
        _on_both(
            "import torch\nimport torch.nn.functional as F\n\ny = F.relu(torch.zeros(2, 3))\n"
        ),
    ),
    Row(
        904,
        "ported",
        "A name of `torch.utils.data`, ported to {} by the table",
        "Listed with `--verbose` only.",
        _on_both(
            "from torch.utils.data import DataLoader\n\nloader = DataLoader(data, batch_size=32)\n"
        ),
    ),
    Row(
        905,
        "ported",
        "A name of `torch.cuda`, ported to {} by the table",
        "Listed with `--verbose` only.",
        _on_both("import torch\n\non_gpu = torch.cuda.is_available()\n"),
    ),
    Row(
        997,
        "refused",
        "A name of this file that the port needs for an import",
        "The port would import the framework under a name that the file uses for something else.",
        {
            "paddle": f"{_HEAD}paddle = 0.5\n",
            "oneflow": f"{_HEAD}oneflow = 0.5\n",
            "bridge": f"{_HEAD}bridge = 0.5\n",
        },
        is_fixed=True,
    ),
    Row(
        998,
        "left",
        "A name whose meaning the source does not tell",
        "A star import, an import that depends on the path taken, a name of torch in a string.",
        _on_all("from torch.optim import *\n"),
    ),
    Row(
        LEFT,
        "left",
        "A name of torch that the port does not know",
        "It is in no table, or it is used in a way that was not measured to be equal. The line "
        "stays as it was, and the file is not written without `--partial`.",
        {
            **_on_both(f"{_HEAD}spectrum = torch.fft.fft(signal)\n"),
            "bridge": "from torch.optim import swa_magic\n\nswa_magic()\n",
        },
    ),
)
BRIDGE_ROWS: Final = (
    Row(
        101,
        "bridge",
        "An optimizer through `bridge`",
        "`bridge.optim` has torch's meaning on every framework's parameters. Taken where native "
        "code would train differently, where the bundle goes out of sight, and with "
        "`--style bridge`. The output needs `optbridge` at run time.",
        {"paddle": "import torch\n\noptimizer = torch.optim.LBFGS(model.parameters())\n"},
    ),
    Row(
        201,
        "bridge",
        "A scheduler through `bridge`",
        "It goes with its optimizer: a bundle is ported as a whole.",
        {
            "paddle": (
                "from torch import optim\n\noptimizer = optim.SGD(net.parameters(), lr=0.1)\n"
                "scheduler = optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=100)\n"
            )
        },
    ),
    Row(
        301,
        "bridge",
        "Any other name of torch.optim, through `bridge`",
        "An annotation, a base class, an `isinstance`, a class as a value.",
        {"paddle": "import torch\n\n\ndef lr_of(optimizer: torch.optim.Optimizer): ...\n"},
    ),
)
# What `--from paddle` and `--from oneflow` find.
INWARD_ROWS: Final = (
    Row(
        401,
        "bridge",
        "An optimizer of Paddle or OneFlow, through `bridge`",
        "`--from paddle` and `--from oneflow` write a framework's own optimizers as `bridge`'s, "
        "with what torch's defaults would change written out.",
        {"paddle": _OF_PADDLE},
    ),
    Row(
        402,
        "bridge",
        "A scheduler of Paddle or OneFlow, through `bridge`",
        "It goes with its optimizer: a bundle is ported as a whole.",
        {"paddle": _OF_PADDLE},
    ),
    Row(
        404,
        "refused",
        "An optimizer of Paddle or OneFlow that is not followed",
        "It goes where the analysis does not see what is done with it. `bridge.wrap` gives it "
        "torch's `param_groups` as it is.",
        {
            "paddle": (
                "import paddle\n\n\ndef make(net):\n"
                "    return paddle.optimizer.SGD(0.1, parameters=net.parameters())\n"
            )
        },
    ),
)
OWN_ROWS: Final = (
    Row(
        1,
        "error",
        "A file that cannot be read",
        "It is no Python that parses, or its encoding is unknown. It stays as it was, and the "
        "other files of the run are ported.",
        {"paddle": "import torch\nx = (\n"},
        is_fixed=True,
    ),
    Row(
        2,
        "error",
        "Two edits of the same code",
        "A defect of the port: the file stays as it was. Please report it.",
        {},
        is_fixed=True,
    ),
    Row(
        3,
        "error",
        "An output that would be broken",
        "A defect of the port, seen before anything was written: the file stays as it was. Please "
        "report it.",
        {},
        is_fixed=True,
    ),
    Row(
        4,
        "error",
        "A file whose port did not come to an end",
        "It took longer than a file may, or a defect broke it off. The file stays as it was, and "
        "the others of the run are ported.",
        {},
        is_fixed=True,
    ),
    Row(
        5,
        "error",
        "A file that cannot be written",
        "It is read-only, it was changed while it was ported, or the disk refused it. The file "
        "stays as it was.",
        {},
        is_fixed=True,
    ),
    Row(
        6,
        "left",
        "A magic of a notebook whose code would have to change",
        "`%time optimizer = torch.optim.SGD(...)` is seen, but magics are left alone: take the "
        "code out of the magic. The notebook stays as it was, also with `--partial`.",
        {},
        is_fixed=True,
    ),
    Row(
        101,
        "note",
        "A skip comment without effect",
        "`# optbridge: skip` stands where there is nothing to port, or names codes that no site "
        "of the line would get.",
        {"paddle": f"{_HEAD}step = 0  # optbridge: skip\n"},
    ),
    Row(
        102,
        "note",
        "A skip comment that names an unknown code",
        "Nothing has that code, so nothing is skipped by it.",
        {"paddle": f"{_HEAD.rstrip()}  # optbridge: skip[PD1O1]\n"},
    ),
)


def api_number(qualified: str) -> int:
    """Return the number of a name of torch that is ported by the table.

    >>> api_number("torch.nn.functional.relu"), api_number("torch.nn.Linear")
    (903, 902)
    """
    inside = (n for module, n in API_GROUPS.items() if f"{qualified}.".startswith(f"{module}."))
    return next(inside, API_GROUPS["torch"])


def other_rules() -> Iterator[Rule]:
    """Yield the rules of this table, each once for every target that it has an example of."""
    for row in ROWS:
        for target, before in row.examples.items():
            yield _rule(row, PREFIXES[target], before, target)
    for prefix, rows in (("BR", BRIDGE_ROWS), ("OB", OWN_ROWS)):
        for row in rows:
            yield _rule(row, prefix, row.examples.get("paddle"), "paddle")
    for row in INWARD_ROWS:
        example = Example(row.examples["paddle"], "bridge", "paddle")
        yield replace(_rule(row, "BR", None, "bridge"), example=example)


def _versions(row: Row) -> Mapping[str, tuple[str, ...]]:
    """Return the versions that what is written by a row runs on."""
    if row.kind == "native":
        return VERSIONS
    newest = {target: versions[-1:] for target, versions in VERSIONS.items()}
    return newest if row.kind in ("bridge", "ported") else {}


def _rule(row: Row, prefix: str, before: str | None, target: Target) -> Rule:
    return Rule(
        f"{prefix}{row.number:03}",
        row.kind,
        row.title.format(TITLES[target]),
        row.text.format(TITLES[target]),
        None if before is None else Example(before, target),
        versions=_versions(row),
        is_fixed=row.is_fixed,
        goes_along=row.goes_along,
    )
