"""Methods and attributes of tensors, modules and loaders.

https://docs.pytorch.org/docs/2.13/tensors.html
https://docs.pytorch.org/docs/2.13/generated/torch.nn.Module.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/Tensor_en.html
https://oneflow.readthedocs.io/en/v0.9.0/tensor.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from codemods.api import amp, edges
from codemods.api._model import Api, call, function, signature, value
from codemods.api.edges import noted
from codemods.api.functions import POWER
from codemods.api.rewrites import device_or_dtype, number, only_tensor, whole

if TYPE_CHECKING:
    from codemods.api._model import Members, Rows

# Methods of a tensor that take no argument and give a tensor.
_PLAIN = (
    "abs", "exp", "log", "sqrt", "rsqrt", "square", "sin", "cos", "tanh", "sigmoid", "sign",
    "floor", "ceil", "round", "isnan", "neg", "float", "double", "half", "int", "long", "bool",
    "detach", "clone", "contiguous", "t", "cpu", "all", "any",
)  # fmt: skip
_REDUCED = {name: call("dim, keepdim") for name in ("sum", "mean", "argmax", "argmin")}

TENSOR: Final[Rows] = {
    **{name: call("") for name in _PLAIN},
    **_REDUCED,
    **{name: value("tensor") for name in ("T",)},
    **{name: replace(value("tensor"), is_writable=True) for name in ("grad", "data")},
    **{name: value() for name in ("shape", "ndim", "dtype", "device", "is_cuda")},
    "requires_grad": replace(value(), is_writable=True),
    "backward": call("/gradient, |, retain_graph", "value"),
    **{name: call("/other") for name in ("maximum", "minimum", "dot")},
    **{name: call("") for name in ("logical_not", "reciprocal", "isinf", "log1p", "erf")},
    **{name: call("") for name in ("nonzero", "expm1")},
    "is_floating_point": call("", "value"),
    "element_size": call("", "value"),
    "is_contiguous": call("", "value"),
    "flip": call("/dims"),
    "tril": call("/diagonal"),
    "triu": call("/diagonal"),
    "roll": call("/shifts, /dims"),
    "narrow": call("/dim, /start, /length"),
    "unbind": call("dim", "tensors"),
    "masked_select": call("/mask"),
    "logsumexp": call("/dim"),
    "swapaxes": call("/axis0, /axis1"),
    "new_zeros": call("*size, |, dtype, device"),
    "new_ones": call("*size, |, dtype, device"),
    "new_full": call("/size, /fill_value"),
    "clamp_": call("min, max", "itself"),
    "uniform_": call("/low, /high", "itself"),
    "normal_": call("mean, std", "itself"),
    "masked_fill_": call("/mask, /value", "itself"),
    "index_add_": call("/dim, /index, /source", "itself"),
    "item": call("", "value"),
    "numpy": call("", "value"),
    "tolist": call("", "value"),
    "size": call("/dim", "value"),
    "dim": call("", "value"),
    "numel": call("", "value"),
    "to": call("/target, |, device, dtype, non_blocking"),
    "cuda": call("|, ~non_blocking"),
    "max": call(""),
    "min": call(""),
    "std": call(""),
    "var": call(""),
    "eq": call("/other"),
    "ne": call("/other"),
    "topk": call("k, dim, largest", "pair of tensors"),
    "expand_as": call("/other"),
    "view_as": call("/other"),
    "type_as": call("/other"),
    "amax": call("dim, keepdim"),
    "amin": call("dim, keepdim"),
    "prod": call(""),
    "index_select": call("/dim, /index"),
    "norm": replace(call("p, dim, keepdim"), values={"dim": whole}, only={"p": (2,)}),
    "view": call("*shape"),
    "reshape": call("*shape"),
    "permute": call("*dims"),
    "expand": call("*size"),
    "repeat": call("*repeats"),
    "transpose": call("dim0, dim1"),
    "flatten": call("start_dim, end_dim"),
    "squeeze": call("dim"),
    "unsqueeze": call("dim"),
    "chunk": call("chunks, dim", "tensors"),
    "softmax": call("dim"),
    "log_softmax": call("dim"),
    "relu": call(""),
    "clamp": call("min, max"),
    "pow": call("/exponent"),
    "cumsum": call("dim"),
    "matmul": call("/other"),
    "mm": call("/mat2"),
    "bmm": call("/mat2"),
    "masked_fill": call("/mask, /value"),
    "gather": call("/dim, /index"),
    "requires_grad_": call("requires_grad", "itself"),
    "zero_": call("", "itself"),
    "fill_": call("/value", "itself"),
    "copy_": call("/src", "itself", note="no gradient flows through it, as it does in torch"),
}

MODULE: Final[Rows] = {
    **{name: call("", "itself") for name in ("eval", "cpu", "cuda", "float", "double")},
    "training": value(),
    "forward": call("*args", "unknown"),
    "train": call("mode", "itself"),
    "to": call("/target, |, device, dtype, ~non_blocking", "itself"),
    "parameters": call("", "tensors"),
    "named_parameters": call("", "named tensors"),
    "modules": call("", "modules"),
    "named_modules": call("", "named modules"),
    "children": call("", "modules"),
    "named_children": call("", "named modules"),
    "state_dict": call("", "state"),
    "load_state_dict": replace(call("/state_dict, strict"), is_statement=True),
    "zero_grad": call("set_to_none", "value"),
    "requires_grad_": call("requires_grad", "itself"),
    "apply": call("/fn", "itself"),
    "register_forward_pre_hook": call("/hook", "value"),
    "register_forward_hook": call("/hook", "value"),
    "buffers": call("", "tensors"),
    "named_buffers": call("", "named tensors"),
    "register_buffer": call("name, tensor, persistent", "value"),
    "register_parameter": call("name, /param", "value"),
    "add_module": call("name, /module", "value"),
}

LOADER: Final[Rows] = {"dataset": value("unknown")}

_PADDLE_TENSOR: Final[Rows] = {
    "numpy": call("", "value", note="Paddle copies the tensor; torch's array shares its memory"),
    "numel": Api(signature(""), "size", "value", is_property=True),
    # Without a call it is what the port writes for numel.
    "size": replace(call("/dim", "value"), is_value=True),
    "ne": replace(call("/other"), values={"other": only_tensor}),
    "pow": replace(
        call("/exponent"), values={"exponent": whole}, otherwise=call("/exponent", note=POWER)
    ),
    **{
        name: replace(call("/other"), values={"other": only_tensor})
        for name in ("lt", "le", "gt", "ge")
    },
    **{
        name: replace(call("/other", "itself"), values={"other": number}, to="scale_")
        for name in ("mul_",)
    },
    "norm": replace(call("p, dim, keepdim"), values={"dim": whole}, only={"p": (1, 2)}),
    **{name: call("") for name in ("isfinite", "ravel")},
    **{name: call("", "itself") for name in ("detach_", "exp_", "sqrt_")},
    **{name: call("/dim", "itself") for name in ("squeeze_", "unsqueeze_")},
    "outer": call("/vec2"),
    "lerp": call("/end, /weight"),
    "repeat_interleave": call("/repeats, dim"),
    "remainder": call("/other"),
    "relu": function("", "paddle.nn.functional.relu"),
    "log_softmax": function("dim=axis", "paddle.nn.functional.log_softmax"),
    # Paddle's own return values only; its module for torch's meaning returns indices as well.
    **{
        name: replace(
            call(""),
            otherwise=function("dim, keepdim", f"paddle.compat.{name}", "pair of tensors"),
        )
        for name in ("max", "min")
    },
    "sort": function("dim, descending", "paddle.compat.sort", "pair of tensors"),
    "split": function("/split_size_or_sections, dim", "paddle.compat.split", "tensors"),
}
_ONEFLOW_TENSOR: Final[Rows] = {
    "numpy": call("", "value", note="OneFlow copies the tensor; torch's array shares its memory"),
    "to": call("/target, |, device, dtype, ~non_blocking"),
    **{name: call("/other") for name in ("lt", "le", "gt", "ge", "mul", "div")},
    "add": call("/other, |, alpha"),
    "sub": call("/other"),
    **{name: call("/other", "itself") for name in ("mul_", "div_")},
    **{name: call("/other, |, alpha", "itself") for name in ("add_", "sub_")},
    "topk": function("k, dim, largest", "oneflow.topk", "pair of tensors"),
    **{
        name: replace(call(""), otherwise=call("dim, keepdim", "pair of tensors"))
        for name in ("max", "min")
    },
    "split": call("/split_size_or_sections, dim", "tensors"),
}
# torch gives iterators, Paddle lists.
_PADDLE_MODULE: Final[Rows] = {
    "register_forward_hook": call("/hook", "value", "register_forward_post_hook"),
    "to": replace(MODULE["to"], values={"target": device_or_dtype}),
    **{name: replace(MODULE[name], is_list=True) for name in ("parameters", "buffers")},
}
_ONEFLOW_MODULE: Final[Rows] = {
    # OneFlow's give no handle to take the hook away by.
    **{
        name: replace(MODULE[name], is_statement=True)
        for name in ("register_forward_hook", "register_forward_pre_hook")
    },
    "zero_grad": replace(call("set_to_none", "value"), written={"set_to_none": "True"}),
}

PADDLE: Final[Members] = {
    "tensor": noted({**TENSOR, **_PADDLE_TENSOR}, edges.PADDLE),
    "module": {**MODULE, **_PADDLE_MODULE},
    "loader": LOADER,
    "scaler": amp.SCALER,
}
ONEFLOW: Final[Members] = {
    "tensor": noted({**TENSOR, **_ONEFLOW_TENSOR}, edges.ONEFLOW),
    "module": {**MODULE, **_ONEFLOW_MODULE},
    "loader": LOADER,
    "scaler": {},
}
