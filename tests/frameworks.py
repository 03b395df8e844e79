"""The frameworks as the tests see them: numpy in, numpy out, independent of `bridge.backends`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.generic]


class Framework:
    """One framework: makes its tensors and parameters, and reads them as arrays of our own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.module: Any = import_module(name)

    def __repr__(self) -> str:
        return self.name

    def tensor(self, array: Array) -> Any:
        """Make a tensor that shares no memory with `array`."""
        if self.name == "paddle":
            return self.module.to_tensor(array)
        return self.module.tensor(array.copy())

    def param(self, array: Array, *, requires_grad: bool = True) -> Any:
        """Make a parameter, as a layer of the framework would hold it."""
        if self.name != "paddle":
            return self.module.nn.Parameter(self.tensor(array), requires_grad)
        param = self.module.create_parameter(list(array.shape), str(array.dtype))
        param.set_value(array)
        param.stop_gradient = not requires_grad
        return param

    def require_grad(self, tensor: Any) -> None:
        """Make a tensor one that backward computes a gradient for."""
        if self.name == "paddle":
            tensor.stop_gradient = False
        else:
            tensor.requires_grad_()

    def set_grad(self, param: Any, array: Array | None) -> None:
        """Put a gradient beside the parameter, as backward would; None takes it away."""
        param.grad = None if array is None else self.tensor(array)

    def numpy(self, tensor: Any) -> Array:
        """Copy a tensor out; OneFlow's own `numpy()` shares memory with it."""
        array: Array = tensor.detach().numpy().copy()
        return array
