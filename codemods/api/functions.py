"""torch.* and torch.nn.functional: functions of tensors, and the dtypes.

https://docs.pytorch.org/docs/2.13/torch.html
https://docs.pytorch.org/docs/2.13/nn.functional.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/Overview_en.html
https://oneflow.readthedocs.io/en/v0.9.0/oneflow.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from codemods.api._model import Api, call, value
from codemods.api.rewrites import (
    floating,
    last_axis,
    no_integer,
    no_number,
    no_shape,
    not_negative,
    only_tensor,
    transposed,
    whole,
)

if TYPE_CHECKING:
    from codemods.api._model import Rows

DRAWS: Final = "the same seed gives other random numbers than in torch"
_DTYPES = (
    "bfloat16", "float16", "float32", "float64", "half", "float", "double", "int8", "uint8",
    "int32", "int64", "int", "long", "bool",
)  # fmt: skip
# Functions of one tensor, entry by entry.
_ENTRYWISE = (
    "abs", "exp", "log", "sqrt", "rsqrt", "square", "sin", "cos", "tanh", "sigmoid", "sign",
    "floor", "ceil", "round", "isnan", "neg", "tan", "sinh", "cosh", "atan", "log1p", "log2",
    "log10", "expm1", "erf", "reciprocal", "isinf", "isfinite", "logical_not",
)  # fmt: skip
# Functions of two tensors, entry by entry.
_PAIRWISE = (
    "minimum", "maximum", "eq", "ne", "gt", "ge", "lt", "le", "logical_and", "logical_or", "atan2",
)  # fmt: skip


def _handed_on(text: str, to: str = "") -> Api:
    """Return the row of a function that is also used as a value: `activation=F.relu`."""
    return replace(call(text, to=to), is_value=True)


_TENSOR: Final = call("*data")

SHARED: Final[Rows] = {
    **{name: value("dtype") for name in _DTYPES},
    **{name: _handed_on("/input") for name in _ENTRYWISE},
    **{name: call("/input, /other") for name in _PAIRWISE},
    **dict.fromkeys(("FloatTensor", "LongTensor"), _TENSOR),
    "Tensor": replace(_TENSOR, is_value=True),
    "dtype": Api(is_type=True),
    "is_floating_point": call("/input", "value"),
    "as_tensor": call("/data, |, dtype"),
    "empty_like": call("/input, |, dtype, device, ~memory_format"),
    "narrow": call("/input, /dim, /start, /length"),
    "Size": value("unknown"),
    "all": call("/input"),
    "any": call("/input"),
    "prod": call("/input"),
    "dot": call("/input, /tensor"),
    "diag": call("/input"),
    "tril": call("/input, diagonal"),
    "triu": call("/input, diagonal"),
    "permute": call("/input, /dims"),
    "reshape": call("/input, /shape"),
    "flip": call("/input, /dims"),
    "roll": call("/input, /shifts, /dims"),
    "tile": call("/input, /dims"),
    "unbind": call("/input, dim", "tensors"),
    "concat": call("/tensors, dim"),
    "vstack": call("/tensors"),
    "hstack": call("/tensors"),
    "meshgrid": call("*tensors, |, !indexing", "tensors"),
    "gather": call("/input, /dim, /index"),
    "index_select": call("/input, /dim, /index"),
    "masked_select": call("/input, /mask"),
    "scatter": call("/input, /dim, /index, /src"),
    "nonzero": call("/input"),
    "unique": call("/input"),
    "logsumexp": call("/input, /dim"),
    "addmm": call("/input, /mat1, /mat2"),
    "baddbmm": call("/input, /batch1, /batch2"),
    "std": call("/input"),
    "var": call("/input"),
    "norm": call("/input, |, p, dim"),
    "randn_like": call("/input"),
    "full_like": call("/input, /fill_value"),
    "empty": call("*size, |, dtype, device"),
    "randint": call("/!low, /!high, /!size, |, dtype, device"),
    "relu": _handed_on("/input"),
    "softmax": call("/input, dim"),
    "clamp": call("/input, min, max"),
    "pow": call("/input, /exponent"),
    "matmul": call("/input, /other"),
    "mm": call("/input, /mat2"),
    "bmm": call("/input, /mat2"),
    "sum": call("/input, dim, keepdim"),
    "mean": call("/input, dim, keepdim"),
    "topk": call("/input, k, dim", "pair of tensors"),
    "multinomial": call("/input, num_samples, replacement", note=DRAWS),
    "chunk": call("/input, chunks, dim", "tensors"),
    "einsum": call("/equation, *operands"),
    "argmax": call("/input, dim, keepdim"),
    "argmin": call("/input, dim, keepdim"),
    "cumsum": call("/input, dim"),
    "cat": call("/tensors, dim"),
    "stack": call("/tensors, dim"),
    "flatten": call("/input, start_dim, end_dim"),
    "unsqueeze": call("/input, dim"),
    "squeeze": call("/input, dim"),
    "transpose": call("/input, dim0, dim1"),
    "where": call("/condition, /input, /other"),
    "zeros_like": call("/input, |, dtype, device, ~memory_format"),
    "ones_like": call("/input, |, dtype, device, ~memory_format"),
    "tensor": call("/data, |, dtype, device, requires_grad"),
    "from_numpy": call("/ndarray"),
    "zeros": call("*size, |, dtype, device, requires_grad"),
    "ones": call("*size, |, dtype, device, requires_grad"),
    "full": call("/size, /fill_value, |, dtype, device"),
    "eye": call("/n, /m, |, dtype, device"),
    "arange": call("/start, /end, /step, |, dtype, device"),
    "linspace": call("/start, /end, steps, |, device"),
    "randn": call("*size, |, dtype, device, requires_grad"),
    "rand": call("*size, |, dtype, device, requires_grad"),
    "randperm": call("/n"),
    "is_tensor": call("/obj", "value"),
    **{f"nn.functional.{name}": _handed_on("/input") for name in ("tanh", "sigmoid", "silu")},
    "nn.functional.relu": _handed_on("/input, inplace"),
    "nn.functional.gelu": _handed_on("/input"),
    "nn.functional.leaky_relu": _handed_on("/input, negative_slope"),
    "nn.functional.softplus": _handed_on("/input"),
    "nn.functional.softmax": _handed_on("/input, dim"),
    "nn.functional.log_softmax": _handed_on("/input, dim"),
    "nn.functional.dropout": _handed_on("/input, p, training"),
    "nn.functional.linear": call("/input, weight, bias"),
    "nn.functional.glu": call("/input"),
    "nn.functional.selu": _handed_on("/input"),
    "nn.functional.logsigmoid": _handed_on("/input"),
    "nn.functional.max_pool1d": call("/input, kernel_size, stride, padding"),
    "nn.functional.normalize": call("/input, p, dim, eps"),
    "nn.functional.embedding": call("/input, /weight"),
    "nn.functional.elu": _handed_on("/input, alpha"),
    "nn.functional.relu6": _handed_on("/input"),
    "nn.functional.mish": _handed_on("/input"),
    "nn.functional.avg_pool2d": call("/input, kernel_size, stride, padding"),
    "nn.functional.adaptive_avg_pool2d": call("/input, output_size"),
    "nn.functional.conv1d": call("/input, weight, bias, stride, padding, dilation, groups"),
    "nn.functional.conv2d": call("/input, weight, bias, stride, padding, dilation, groups"),
    "nn.functional.cosine_similarity": call("/x1, /x2, dim"),
    "nn.functional.layer_norm": call("/input, normalized_shape, weight, bias, eps"),
    "nn.functional.pad": call("/input, pad, mode, value"),
    "nn.functional.interpolate": call("/input, size, scale_factor, mode, align_corners"),
    "nn.functional.max_pool2d": _handed_on("/input, kernel_size, stride, padding"),
    "nn.functional.mse_loss": _handed_on("/input, /target, |, reduction"),
    "nn.functional.l1_loss": _handed_on("/input, /target, |, reduction"),
    "nn.functional.cross_entropy": _handed_on(
        "/input, /target, |, weight, ignore_index, reduction, label_smoothing"
    ),
    "nn.functional.binary_cross_entropy": _handed_on("/input, /target, |, weight, reduction"),
    "nn.functional.binary_cross_entropy_with_logits": _handed_on(
        "/input, /target, |, weight, reduction, pos_weight"
    ),
}

# Paddle takes the last axis for the classes, torch axis 1.
CLASSES: Final = {"axis": "1"}
# torch's mean over a window counts the zeros around the edge.
PADDING: Final = {"exclusive": "False"}
# Measured: the mean weighs, the classes that are ignored, and the shape without a mean are others.
SMOOTHED: Final = {"label_smoothing": ("ignore_index", "reduction", "weight")}
IGNORED: Final = "the mean counts labels of -100, which torch leaves out"
POWER: Final = "an integer tensor to a power that is none stays an integer tensor"
IN_PLACE: Final = {
    "inplace": "Paddle's activations work out of place: inplace is dropped, and an input that is "
    "read again is reported where the file shows it"
}

_PAIR: Final = "pair of tensors"
_COPIES: Final = (
    "the data is copied; torch shares the memory of an array: a later write to either is not seen "
    "by the other"
)
_SHAPES: Final = (
    f"{_COPIES}; and a torch.Size is taken for its numbers, where torch makes a tensor of that size"
)

PADDLE: Final[Rows] = {
    **{
        name: replace(call("/input, /other"), values={"other": only_tensor})
        for name in ("ne", "gt", "ge", "lt", "le")
    },
    "nn.functional.nll_loss": _handed_on("/input, /target, |, weight, ignore_index, reduction"),
    **{
        name: replace(
            call("/input"), otherwise=call("/input, dim, keepdim", _PAIR, to=f"compat.{name}")
        )
        for name in ("max", "min")
    },
    "sort": call("/input, dim, descending", _PAIR, to="compat.sort"),
    "argsort": call("/input, *, dim=axis, descending"),
    **{
        name: replace(
            call("/data, *more", note=_SHAPES), values={"data": no_shape}, then=f".{dtype}()"
        )
        for name, dtype in (("FloatTensor", "float"), ("LongTensor", "long"))
    },
    "Tensor": replace(
        call("/data, *more", note=_SHAPES),
        values={"data": no_shape},
        then=".float()",
        is_value=True,
    ),
    "as_tensor": call("/data, |, dtype, device", note=_COPIES),
    "linspace": call("/start, /end, steps=num, |, device"),
    "rand_like": call("/input"),
    "nn.functional.hardtanh": call("/input"),
    "randint": call("/!low, /!high, /!size, |, dtype"),
    "nn.functional.linear": replace(call("/input, weight, bias"), values={"weight": transposed}),
    "outer": call("/input, /vec2"),
    "clone": call("/input"),
    "nn.functional.smooth_l1_loss": _handed_on("/input, /target, |, reduction"),
    "log_softmax": call("/input, *, !dim=axis", to="nn.functional.log_softmax"),
    "split": call("/tensor, /split_size_or_sections, dim", "tensors", to="compat.split"),
    "relu": _handed_on("/input", "nn.functional.relu"),
    "nn.functional.relu": replace(
        _handed_on("/input, ~inplace"),
        only={"inplace": (False,)},
        otherwise=replace(
            call("/input, ~!inplace", to="nn.functional.relu_"), only={"inplace": (True,)}
        ),
    ),
    "nn.functional.softmax": call("/input, *, !dim=axis"),
    "nn.functional.log_softmax": call("/input, *, !dim=axis"),
    "nn.functional.cross_entropy": replace(
        call("/input, /target, |, weight, ignore_index, reduction, label_smoothing", note=IGNORED),
        alone=SMOOTHED,
        values={"ignore_index": not_negative},
        written=CLASSES,
    ),
    "full": replace(
        call("/size, /fill_value, |, !dtype, device"),
        otherwise=replace(call("/size, /fill_value, |, device"), values={"fill_value": floating}),
    ),
    "pow": replace(
        call("/input, /exponent"),
        values={"exponent": whole},
        otherwise=call("/input, /exponent", note=POWER),
    ),
    "uint8": replace(value("dtype"), note="Paddle sums uint8 in uint8, torch in int64"),
    "nn.functional.dropout": _handed_on("/input, p, *, training"),
    "nn.functional.avg_pool2d": replace(
        call("/input, kernel_size, stride, padding"), written=PADDING
    ),
    "nn.functional.pad": replace(
        call("/input, pad, mode, value"),
        values={"pad": last_axis},
        otherwise=replace(
            call("/input, pad, mode, value"), written={"pad_from_left_axis": "False"}
        ),
    ),
    "nn.functional.interpolate": replace(
        call("/input, size, scale_factor, mode, align_corners"),
        values={"size": no_integer},
        only={"mode": ("nearest", "linear", "bilinear", "bicubic", "trilinear")},
    ),
    "from_numpy": call("/ndarray", note=_COPIES),
}

# OneFlow has these too, but not with every argument of the rows above.
ONEFLOW: Final[Rows] = {
    **{
        name: replace(_TENSOR, note=_COPIES, is_value=name == "Tensor")
        for name in ("FloatTensor", "LongTensor", "Tensor")
    },
    "as_tensor": call("/data, |, dtype", note=_COPIES),
    "from_numpy": call("/ndarray", note=_COPIES),
    **{
        name: replace(call("/input"), otherwise=call("/input, dim, keepdim", _PAIR))
        for name in ("max", "min")
    },
    "split": call("/tensor, /split_size_or_sections, dim", "tensors"),
    "nn.functional.one_hot": call("/tensor, num_classes"),
    "nn.functional.kl_div": call("/input, /target, |, !reduction"),
    "movedim": call("/input, /source, /destination"),
    "nn.functional.leaky_relu": call("/input, /!negative_slope"),
    "nn.functional.elu": call("/input, !alpha"),
    "where": replace(
        call("/condition, /input, /other"), values={"input": no_number, "other": no_number}
    ),
    "nn.functional.binary_cross_entropy": _handed_on("/input, /target, |, reduction"),
    "nn.functional.binary_cross_entropy_with_logits": _handed_on(
        "/input, /target, |, reduction, pos_weight"
    ),
}
