"""torch's API in Paddle 3.3's words, as far as it is equal.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/index_en.html
"""

from __future__ import annotations

from typing import Final

from codemods.api._model import Api, Table

TABLE: Final = Table(
    names={
        "torch": Api("paddle"),
        "torch.nn": Api("paddle.nn"),
        "torch.nn.functional": Api("paddle.nn.functional"),
        "torch.nn.Module": Api("paddle.nn.Layer"),
        "torch.nn.Linear": Api(
            "paddle.nn.Linear", positional=("in_features", "out_features"), returns="module"
        ),
        "torch.nn.Tanh": Api("paddle.nn.Tanh", returns="module"),
        "torch.nn.Sequential": Api("paddle.nn.Sequential", variadic=True, returns="module"),
        "torch.nn.MSELoss": Api("paddle.nn.MSELoss", returns="module"),
        "torch.manual_seed": Api("paddle.seed", positional=("seed",)),
        "torch.device": Api("paddle.device", positional=("type",), returns="device"),
        "torch.cuda.is_available": Api("paddle.cuda.is_available"),
        "torch.from_numpy": Api("paddle.from_numpy", positional=("ndarray",), returns="tensor"),
        "torch.utils.data.DataLoader": Api(
            "paddle.io.DataLoader",
            positional=("dataset",),
            keywords={k: k for k in ("batch_size", "shuffle", "drop_last")},
        ),
        "torch.utils.data.TensorDataset": Api(
            "paddle.io.TensorDataset", positional=("a", "b"), as_list=True
        ),
    },
    methods={},
    modules={},
)
