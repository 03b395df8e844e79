"""Each operation of the backend protocol against numpy, on every framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bridge.backends import backend

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.frameworks import Framework

_RANDOM = np.random.default_rng(2)
_A, _B = _RANDOM.standard_normal((2, 3, 4))

OPERATORS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("a + b", lambda a, b: a + b),
    ("a - b", lambda a, b: a - b),
    ("a * b", lambda a, b: a * b),
    ("a / b", lambda a, b: a / b),
    ("-a", lambda a, b: -a),  # noqa: ARG005 - the same call for every row
    ("a * 0.3", lambda a, b: a * 0.3),  # noqa: ARG005
    ("a / 0.3", lambda a, b: a / 0.3),  # noqa: ARG005
    ("a + 1e-8", lambda a, b: a + 1e-8),  # noqa: ARG005
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "operate"), OPERATORS, ids=[name for name, _ in OPERATORS])
def test_operators_equal_numpys(
    xp: Framework, name: str, operate: Callable[[Any, Any], Any], dtype: str
) -> None:
    del name
    a, b = _A.astype(dtype), _B.astype(dtype)
    result = xp.numpy(operate(xp.tensor(a), xp.tensor(b)))

    assert result.dtype == dtype
    # A number keeps float64 precision beside float64 tensors: 0.3 is not rounded to float32.
    assert result == pytest.approx(operate(a, b), rel=4 * float(np.finfo(dtype).eps))


def test_sqrt_equals_numpys(xp: Framework) -> None:
    result = xp.numpy(backend(xp.name).sqrt(xp.tensor(np.abs(_A))))

    assert result == pytest.approx(np.sqrt(np.abs(_A)), rel=1e-15)


def test_maximum_equals_numpys(xp: Framework) -> None:
    result = xp.numpy(backend(xp.name).maximum(xp.tensor(_A), xp.tensor(_B)))

    assert (result == np.maximum(_A, _B)).all()


@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 3)])
def test_zeros_like_keeps_shape_and_dtype(xp: Framework, shape: tuple[int, ...]) -> None:
    result = xp.numpy(backend(xp.name).zeros_like(xp.param(np.ones(shape, "f8"))))

    assert result.shape == shape
    assert result.dtype == "f8"
    assert not result.any()


def test_clone_shares_no_memory(xp: Framework) -> None:
    ops, original = backend(xp.name), xp.tensor(_A)
    copied = ops.clone(original)
    ops.assign(original, xp.tensor(_B))

    assert (xp.numpy(copied) == _A).all()


@pytest.mark.parametrize("shape", [(), (3, 4)])
def test_assign_writes_into_the_parameter_itself(xp: Framework, shape: tuple[int, ...]) -> None:
    ops, param = backend(xp.name), xp.param(np.ones(shape))
    alias = param.detach()
    with ops.no_grad():
        ops.assign(param, param * 0.5)

    assert (xp.numpy(param) == 0.5).all()
    assert (xp.numpy(alias) == 0.5).all()
    assert ops.is_leaf(param)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtypes_have_numpys_names(xp: Framework, dtype: str) -> None:
    assert backend(xp.name).dtype(xp.tensor(_A.astype(dtype))) == dtype


def test_what_was_computed_is_no_leaf(xp: Framework) -> None:
    ops, param = backend(xp.name), xp.param(_A)

    assert ops.is_leaf(param)
    assert not ops.is_leaf(param * 2)


def test_grad_reads_and_clears(xp: Framework) -> None:
    ops, param = backend(xp.name), xp.param(_A)
    assert ops.grad(param) is None
    xp.set_grad(param, _B)
    assert (xp.numpy(ops.grad(param)) == _B).all()
    ops.clear_grad(param, set_to_none=False)
    assert (xp.numpy(ops.grad(param)) == 0).all()
    ops.clear_grad(param, set_to_none=True)

    assert ops.grad(param) is None


def test_clearing_without_a_gradient_does_nothing(xp: Framework) -> None:
    ops, param = backend(xp.name), xp.param(_A)
    ops.clear_grad(param, set_to_none=False)

    assert ops.grad(param) is None


def test_gradients_are_off_and_on_again(xp: Framework) -> None:
    ops, param = backend(xp.name), xp.param(_A)
    with ops.no_grad():
        silent = param * 2
        with ops.enable_grad():
            heard = param * 2

    assert ops.is_leaf(silent)
    assert not ops.is_leaf(heard)


def test_to_numpy_shares_no_memory(xp: Framework) -> None:
    ops, tensor = backend(xp.name), xp.tensor(_A)
    array = ops.to_numpy(tensor)
    ops.assign(tensor, xp.tensor(_B))

    assert (array == _A).all()


def test_from_numpy_takes_dtype_from_the_other(xp: Framework) -> None:
    ops = backend(xp.name)
    result = ops.from_numpy(_A, like=xp.tensor(np.ones(1, "f4")))

    assert (xp.numpy(result) == _A.astype("f4")).all()
    assert xp.numpy(result).dtype == "f4"


def test_cast_takes_dtype_from_the_other(xp: Framework) -> None:
    result = backend(xp.name).cast(xp.tensor(_A), like=xp.tensor(np.ones(1, "f4")))

    assert xp.numpy(result).dtype == "f4"
