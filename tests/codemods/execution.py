"""Run a script's text on a framework: the same network, start and data, the same trace out."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.frameworks import Framework

STEPS = 120
WIDTHS = (6, 8, 4)
METRICS = [float(x) for x in np.random.default_rng(3).normal(1.0, 0.2, STEPS).cumprod()]


@dataclass(frozen=True, slots=True)
class Trace:
    """What a run logged, and the parameters that it ended with, `Linear` weights as torch's."""

    logged: list[float]
    params: dict[str, NDArray[Any]] = field(default_factory=dict)


def run(xp: Framework, texts: Sequence[str], path: Path) -> Trace:
    """Execute texts one after the other, each as a new process would, with the model handed on."""
    logged: list[float] = []
    params = _start()
    parts = np.linspace(0, STEPS, len(texts) + 1).astype(int).tolist()
    for text, part in zip(texts, pairwise(parts), strict=True):
        with _fresh_names(xp):
            model = _model(xp, params)
            given = {
                "model": model,
                "STEPS": STEPS,
                "PART": part,
                "METRICS": METRICS,
                "PATH": str(path),
                "train": _Training(xp),
                "log": lambda *values: logged.extend(float(v) for v in values),
            }
            exec(compile(text, "<script>", "exec"), given)  # noqa: S102  # what is being tested
            params = _params(xp, model)
    return Trace(logged, params)


def largest_differences(ours: Trace, theirs: Trace) -> tuple[float, float]:
    """Return those of what was logged and of the parameters, relative to the largest value."""
    assert len(ours.logged) == len(theirs.logged)
    logged = _relative(np.array(ours.logged), np.array(theirs.logged)) if ours.logged else 0.0
    return logged, max(_relative(ours.params[n], theirs.params[n]) for n in theirs.params)


def _relative(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


class _Training:
    """`train(model, step)` leaves gradients; in part, the second layer's only at even steps."""

    def __init__(self, xp: Framework) -> None:
        random = np.random.default_rng(1)
        self.xp = xp
        self.inputs = random.standard_normal((STEPS, 16, WIDTHS[0])).astype("f4")
        self.targets = np.tanh(self.inputs[..., : WIDTHS[2]]) + np.float32(0.5)

    def __call__(self, model: Any, step: int, *, in_part: bool = False) -> None:
        hidden = self.xp.module.tanh(model.first(self.xp.tensor(self.inputs[step])))
        out = hidden.mean(-1, keepdim=True)
        if not in_part or step % 2 == 0:
            out = out + model.second(hidden)
        ((out - self.xp.tensor(self.targets[step])) ** 2).mean().backward()


def _start() -> dict[str, NDArray[Any]]:
    random = np.random.default_rng(0)
    shapes = {"first": WIDTHS[:2], "second": WIDTHS[1:]}
    start: dict[str, NDArray[Any]] = {}
    for name, (wide, narrow) in shapes.items():
        start[f"{name}.weight"] = random.standard_normal((narrow, wide)).astype("f4") / 2
        start[f"{name}.bias"] = random.standard_normal(narrow).astype("f4") / 2
    return start


def _model(xp: Framework, params: dict[str, NDArray[Any]]) -> Any:
    nn = xp.module.nn
    base: Any = nn.Layer if xp.name == "paddle" else nn.Module

    class Net(base):  # type: ignore[misc]  # the framework's own base
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(*WIDTHS[:2])
            self.second = nn.Linear(*WIDTHS[1:])

    model = Net()
    for name, param in model.named_parameters():
        array = _oriented(xp, params[name])
        with xp.module.no_grad():
            if xp.name == "paddle":
                param.set_value(array)
            else:
                param.copy_(xp.tensor(array))
    return model


def _params(xp: Framework, model: Any) -> dict[str, NDArray[Any]]:
    return {name: _oriented(xp, xp.numpy(p)) for name, p in model.named_parameters()}


def _oriented(xp: Framework, array: NDArray[Any]) -> NDArray[Any]:
    """Transpose a matrix for Paddle, whose Linear has it the other way round."""
    return np.ascontiguousarray(array.T) if xp.name == "paddle" else array


def _fresh_names(xp: Framework) -> AbstractContextManager[Any]:
    """Paddle finds the state in a checkpoint by names that it counts up within a process."""
    if xp.name != "paddle":
        return nullcontext()
    guard: AbstractContextManager[Any] = xp.module.utils.unique_name.guard()
    return guard
