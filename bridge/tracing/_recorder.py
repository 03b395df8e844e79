"""What a trace holds of each step, and how it is found out."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from math import prod, sqrt
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from bridge.backends import backend, backend_name, typename
from bridge.tracing._file import TraceFile, as_json
from bridge.tracing._groups import groups_of, hyperparameters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridge.backends._protocol import Tensor
    from bridge.tracing._groups import Groups

_EXACT = ("float32", "float64")  # in which a norm is taken; of others a sum would be too coarse


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is recorded beside the hyperparameters and the loss; each costs a pass over memory."""

    grad_norm: bool = False
    checksum: bool = False
    steps: int | None = None
    """After so many steps of an optimizer the process ends, and is done."""


@dataclass(slots=True)
class _Traced:
    """One optimizer of the script, and the step that it is in."""

    number: int
    groups: Callable[[], Groups]
    framework: str
    stepped_once: Callable[[], None]
    step: int = 0
    values: Sequence[dict[str, float]] = ()
    norm: float | None = None
    losses_before: int = 0


class Recorder:
    """Watches steps and backward passes, and writes a line for each step.

    The loss of a step is the sum over the backward passes since the step before, so that an
    accumulated gradient has its whole loss; with a closure, it is the first that the closure saw.
    Optimizers that step after the same backward pass share its loss.
    """

    def __init__(self, open_file: Callable[[], TraceFile], wanted: Wanted) -> None:
        self._open_file = open_file
        self._wanted = wanted
        self.stepping: set[int] = set()
        self.known: WeakSet[Any] = WeakSet()
        # called before an optimizer's first step; what it returns is called after that
        self.on_new: Callable[[Groups], Callable[[], None]] = lambda _: lambda: None
        self.steps = 0
        self._start()

    def _start(self) -> None:
        self._process = os.getpid()
        self._file: TraceFile | None = None
        self._traced: WeakKeyDictionary[Any, _Traced] = WeakKeyDictionary()
        self._losses: list[float] = []
        self._seen = 0
        self._has_stepped = False

    def saw_backward(self, tensor: Tensor) -> None:
        """Note the loss that `backward` is called on, where it is one number."""
        if prod(tensor.shape) != 1:
            return
        if self._has_stepped:
            self._losses.clear()
            self._has_stepped = False
        self._losses.append(float(tensor.item()))
        self._seen += 1

    def before_step(self, optimizer: Any) -> None:
        """Note what the step will use, before a schedule or the step itself changes it."""
        if os.getpid() != self._process:  # forked: the parent's file is not ours to write
            self._start()
        traced = self._traced.get(optimizer)
        if traced is None:
            traced = self._traced[optimizer] = self._introduce(optimizer)
        if traced.step == self._wanted.steps:
            self._leave()
        groups = traced.groups()
        traced.values = hyperparameters(groups)
        traced.losses_before = self._seen
        if self._wanted.grad_norm:
            traced.norm = _norm(traced.framework, _gradients(groups))

    def after_step(self, optimizer: Any) -> None:
        """Write the line of the step."""
        traced = self._traced.get(optimizer)
        if traced is None:
            return
        traced.step += 1
        self.steps += 1
        if traced.step == 1:
            traced.stepped_once()
        record: dict[str, Any] = {
            "optimizer": traced.number,
            "step": traced.step,
            "groups": [
                {name: as_json(value) for name, value in group.items()} for group in traced.values
            ],
        }
        in_closure = self._seen - traced.losses_before
        if in_closure:
            record["loss"] = as_json(self._losses[-in_closure])
        elif self._losses:
            record["loss"] = as_json(sum(self._losses))
        self._has_stepped = True
        if self._wanted.grad_norm:
            # a closure has made the gradients only now
            norm = _norm(traced.framework, _gradients(traced.groups())) if in_closure else None
            record["grad_norm"] = as_json(traced.norm or 0.0 if norm is None else norm)
        if self._wanted.checksum:
            params = [param for group in traced.groups() for param in group["params"]]
            record["param_sum"] = as_json(_total(traced.framework, params))
            record["param_norm"] = as_json(_norm(traced.framework, params))
        self._write(record)

    def close(self, error: str | None) -> None:
        """Write how it ended, and close the file, if one was begun in this process."""
        if self._file is not None and os.getpid() == self._process:
            self._file.write({"end": error})
            self._file.close()
            self._file = None

    def _introduce(self, optimizer: Any) -> _Traced:
        groups = groups_of(optimizer)
        params = [list(group["params"]) for group in groups()]
        framework = next((backend_name(param) for group in params for param in group), None)
        name = framework or ""
        traced = _Traced(len(self._traced), groups, name, self.on_new(groups()))
        self._write(
            {
                "optimizer": traced.number,
                "class": typename(optimizer),
                "framework": name,
                "version": str(getattr(sys.modules.get(name), "__version__", "")),
                "groups": [
                    {"tensors": len(group), "elements": sum(prod(param.shape) for param in group)}
                    for group in params
                ],
            }
        )
        return traced

    def _leave(self) -> None:
        self.close(None)
        sys.stdout.flush()
        sys.stderr.flush()
        # Not by an exception: nothing of the script is to run on, or to save a half-trained model.
        os._exit(0)

    def _write(self, record: dict[str, Any]) -> None:
        if self._file is None:
            self._file = self._open_file()
        self._file.write(record)


def _gradients(groups: Groups) -> list[Tensor]:
    grads = [param.grad for group in groups for param in group["params"]]
    return [grad for grad in grads if grad is not None]


def _norm(framework: str, tensors: Sequence[Tensor]) -> float:
    xp = backend(framework)
    parts = [xp.vector_norm(_plain(xp, tensor)) for tensor in tensors]
    return sqrt(sum(part**2 for part in _numbers(xp, parts)))


def _total(framework: str, tensors: Sequence[Tensor]) -> float:
    xp = backend(framework)
    return sum(_numbers(xp, [_plain(xp, tensor).sum() for tensor in tensors]))


def _plain(xp: Any, tensor: Tensor) -> Tensor:
    tensor = tensor.detach()
    if getattr(tensor, "is_sparse", False) is True:
        tensor = tensor.to_dense()
    return tensor if xp.dtype(tensor) in _EXACT else xp.to_float32(tensor)


def _numbers(xp: Any, scalars: Sequence[Tensor]) -> list[float]:
    # One transfer for each device: a model's parts may lie on several.
    by_device: dict[str, list[Tensor]] = {}
    for scalar in scalars:
        device = str(scalar.place if hasattr(scalar, "place") else scalar.device)
        by_device.setdefault(device, []).append(scalar.reshape([1]))
    return [float(value) for parts in by_device.values() for value in xp.to_numpy(xp.cat(parts))]
