"""Small uses of torch's API, one line each: what the tables say is equal is run on both sides.

A case is the rows that it proves and an expression over the inputs below. `sync(module)` gives
the module the parameters that it has on torch. `BOTH` are the frameworks that have the rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from tests.codemods import api_lines, api_more
from tests.codemods.api_scripts import SCRIPTS

_RANDOM = np.random.default_rng(0)
_NORMAL = _RANDOM.standard_normal

INPUTS: Final = {
    "x": _NORMAL((4, 6)).astype("f4"),
    "y": _NORMAL((4, 6)).astype("f4"),
    "m": _NORMAL((6, 5)).astype("f4"),
    "rows": _NORMAL((32, 6)).astype("f4"),
    "image": _NORMAL((2, 3, 8, 8)).astype("f4"),
    "stack3": _NORMAL((2, 3, 4)).astype("f4"),
    "other3": _NORMAL((2, 4, 5)).astype("f4"),
    "positive": _RANDOM.uniform(0.1, 0.9, (4, 6)).astype("f4"),
    "bits": _RANDOM.integers(0, 2, (4, 6)).astype("f4"),
    "labels": np.array([1, 0, 5, 2]),
    "weight": _RANDOM.uniform(0.5, 2.0, 6).astype("f4"),
}
BOTH: Final = ("paddle", "oneflow")


@dataclass(frozen=True, slots=True)
class Case:
    """`rows` are names of torch, or `tensor.member`; `code` ends with what is compared."""

    rows: str
    code: str
    on: tuple[str, ...] = BOTH

    def __str__(self) -> str:
        return self.code if "\n" not in self.code else self.rows


_PLAIN_LAYERS = (
    "nn.Identity()", "nn.Tanh()", "nn.Sigmoid()", "nn.ReLU()", "nn.ReLU(inplace=False)",
    "nn.LeakyReLU()", "nn.LeakyReLU(0.2)", "nn.LeakyReLU(negative_slope=0.2)", "nn.SiLU()",
    "nn.Softplus()", "nn.Softplus(beta=2, threshold=10)", "nn.GELU()", "nn.Softmax(dim=1)",
    "nn.Softmax(-1)", "nn.LogSoftmax(dim=-1)", "nn.Dropout(0.3).eval()", "nn.Dropout(p=0.0)",
    "nn.Flatten()", "nn.Linear(6, 3)", "nn.Linear(6, 3, False)", "nn.Linear(6, 3, bias=True)",
    "nn.Linear(in_features=6, out_features=3, bias=bool(0))", "nn.LayerNorm(6)",
    "nn.LayerNorm([6], eps=1e-3)", "nn.LayerNorm(normalized_shape=6)",
)  # fmt: skip
_NORMS = (
    "nn.BatchNorm1d(6)", "nn.BatchNorm1d(6, 1e-3)", "nn.BatchNorm1d(6, eps=1e-3, momentum=0.25)",
    "nn.BatchNorm1d(6, 1e-3, 0.3)", "nn.BatchNorm1d(num_features=6).eval()",
)  # fmt: skip
_IMAGE_LAYERS = (
    "nn.Conv2d(3, 4, 3)", "nn.Conv2d(3, 4, kernel_size=3, stride=2, padding=1)",
    "nn.Conv2d(3, 6, (3, 1), 2, (1, 0), 1, 3, False)", "nn.Conv2d(3, 4, 3, dilation=2, bias=False)",
    "nn.MaxPool2d(2)", "nn.MaxPool2d(3, stride=2, padding=1)", "nn.AdaptiveAvgPool2d(1)",
    "nn.AdaptiveAvgPool2d((2, 2))", "nn.BatchNorm2d(3)",
    "nn.BatchNorm2d(3, eps=1e-3, momentum=0.2)",
    "nn.LayerNorm((8, 8), 1e-4)", "nn.Flatten(2)", "nn.Flatten(start_dim=1, end_dim=2)",
)  # fmt: skip
_LOSSES = (
    "nn.MSELoss()(x, y)", "nn.MSELoss(reduction='sum')(x, y)", "nn.L1Loss()(x, y)",
    "nn.L1Loss(reduction='none')(x, y)", "nn.BCELoss()(positive, bits)",
    "nn.BCELoss(reduction='sum')(positive, bits)", "nn.BCEWithLogitsLoss()(x, bits)",
    "nn.BCEWithLogitsLoss(pos_weight=weight)(x, bits)", "nn.CrossEntropyLoss()(x, labels)",
    "nn.CrossEntropyLoss(weight)(x, labels)", "nn.CrossEntropyLoss(ignore_index=5)(x, labels)",
    "nn.CrossEntropyLoss(weight=weight, reduction='sum')(x, labels)",
    "nn.NLLLoss()(F.log_softmax(x, dim=1), labels)",
    "nn.NLLLoss(weight=weight)(F.log_softmax(x, dim=1), labels)",
)  # fmt: skip
_FUNCTIONAL = (
    "F.tanh(x)", "F.sigmoid(x)", "F.silu(x)", "F.relu(x)", "F.gelu(x)", "F.leaky_relu(x, 0.3)",
    "F.softplus(x)",
    "F.softmax(x, 1)", "F.softmax(x, dim=-1)", "F.log_softmax(x, 1)", "F.log_softmax(x, dim=0)",
    "F.dropout(x, 0.5, False)", "F.dropout(x, p=0.3, training=False)", "F.max_pool2d(image, 2)",
    "F.max_pool2d(image, kernel_size=3, stride=2, padding=1)", "F.mse_loss(x, y)",
    "F.mse_loss(x, y, reduction='none')", "F.l1_loss(x, y)", "F.l1_loss(x, y, reduction='sum')",
    "F.cross_entropy(x, labels)", "F.cross_entropy(x, labels, weight=weight)",
    "F.cross_entropy(x, labels, reduction='none')", "F.cross_entropy(x, labels, ignore_index=1)",
    "F.binary_cross_entropy(positive, bits)",
    "F.binary_cross_entropy(positive, bits, reduction='sum')",
    "F.binary_cross_entropy_with_logits(x, bits)",
    "F.binary_cross_entropy_with_logits(x, bits, pos_weight=weight, reduction='none')",
    "F.relu(x, inplace=False)",
)  # fmt: skip
_PADDLE_ONLY = (
    "F.leaky_relu(x)", "F.leaky_relu(x, negative_slope=0.3)",
    "F.nll_loss(F.log_softmax(x, dim=1), labels)",
    "F.nll_loss(F.log_softmax(x, dim=1), labels, weight=weight, reduction='sum')",
    "F.binary_cross_entropy(positive, bits, weight=weight, reduction='sum')",
    "F.binary_cross_entropy_with_logits(x, bits, weight=weight)",
    "nn.BCELoss(weight)(positive, bits)", "nn.BCEWithLogitsLoss(weight, reduction='sum')(x, bits)",
    "torch.sort(x)", "torch.sort(x, dim=0, descending=True)", "x.sort()", "x.sort(dim=0)[1]",
    "x.sort(1, descending=True)",
)  # fmt: skip
_FUNCTIONS = (
    "abs(x)", "exp(x)", "log(positive)", "sqrt(positive)", "rsqrt(positive)", "square(x)", "sin(x)",
    "cos(x)", "tanh(x)", "sigmoid(x)", "sign(x)", "floor(x)", "ceil(x)", "round(x)", "isnan(x)",
    "neg(x)", "relu(x)", "softmax(x, 1)", "softmax(x, dim=0)", "clamp(x, -0.5, 0.5)",
    "clamp(x, min=0.1)", "clamp(x, max=0.1)", "pow(positive, 2)", "pow(positive, 0.5)",
    "matmul(x, m)", "mm(x, m)", "bmm(stack3, other3)", "sum(x)", "sum(x, 1)",
    "sum(x, dim=0, keepdim=True)", "mean(x)", "mean(x, -1)", "mean(x, dim=(0, 1))", "max(x)",
    "min(x)", "max(x, 1)", "max(x, dim=0, keepdim=True)[0]", "min(x, dim=1)[1]",
    "topk(x, 2)", "topk(x, k=3, dim=0)", "chunk(x, 2)", "chunk(x, 3, dim=1)", "split(x, 2)",
    "split(x, [1, 3], dim=0)", "split(x, 4, 1)", "einsum('ij,jk->ik', x, m)",
    "argmax(x)", "argmax(x, 1)", "argmax(x, dim=1, keepdim=True)", "argmin(x, dim=0)",
    "cumsum(x, 0)", "cumsum(x, dim=1)", "cat([x, y])", "cat((x, y), 1)", "cat([x, y], dim=-1)",
    "stack([x, y])", "stack((x, y), dim=1)", "flatten(image, 1)", "flatten(image, start_dim=2)",
    "unsqueeze(x, 1)", "unsqueeze(x, dim=-1)", "squeeze(torch.unsqueeze(x, 0))",
    "squeeze(torch.unsqueeze(x, 0), 0)", "transpose(x, 0, 1)", "transpose(x, dim0=1, dim1=0)",
    "where(x > 0, x, y)", "zeros_like(x)", "ones_like(x)",
    "zeros(2, 3)", "zeros((2, 3))", "zeros(2, dtype=torch.int64)", "ones(2, 3)", "ones([2])",
    "ones(3, device=torch.device('cpu'))", "full((2, 3), 0.5)", "full((2,), 1, dtype=torch.int32)",
    "eye(3)", "arange(5)", "arange(1, 5)", "arange(0, 1, 0.25)", "arange(5, dtype=torch.float32)",
    "linspace(0, 1, 5)", "is_tensor(x)",
)  # fmt: skip
_DTYPES = (
    "float16", "float32", "float64", "half", "float", "double", "uint8", "int32", "int64", "int",
    "long", "bool",
)  # fmt: skip
_METHODS = (
    "abs()", "exp()", "square()", "sin()", "cos()", "tanh()", "sigmoid()", "sign()", "floor()",
    "ceil()", "round()", "isnan()", "neg()", "float()", "double()", "half()", "int()", "long()",
    "bool()", "detach()", "clone()", "contiguous()", "t()", "cpu()", "T", "ndim", "shape[0]",
    "shape", "size()", "size(1)", "size(-1)", "dim()", "numel()", "detach().numpy()", "tolist()",
    "sum()", "sum(1)", "sum(dim=0)", "sum(dim=(0, 1), keepdim=True)", "mean()", "mean(0)",
    "mean(dim=-1, keepdim=True)", "argmax()", "argmax(dim=1)", "argmax(1, keepdim=True)",
    "argmin()", "argmin(1)", "sum().item()", "max().item()", "max()", "min()", "max(1)",
    "max(dim=1)[1]", "max(1, keepdim=True)[0]", "min(0)", "split(2)", "split(3, dim=1)[0]",
    "split([1, 3])", "topk(2)", "topk(2, 0)", "topk(3, dim=1)[1]", "topk(2, dim=1, largest=False)",
    "eq(y)", "ne(y)", "expand_as(y)", "view_as(y)", "type_as(y)", "amax(1)",
    "amax(dim=0, keepdim=True)", "amin(dim=1)", "prod()", "std()",
    "index_select(0, (labels > 1).long())",
    "var()",
    "norm()", "view(-1)", "view(2, 12)", "view((6, 4))", "view(x.size(0), -1)", "reshape(-1, 3)",
    "reshape((2, -1))", "permute(1, 0)", "permute((1, 0))", "expand(2, 4, 6)", "expand(2, -1, -1)",
    "repeat(2, 1)", "transpose(0, 1)", "transpose(1, -2)", "flatten()", "unsqueeze(1)",
    "unsqueeze(dim=-1)", "unsqueeze(0).squeeze()", "unsqueeze(0).squeeze(0)", "chunk(2)[0]",
    "chunk(3, dim=1)[1]", "softmax(1)", "softmax(dim=-1)", "log_softmax(dim=1)", "relu()",
    "clamp(-0.5, 0.5)", "clamp(min=0)", "clamp(max=0.2)", "pow(2)", "pow(3)", "cumsum(0)",
    "cumsum(dim=1)", "matmul(m)", "mm(m)", "masked_fill(x > 0, 0.5)", "requires_grad",
    "is_cuda", "bool().all()", "bool().any()", "to(torch.float64)", "to('cpu')",
    "to(torch.device('cpu'))", "to('cpu', non_blocking=True)", "to(device='cpu')",
    "to(dtype=torch.int64)", "gather(1, labels.unsqueeze(1))", "data", "dtype == torch.float32",
)  # fmt: skip
_POSITIVE_METHODS = ("log()", "sqrt()", "rsqrt()", "pow(0.5)")


_ONE_LINERS = (
    ("nn.Embedding", "sync(nn.Embedding(6, 3))(labels)"),
    ("nn.Embedding", "sync(nn.Embedding(num_embeddings=6, embedding_dim=2))(labels)"),
    ("tensor.bmm", "stack3.bmm(other3)"),
    ("nn.CrossEntropyLoss", "nn.CrossEntropyLoss()(other3.transpose(1, 2), other3.argmax(2))"),
    ("nn.functional.cross_entropy", "F.cross_entropy(other3.transpose(1, 2), other3.argmax(2))"),
    ("nn.Sequential nn.Linear nn.Tanh", "sync(nn.Sequential(nn.Linear(6, 3), nn.Tanh()))(x)"),
    ("cuda.device_count device", "torch.cuda.device_count() >= 0, x.to(torch.device('cpu'))"),
    ("tensor.cuda module.cuda", "x.cuda() if torch.cuda.is_available() else x"),
    ("Tensor", "isinstance(x, torch.Tensor), isinstance(3, torch.Tensor)"),
)


def _name(code: str) -> str:
    return code.partition("(")[0].partition("[")[0]


def _members(code: str) -> str:
    return " ".join(f"tensor.{name}" for name in re.findall(r"(?:^|\.)([a-zA-Z_]+)", code))


def _row(code: str) -> str:
    if code.startswith("x."):
        return _members(code[2:])
    code = code.removeprefix("sync(")
    return _name(code).replace("F.", "nn.functional.").removeprefix("torch.")


CASES: Final = (
    *(Case(_name(c), f"sync({c})(x)") for c in _PLAIN_LAYERS),
    *(Case(_name(c), f"sync({c})(rows)") for c in _NORMS),
    *(Case(_name(c), f"sync({c})(image)") for c in _IMAGE_LAYERS),
    *(Case(_name(c), c) for c in _LOSSES),
    *(Case(_name(c).replace("F.", "nn.functional."), c) for c in _FUNCTIONAL),
    *(Case(_name(c), f"torch.{c}") for c in _FUNCTIONS),
    *(Case(f"{d} tensor", f"torch.tensor([0, 1, 2], dtype=torch.{d})") for d in _DTYPES),
    *(Case(_members(c), f"x.{c}") for c in _METHODS),
    *(Case(_members(c), f"positive.{c}") for c in _POSITIVE_METHODS),
    *(Case(_row(c), c, on=("paddle",)) for c in _PADDLE_ONLY),
    *(Case(_name(c), f"torch.{c}") for c in api_lines.FUNCTIONS),
    *(Case(_row(c), c) for c in api_lines.FUNCTIONAL),
    *(Case(_row(c), c) for c in api_lines.LAYERS),
    *(Case(_name(c), f"sync({c})(stack3)") for c in api_lines.RECURRENT),
    *(Case(_row(c), c, on=("paddle",)) for c in api_lines.PADDLE_ONLY),
    *(Case(_row(c), c, on=("oneflow",)) for c in api_lines.ONEFLOW_ONLY),
    *(Case(rows, code) for rows, code in api_lines.SCRIPTS),
    *(
        Case(_row(c), c)
        for c in (*api_more.LINES, *api_more.IN_PLACE, *(f"x.{m}" for m in api_more.METHODS))
    ),
    *(Case(_members(c.partition(".")[2]), c) for c in api_more.PLAIN),
    *(Case(_row(c), c, on=("paddle",)) for c in api_more.PADDLE_ONLY),
    *(Case(_row(c), c, on=("oneflow",)) for c in api_more.ONEFLOW_ONLY),
    *(Case(rows, code) for rows, code in api_more.SCRIPTS),
    *(Case(rows, code, on=("paddle",)) for rows, code in api_more.PADDLE_SCRIPTS),
    *(Case(rows, code, on=("oneflow",)) for rows, code in api_more.ONEFLOW_SCRIPTS),
    *(Case(*row) for row in _ONE_LINERS),
    *(Case(rows.strip(), code.strip(), *on) for rows, code, *on in SCRIPTS),
)
