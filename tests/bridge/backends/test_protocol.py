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


METHODS: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = [
    ("a @ a.T", lambda a: a @ a.T, lambda a: a @ a.T),
    ("sum", lambda a: a.sum(), np.sum),
    ("abs and max", lambda a: a.abs().max(), lambda a: np.abs(a).max()),
    ("mean of rows", lambda a: a.mean(-1, keepdim=True), lambda a: a.mean(-1, keepdims=True)),
    ("mean of columns", lambda a: a.mean(-2, keepdim=True), lambda a: a.mean(-2, keepdims=True)),
    ("clip", lambda a: a.clip(-0.5, 0.5), lambda a: np.clip(a, -0.5, 0.5)),
    ("clip below", lambda a: a.clip(min=0.1), lambda a: np.maximum(a, 0.1)),
    ("clip above", lambda a: a.clip(max=0.1), lambda a: np.minimum(a, 0.1)),
    ("rsqrt", lambda a: (a * a).rsqrt(), lambda a: 1 / np.abs(a)),
    ("sign", lambda a: a.sign(), np.sign),
    ("flat", lambda a: a.reshape([-1])[3:7], lambda a: a.reshape(-1)[3:7]),
    ("one row", lambda a: a[..., :1, :], lambda a: a[..., :1, :]),
    ("0-d times all", lambda a: a * a.max(), lambda a: a * a.max()),
    ("a 0-d tensor's reshape", lambda a: a.sum().reshape([-1]), lambda a: a.sum().reshape(-1)),
]
"""Methods that formulas may call because every framework's tensors have them and mean the same."""


@pytest.mark.parametrize(
    ("name", "method", "numpys"), METHODS, ids=[name for name, _, _ in METHODS]
)
def test_shared_methods_equal_numpys(
    xp: Framework, name: str, method: Callable[[Any], Any], numpys: Callable[[Any], Any]
) -> None:
    del name
    result = xp.numpy(method(xp.tensor(_A)))

    assert result.shape == numpys(_A).shape
    assert result == pytest.approx(numpys(_A), rel=1e-14)


@pytest.mark.parametrize("order", [2.0, 1.0, 3.0, 0.5, 0.0, float("inf"), float("-inf")])
@pytest.mark.parametrize("shape", [(), (12,), (3, 4)])
def test_vector_norms_equal_numpys(xp: Framework, order: float, shape: tuple[int, ...]) -> None:
    array = _A.reshape(-1)[: int(np.prod(shape))].reshape(shape)
    result = backend(xp.name).vector_norm(xp.tensor(array), order)

    assert tuple(result.shape) == ()
    assert float(result) == pytest.approx(np.linalg.norm(array.reshape(-1), order), rel=1e-14)


def test_cat_joins_in_order(xp: Framework) -> None:
    result = backend(xp.name).cat([xp.tensor(_A[0]), xp.tensor(_B[0])])

    assert (xp.numpy(result) == np.concatenate([_A[0], _B[0]])).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bfloat16_rounds_to_the_nearest_even(xp: Framework, dtype: str) -> None:
    exact, half_above, half_below = 1.0, 1.0 + 2.0**-8, 1.0 + 3 * 2.0**-8
    array = np.asarray([exact, half_above, half_below, -0.3], dtype)
    result = xp.numpy(backend(xp.name).round_to_bfloat16(xp.tensor(array)))

    assert result.dtype == "float32"
    assert result.tolist() == [1.0, 1.0, 1.0 + 2.0**-6, -0.30078125]


def test_sqrt_equals_numpys(xp: Framework) -> None:
    result = xp.numpy(backend(xp.name).sqrt(xp.tensor(np.abs(_A))))

    assert result == pytest.approx(np.sqrt(np.abs(_A)), rel=1e-15)


def test_the_sign_of_nan_is_zero(xp: Framework) -> None:
    sign = backend(xp.name).sign(xp.tensor(np.array([-2.5, 0, np.nan, np.inf, 1e-30])))

    assert (xp.numpy(sign) == [-1, 0, 0, 1, 1]).all()


def test_the_norm_of_nothing_is_zero(xp: Framework) -> None:
    assert xp.numpy(backend(xp.name).vector_norm(xp.tensor(np.zeros((0, 3))))) == 0


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


def test_a_gradient_is_zeroed_then_taken_away(xp: Framework) -> None:
    ops, param = backend(xp.name), xp.param(_A)
    xp.set_grad(param, _B)
    ops.clear_grad(param, set_to_none=False)
    zeroed = xp.numpy(param.grad)
    ops.clear_grad(param, set_to_none=True)

    assert (zeroed == 0).all()
    assert param.grad is None


def test_clearing_without_a_gradient_does_nothing(xp: Framework) -> None:
    ops, param = backend(xp.name), xp.param(_A)
    ops.clear_grad(param, set_to_none=False)

    assert param.grad is None


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


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_to_float32_keeps_the_numbers(xp: Framework, dtype: str) -> None:
    wide = backend(xp.name).to_float32(xp.tensor(np.array([1.5, -2, 6e4], dtype)))

    assert xp.numpy(wide).dtype == "f4"
    assert (xp.numpy(wide) == [1.5, -2, 6e4]).all()


def test_cast_takes_dtype_from_the_other(xp: Framework) -> None:
    result = backend(xp.name).cast(xp.tensor(_A), like=xp.tensor(np.ones(1, "f4")))

    assert xp.numpy(result).dtype == "f4"


def test_views_are_the_vectors_own_parts(xp: Framework) -> None:
    vector, found = xp.tensor(np.arange(6.0, dtype="f4")), backend(xp.name)
    with found.no_grad():
        views: Any = found.views(vector, [1, 3, 2])
        found.assign(vector, vector * 2)
        found.assign(views[1], views[1] + 100)

    assert [xp.numpy(view).tolist() for view in views] == [
        [0.0],
        [102.0, 104.0, 106.0],
        [8.0, 10.0],
    ]
    assert xp.numpy(vector).tolist() == [0.0, 102.0, 104.0, 106.0, 8.0, 10.0]
