"""Run PyTorch's own tests of learning rate schedulers on bridge's, with any framework's parameters.

    python tools/pytorch_tests.py pytorch/test/optim/test_lrscheduler.py --backend paddle

The file is not part of this repository: take the one of the PyTorch release that bridge follows,
https://github.com/pytorch/pytorch/blob/v2.13.0/test/optim/test_lrscheduler.py. What its names of
torch stand for is exchanged: schedulers and optimizers are bridge's, and off torch the tensors,
parameters and layers are the framework's. `--plain` exchanges nothing and tests torch itself.

PyTorch's test helpers need one more package: pip install expecttest
"""

from __future__ import annotations

import argparse
import builtins
import re
import sys
import tempfile
import unittest
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import torch

from bridge import optim
from bridge.backends import BACKENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HELPERS = "torch.testing._internal.common_utils"


def main() -> int:
    """Run the file, and say by the exit code whether all of it passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, help="PyTorch's test_lrscheduler.py")
    parser.add_argument("--backend", choices=BACKENDS, default="torch")
    parser.add_argument("--plain", action="store_true", help="test torch itself, to compare")
    options = parser.parse_args()
    if options.plain and options.backend != "torch":
        parser.error(f"--plain tests torch itself, got --backend {options.backend}")
    module = loaded(options.file, {} if options.plain else exchanged(options.backend))
    result = unittest.TextTestRunner().run(
        unittest.defaultTestLoader.loadTestsFromTestCase(module.TestLRScheduler)
    )
    return 0 if result.wasSuccessful() and result.testsRun else 1


def loaded(file: Path, modules: Mapping[str, Any]) -> Any:
    """Execute the file, and answer its imports of these modules with what stands for them."""

    def importing(
        name: str, scope: Any = None, local: Any = None, names: Any = (), up: int = 0
    ) -> Any:
        # `import a.b as c` asks for a and takes its attribute; `from a.b import c` asks for a.b.
        asked = name if names else name.partition(".")[0]
        return modules.get(asked) or builtins.__import__(name, scope, local, names, up)

    source = file.read_text(encoding="utf-8")
    if modules:  # in place times a number: the frameworks take a tensor, or another name
        source = re.sub(r"(\w+)\.multiply_\(", r"torch.multiply_(\1, ", source)
    module = sys.modules[file.stem] = ModuleType(file.stem)  # pickle asks there
    vars(module)["__builtins__"] = {**vars(builtins), "__import__": importing}
    exec(compile(source, str(file), "exec"), vars(module))  # noqa: S102  # PyTorch's own tests
    return module


def exchanged(backend: str) -> dict[str, Any]:
    """Return what stands for torch's modules, by their names."""
    stand_in = STAND_INS[backend]()
    stand_in.optim = optim
    return {
        "torch": stand_in,
        "torch.nn": stand_in.nn,
        "torch.nn.functional": stand_in.nn.functional,
        "torch.optim": optim,
        "torch.optim.lr_scheduler": optim.lr_scheduler,
        "torch.optim.swa_utils": optim.swa_utils,
        HELPERS: helpers(stand_in),
    }


def of_torch() -> Any:
    return SimpleNamespace(**vars(torch), multiply_=torch.Tensor.multiply_)


def of_paddle() -> Any:
    paddle = import_module("paddle")

    def parameter(data: Any) -> Any:
        made = paddle.create_parameter(data.shape, "float32")
        made.set_value(data)
        return made

    def tensor(value: Any) -> Any:
        return paddle.to_tensor(value)

    nn = {"Conv2d": paddle.nn.Conv2D, "Module": paddle.nn.Layer, "Linear": paddle.nn.Linear}
    return SimpleNamespace(
        **made_by(paddle.rand, paddle.randn, paddle.zeros),
        Tensor=paddle.Tensor,
        tensor=tensor,
        as_tensor=tensor,
        arange=torch.arange,  # of epochs: numbers, whoever makes them
        multiply_=lambda data, factor: data.multiply_(paddle.to_tensor(factor, data.dtype)),
        nn=SimpleNamespace(**nn, Parameter=parameter, functional=paddle.nn.functional),
        **by_name(paddle.save, paddle.load),
    )


def of_oneflow() -> Any:
    oneflow = import_module("oneflow")

    return SimpleNamespace(
        **made_by(oneflow.rand, oneflow.randn, oneflow.zeros),
        Tensor=oneflow.Tensor,
        tensor=oneflow.tensor,
        as_tensor=oneflow.tensor,
        arange=torch.arange,
        multiply_=oneflow.Tensor.mul_,
        nn=oneflow.nn,
        **by_name(oneflow.save, oneflow.load),
    )


STAND_INS: Mapping[str, Callable[[], Any]] = {
    "torch": of_torch,
    "paddle": of_paddle,
    "oneflow": of_oneflow,
}


def made_by(rand: Any, randn: Any, zeros: Any) -> dict[str, Callable[..., Any]]:
    """Give a framework's makers of tensors torch's `requires_grad`, and sizes without brackets."""

    def like_torchs(make: Any) -> Callable[..., Any]:
        def made(*size: int, requires_grad: bool = False) -> Any:
            data = make(list(size))
            data.requires_grad = requires_grad
            return data

        return made

    return {"rand": like_torchs(rand), "randn": like_torchs(randn), "empty": like_torchs(zeros)}


def by_name(save: Any, load: Any) -> dict[str, Callable[..., Any]]:
    """Give a framework's save and load, which want a name, an open file: it holds the name."""

    def torchs_save(data: Any, file: Any) -> None:
        name = f"{tempfile.mkdtemp()}/saved"
        save(data, name)
        file.write(name.encode())

    def torchs_load(file: Any, *, weights_only: bool) -> Any:  # noqa: ARG001  # torch's option
        return load(file.read().decode())

    return {"save": torchs_save, "load": torchs_load}


def helpers(stand_in: Any) -> Any:
    """Return PyTorch's test helpers, which compare the framework's tensors as torch's."""
    theirs = import_module(HELPERS)

    def as_torch(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: as_torch(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(map(as_torch, value))
        return torch.tensor(value.numpy()) if isinstance(value, stand_in.Tensor) else value

    class TestCase(theirs.TestCase):  # type: ignore[misc,name-defined]
        def assertEqual(self, first: Any, second: Any, *rest: Any, **options: Any) -> None:  # noqa: N802
            super().assertEqual(as_torch(first), as_torch(second), *rest, **options)  # noqa: PT009

        def assertLessEqual(self, first: Any, second: Any, msg: Any = None) -> None:  # noqa: N802
            super().assertLessEqual(as_torch(first), as_torch(second), msg)  # noqa: PT009

    def assert_close(actual: Any, expected: Any, **options: Any) -> None:
        torch.testing.assert_close(as_torch(actual), as_torch(expected), **options)

    stand_in.testing = SimpleNamespace(assert_close=assert_close)
    return SimpleNamespace(**{**vars(theirs), "TestCase": TestCase})


if __name__ == "__main__":
    sys.exit(main())
