"""A condition on the file's own schedulers that is dropped is caught: the port trains otherwise.

So each is needed, and the proof of `test_execution.py` can fail for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from codemods.rules import requirements
from codemods.rules.oneflow import subclasses as oneflow
from codemods.rules.own import edits, iterating, rates, reading
from codemods.rules.paddle import groups
from codemods.rules.paddle import subclasses as paddle
from tests.codemods.forms.subclasses import DECAYS, GROUPS, OWN, SGD
from tests.codemods.forms.subclasses import OWN_RESUMED as RESUMED
from tests.codemods.test_execution import TORCH
from tests.codemods.test_mutations import is_caught, native_codes, ported, trained

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.model import Target
    from tests.frameworks import Framework

CODES: Final = {"paddle": "PD302", "oneflow": "OF302"}
OF_TWO_GROUPS: Final = (SGD, GROUPS)
INITIAL: Final = '        optimizer.param_groups[0]["initial_lr"] = 0.5\n'
LATE: Final = ("    optimizer.step", f"    if step == 9:\n{INITIAL}    optimizer.step")
AGAIN: Final = "other = PolyLR(optimizer, 30)\nfor step in range(STEPS):\n    other.step()\n"
ONE_LATER: Final = "PolyLR(optimizer, 120 if PART[0] == 0 else 240)"
BASE: Final = ("self.min_lr", "self.base_lr")
F: Final = (
    "    def get_lr",
    """\
    def f(self, lr):
        self.seen += 1
        return lr * 0.95 ** self.seen

    def get_lr""",
)
WRITTEN: Final = (
    "AppendedLR",
    ("            low,", "            base_lr = base_lr / 2\n            low,"),
)
SWAPPED: Final = {"lr": "base", "initial_lr": "now"}
LAST: Final = ("self.min_lr", "self.last_step")


def _none(*_: object) -> None:
    """Find nothing wrong."""


class Dropped(NamedTuple):
    """A condition: where it is, what stands in its place, and the script that needs it."""

    name: str
    target: Target
    where: Any
    attribute: str
    instead: object
    text: str
    times: int = 1


def changed(name: str, *changes: tuple[str, str]) -> str:
    text = {**OWN, **RESUMED}[name]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def without(name: str, target: Target, text: str) -> Dropped:
    """Lift a requirement on the code around."""
    return Dropped(name, target, requirements.CHECKS, name, _none, text)


DROPPED: Final = [
    *(
        without("one scheduler", target, changed("PolyLR", ("for step in range(STEPS):\n", AGAIN)))
        for target in ("paddle", "oneflow")
    ),
    Dropped(
        "a memory",
        "paddle",
        paddle,
        "lacks_one_group",
        _none,
        changed("CountingLR", (SGD, DECAYS), ("base_lr * 0.95 ** self.seen", "self.f(base_lr)"), F),
    ),
    Dropped("loop's name", "paddle", rates, "_is_only_here", lambda *_: True, changed(*WRITTEN)),
    Dropped("base rates", "oneflow", oneflow, "writes", _none, changed("InitialLR", LATE)),
    without("one rate", "paddle", changed("PolyLR", OF_TWO_GROUPS, ("1e-6", "0.015"))),
    Dropped("base's names", "paddle", paddle, "RESERVED", (), changed("PolyLR", BASE)),
    Dropped("base's names", "oneflow", oneflow, "RESERVED", (), changed("PolyLR", LAST)),
    Dropped(
        "torch's names",
        "paddle",
        reading,
        "OF_TORCH",
        frozenset(),
        changed(
            "RootLR", ("    def", "    def get_last_lr(self):\n        return [3.0]\n\n    def")
        ),
    ),
    Dropped(
        "mentions",
        "paddle",
        "codemods.rules.own",
        "check_mentions",
        _none,
        changed("RootLR", ("\noptimizer =", "RootLR.get_lr = lambda self: [0.3]\n\noptimizer =")),
    ),
    Dropped(
        "first epoch",
        "paddle",
        "codemods.rules.own",
        "check_arguments",
        _none,
        changed("RootLR", ("RootLR(optimizer)", "RootLR(optimizer, 30)")),
    ),
    Dropped(
        "resumed with another",
        "paddle",
        paddle,
        "_differs_on_resume",
        _none,
        changed("PolyLR, resumed", ("PolyLR(optimizer, 120)", ONE_LATER)),
        2,
    ),
    Dropped(
        "resumed with a memory",
        "paddle",
        paddle,
        "_differs_on_resume",
        _none,
        changed(
            "PolyLR, resumed", ("        return", "        self.power *= 1.01\n        return")
        ),
        2,
    ),
    Dropped(
        "a memory",
        "oneflow",
        oneflow,
        "lacks_one_group",
        _none,
        changed("CountingLR", OF_TWO_GROUPS),
    ),
    Dropped(
        "the first group's",
        "oneflow",
        oneflow,
        "lacks_one_group",
        _none,
        changed("FirstLR", OF_TWO_GROUPS),
    ),
    Dropped(
        "names that are free",
        "oneflow",
        oneflow,
        "_free",
        lambda *given: given[-1][0],
        changed("WarmupCosineLR", ("last_epoch > self.total", "last_epoch > step - 1")),
    ),
    *(
        Dropped(
            "brackets",
            target,
            edits,
            "_needs_brackets",
            lambda *_: False,
            changed("RootLR", ("epoch < 9", "epoch % 2")),
        )
        for target in ("paddle", "oneflow")
    ),
    *(
        Dropped("which rate", target, iterating, "RATES", SWAPPED, OWN["RestartLR"])
        for target in ("paddle", "oneflow")
    ),
    Dropped(
        "the present rates",
        "oneflow",
        oneflow,
        "lacks_one_group",
        _none,
        changed("AppendedNowLR", (SGD, GROUPS)),
    ),
]


@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
@pytest.mark.parametrize(
    "dropped",
    [
        pytest.param(d, id=f"{d.target} {d.name}", marks=pytest.mark.only_backend(d.target))
        for d in DROPPED
    ],
)
def test_a_dropped_condition_is_caught(
    xp: Framework, dropped: Dropped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = ported(dropped.text, dropped.target)
    if isinstance(dropped.where, dict):
        monkeypatch.setitem(dropped.where, dropped.attribute, dropped.instead)
    elif isinstance(dropped.where, str):
        monkeypatch.setattr(f"{dropped.where}.{dropped.attribute}", dropped.instead)
    else:
        monkeypatch.setattr(dropped.where, dropped.attribute, dropped.instead)
    # Paddle's rule for the groups knows of the schedulers too.
    monkeypatch.setattr(groups, "writes", lambda *_: False)
    wrong = ported(dropped.text, dropped.target)
    assert wrong.after != right.after
    assert CODES[dropped.target] in native_codes(wrong)

    texts = [dropped.text] * dropped.times
    theirs = trained(TORCH, texts, tmp_path / "torch")
    ours = trained(xp, [wrong.after.decode()] * dropped.times, tmp_path / "port")

    assert is_caught(ours, theirs)
