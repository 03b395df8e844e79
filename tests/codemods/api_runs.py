"""Run a piece of torch code and its port on the same numbers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import numpy as np

from codemods.engine import port
from codemods.model import Options
from tests.codemods.api_cases import INPUTS
from tests.rewriting import PATH

if TYPE_CHECKING:
    from codemods.model import FileResult, Target
    from tests.frameworks import Array, Framework

    Outcome = tuple[list[Any], dict[str, Array]]

# Paddle's have cells and an `RNN` inside, with the same parameters once more.
RECURRENT = {"paddle": ("LSTM", "GRU", "SimpleRNN")}
HEADER = """\
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset


"""


def inputs_of(code: str) -> list[str]:
    """Return which of the inputs a piece of code names."""
    words = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    return [name for name in INPUTS if name in words]


def program(code: str, names: list[str]) -> str:
    """Return a script with a function `case` of tensors that does what the code says."""
    *lines, last = code.splitlines()
    parameters = ", ".join(f"{name}: torch.Tensor" for name in names)
    body = "".join(f"    {line}\n" for line in (*lines, f"return {last}"))
    return f"{HEADER}def case({parameters}):\n{body}"


def ported(text: str, target: Target) -> FileResult:
    return port(text.encode(), PATH, Options(target))


class Runner:
    """Runs programs on one framework; `sync` gives modules torch's parameters."""

    def __init__(self, xp: Framework, weights: list[Array] | None = None) -> None:
        self.xp = xp
        self.given = weights
        self.weights: list[Array] = []

    def run(self, text: str, names: list[str]) -> Outcome:
        """Return what `case` gives for the inputs, and the gradients of a sum of it."""
        scope: dict[str, Any] = {"sync": self.sync, "__name__": "case"}
        exec(compile(text, "case", "exec"), scope)  # noqa: S102  # the code under test
        tensors = {name: self._tensor(name) for name in names}
        result = scope["case"](**tensors)
        gradients = {}
        loss = self._loss(result)
        if loss is not None:
            loss.backward()
            gradients = {
                name: self.xp.numpy(t.grad) for name, t in tensors.items() if t.grad is not None
            }
        return list(self._flat(result)), gradients

    def sync(self, module: Any) -> Any:
        """Give a module the parameters that it has on torch, or remember torch's."""
        random = np.random.default_rng(3)
        for layer in self._layers(module):
            for tensor in self._parameters(layer):
                is_turned = self.xp.name == "paddle" and type(layer).__name__ == "Linear"
                shape = tuple(tensor.shape)
                value = random.standard_normal(shape[::-1] if is_turned else shape).astype("f4")
                self._write(tensor, np.ascontiguousarray(value.T) if is_turned else value)
        return module

    def _parameters(self, layer: Any) -> list[Any]:
        if type(layer).__name__ in RECURRENT.get(self.xp.name, ("LSTM", "GRU", "RNN")):
            return [tensor for _, tensor in layer.named_parameters()]
        found = [getattr(layer, name, None) for name in ("weight", "bias")]
        return [tensor for tensor in found if tensor is not None]

    def _layers(self, module: Any) -> list[Any]:
        return [layer for _, layer in module.named_modules()] if hasattr(module, "train") else []

    def _write(self, tensor: Any, value: Array) -> None:
        if self.xp.name == "paddle":
            tensor.set_value(value)
        else:
            tensor.data.copy_(self.xp.tensor(value))

    def _tensor(self, name: str) -> Any:
        tensor = self.xp.tensor(INPUTS[name])
        if INPUTS[name].dtype == np.float32 and name not in ("bits", "weight"):
            if self.xp.name == "paddle":
                tensor.stop_gradient = False
            else:
                tensor.requires_grad_()
        return tensor

    def _loss(self, result: Any) -> Any:
        parts = [t for t in self._tensors(result) if self._is_trained(t)]
        if not parts:
            return None
        random = np.random.default_rng(4)
        total = None
        for part in parts:
            shape = tuple(part.shape)
            scale = self.xp.tensor(
                random.standard_normal(shape).astype(str(self.xp.numpy(part).dtype))
            )
            term = (part * scale).sum()
            total = term if total is None else total + term
        return total

    def _is_trained(self, tensor: Any) -> bool:
        # Paddle cannot multiply float16 on a CPU.
        if str(self.xp.numpy(tensor).dtype) not in ("float32", "float64"):
            return False
        return not tensor.stop_gradient if self.xp.name == "paddle" else tensor.requires_grad

    def _is_tensor(self, value: Any) -> bool:
        return isinstance(value, self.xp.module.Tensor)

    def _tensors(self, result: Any) -> list[Any]:
        if self._is_tensor(result):
            return [result]
        if isinstance(result, list | tuple):
            return [t for item in result for t in self._tensors(item)]
        return []

    def _flat(self, result: Any) -> Any:
        if self._is_tensor(result):
            yield self.xp.numpy(result)
        elif isinstance(result, list | tuple):
            for item in result:
                yield from self._flat(item)
        else:
            yield result
