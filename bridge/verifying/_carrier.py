"""Inside a run of `optbridge verify`: give every run the original's initial state and draws.

The original writes what it has on a tape; the port, and the original once more, take it from
there. What cannot be carried is a line in the file of objections, beside the number of steps until
then: later losses say nothing.
"""

from __future__ import annotations

import os
import random
import sys
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet
from zlib import crc32

from bridge.backends import backend
from bridge.errors import TraceError
from bridge.verifying._draws import is_called_by, watch_draws
from bridge.verifying._tape import Record, Recording, Replaying
from bridge.verifying._tensors import MODULES, OPTIONAL, slots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bridge.backends._protocol import Tensor
    from bridge.verifying._tape import Array, Kind
    from bridge.verifying._tensors import Slot

SEED = 0

# By these a script may take a copy of the weights before it calls the model, to go back to them.
_GLIMPSES = ("state_dict", "parameters", "named_parameters")


class Carrier:
    """What stands between a script and its randomness."""

    def __init__(self, options: Mapping[str, Any], count_steps: Callable[[], int]) -> None:
        self._count_steps = count_steps
        self._framework: str = options["framework"]
        self._xp = backend(self._framework)
        self._numpy = import_module("numpy")
        tape = Path(options["tape"])
        self._is_nudged: bool = options["role"] == "nudged"
        self._tape = Recording(tape) if options["role"] == "original" else Replaying(tape)
        self._objections = Path(options["objections"])
        self._lost: set[str] = set()
        self._process = os.getpid()
        self._met: WeakSet[Any] = WeakSet()
        self._glimpsed = 0
        self._carried: dict[int, Tensor] = {}  # by identity, and kept alive for its sake

    def watch(self) -> None:
        """Look at all that the script will do with the framework from now on."""
        # A script that sets no seed of its own would not even repeat itself.
        random.seed(SEED)
        self._numpy.random.seed(SEED)
        module = sys.modules[self._framework]
        (module.seed if self._framework == "paddle" else module.manual_seed)(SEED)
        base = getattr(module.nn, MODULES[self._framework])
        self._watch_calls(base)
        for name in _GLIMPSES:
            self._watch_glimpses(base, name)
        watch_draws(self._framework, self)

    def _watch_calls(self, base: Any) -> None:
        original = base.__call__

        @wraps(original)
        def call(this: Any, *args: Any, **kwargs: Any) -> Any:
            # By now the model is complete, and no optimizer has stepped yet.
            if this not in self._met:
                self.meet(this)
            return original(this, *args, **kwargs)

        base.__call__ = call

    def _watch_glimpses(self, base: Any, name: str) -> None:
        original = getattr(base, name)

        @wraps(original)
        def glimpse(this: Any, *args: Any, **kwargs: Any) -> Any:
            if this not in self._met and not is_called_by(self._framework, "bridge"):
                self._carry(this, "glimpse")
            return original(this, *args, **kwargs)

        setattr(base, name, glimpse)

    def meet(self, model: Any) -> None:
        """Give a model that is called for the first time the original's initial state."""
        self._met.update(layer for _, layer in model.named_modules())
        found = self._carry(model, "weights")
        self._carried |= {id(slot.tensor): slot.tensor for slot in found}

    def _carry(self, model: Any, kind: Kind) -> list[Slot]:
        found = [
            slot for slot in slots(model, self._framework) if id(slot.tensor) not in self._carried
        ]
        # a loss or an activation has nothing to carry
        if not any(slot.is_parameter for slot in found):
            return []
        own = {slot.key: self._array(slot.tensor, slot.is_transposed) for slot in found}
        is_known = kind == "glimpse" and self._is_known(own)
        taken = self._exchange(kind, type(model).__name__, {} if is_known else own)
        if taken is None:
            return found
        if kind == "weights":
            self._compare_layouts(type(model).__name__, taken, own)
        for slot in found:
            if slot.key in taken and taken[slot.key].shape == own[slot.key].shape:
                value = taken[slot.key].T if slot.is_transposed else taken[slot.key]
                if self._is_nudged and slot.is_parameter and value.dtype.kind == "f":
                    value = self._numpy.nextafter(value, value.dtype.type("inf"))
                self._write(slot.tensor, value)
        return found

    def _is_known(self, arrays: Mapping[str, Array]) -> bool:
        # What has not changed since the last look is not written again: it may be large.
        before, self._glimpsed = self._glimpsed, 0
        for array in arrays.values():
            self._glimpsed = crc32(self._numpy.asarray(array, order="C"), self._glimpsed)
        return before == self._glimpsed

    def _compare_layouts(
        self, name: str, original: Mapping[str, Array], own: Mapping[str, Array]
    ) -> None:
        odd = [key for key in own.keys() - original.keys() if _matters(key)]
        lacking = [key for key in original.keys() - own.keys() if _matters(key)]
        if odd or lacking:
            self._object(
                "weights",
                f"{name} has other tensors than the original's: "
                f"{_named(odd, 'only here')}{'; ' if odd and lacking else ''}"
                f"{_named(lacking, 'only there')}",
            )
        for key in sorted(own.keys() & original.keys()):
            if own[key].shape != original[key].shape:
                self._object(
                    "weights",
                    f"{name}'s {key} has the shape {own[key].shape}, "
                    f"the original's {original[key].shape}",
                )

    def introduced(self, groups: Iterable[Mapping[str, Any]]) -> Callable[[], None]:
        """Look at what an optimizer will step that belongs to no model which was called so far.

        What is returned is to be called after its first step.
        """
        params = [param for group in groups for param in group["params"]]
        loose = [param for param in params if id(param) not in self._carried]
        own = {str(index): self._array(param) for index, param in enumerate(loose)}
        taken = self._exchange("optimizer", "", own) if loose else None
        is_equal = taken is None or self._is_nudged or self._equal(taken, own)

        def check() -> None:
            # A closure calls the model only within the step.
            if not (is_equal or all(id(param) in self._carried for param in loose)):
                self._object(
                    "optimizer",
                    "an optimizer steps weights that begin otherwise than the original's, and no "
                    "model that holds them was called before",
                )

        return check

    def drew(self, family: str, tensor: Tensor) -> None:
        """Give a tensor that was drawn the original's values."""
        own = self._array(tensor)
        taken = self._exchange("draw", family, {"": own})
        if taken is not None and self._is_same("draw", f"a {family} tensor", taken[""], own):
            self._write(tensor, taken[""])

    def kept(self, mask: Array) -> Array:
        """Return the entries that the original's dropout kept."""
        taken = self._exchange("mask", "", {"": mask})
        if taken is not None and self._is_same("mask", "a dropout", taken[""], mask):
            return taken[""]
        return mask

    def shuffled(self, order: list[int]) -> list[int]:
        """Return the order in which the original's loader went."""
        own = self._numpy.array(order, dtype="int64")
        taken = self._exchange("order", "", {"": own})
        if taken is not None and self._is_same("order", "a shuffled order", taken[""], own):
            indices: list[int] = taken[""].tolist()
            return indices
        return order

    def cannot_carry(self, name: str) -> None:
        """Object to randomness that no other framework could repeat."""
        self._object(name, f"it calls {name}, which draws what cannot be carried")

    def _exchange(
        self, kind: Kind, label: str, arrays: Mapping[str, Array]
    ) -> Mapping[str, Array] | None:
        if kind in self._lost:
            return None
        if os.getpid() != self._process:
            self._object(kind, "a process that it forked draws at random")
            return None
        try:
            taken = self._tape.exchange(Record(kind, label, arrays))
        except TraceError as error:
            self._object(kind, str(error))
            return None
        except OSError as error:
            self._object(kind, f"the tape cannot be written: {error.strerror}")
            return None
        if taken is not None and kind == "draw" and taken.label != label:
            self._object(kind, f"it draws a {label} tensor where the original draws {taken.label}")
            return None
        return None if taken is None else taken.arrays

    def _is_same(self, kind: Kind, what: str, original: Array, own: Array) -> bool:
        if original.shape == own.shape:
            return True
        self._object(
            kind, f"it draws {what} of shape {own.shape} where the original's is {original.shape}"
        )
        return False

    def _equal(self, original: Mapping[str, Array], own: Mapping[str, Array]) -> bool:
        return original.keys() == own.keys() and all(
            self._numpy.array_equal(original[key], own[key]) for key in own
        )

    def _object(self, kind: str, text: str) -> None:
        if kind not in self._lost:
            self._lost.add(kind)
            if kind == "glimpse":  # for the model itself there will be another time
                return
            with self._objections.open("a", encoding="utf-8") as file:
                file.write(f"{self._count_steps()} {text}\n")

    def _array(self, tensor: Tensor, is_transposed: bool = False) -> Array:
        array = self._xp.to_numpy(self._xp.clone(tensor))
        return array.T if is_transposed else array

    def _write(self, tensor: Tensor, array: Array) -> None:
        whole = self._numpy.array(array, order="C")
        with self._xp.no_grad():
            self._xp.assign(tensor, self._xp.from_numpy(whole, tensor))


def _matters(key: str) -> bool:
    return key.rpartition(".")[2] not in OPTIONAL


def _named(keys: list[str], where: str) -> str:
    return f"{', '.join(sorted(keys))} {where}" if keys else ""
