"""torch's API in OneFlow 0.9's words, as far as it is equal.

https://oneflow.readthedocs.io/en/v0.9.0/
"""

from __future__ import annotations

from typing import Final

from codemods.api._model import Api, Table

TABLE: Final = Table(
    names={
        "torch": Api("oneflow"),
        "torch.nn": Api("oneflow.nn"),
        "torch.nn.functional": Api("oneflow.nn.functional"),
        "torch.nn.Module": Api("oneflow.nn.Module"),
        "torch.nn.Linear": Api(
            "oneflow.nn.Linear", positional=("in_features", "out_features"), returns="module"
        ),
        "torch.nn.Tanh": Api("oneflow.nn.Tanh", returns="module"),
        "torch.nn.Sequential": Api("oneflow.nn.Sequential", variadic=True, returns="module"),
        "torch.nn.MSELoss": Api("oneflow.nn.MSELoss", returns="module"),
        "torch.manual_seed": Api("oneflow.manual_seed", positional=("seed",)),
        "torch.device": Api("oneflow.device", positional=("type",), returns="device"),
        "torch.cuda.is_available": Api("oneflow.cuda.is_available"),
        "torch.from_numpy": Api("oneflow.from_numpy", positional=("ndarray",), returns="tensor"),
        "torch.utils.data.DataLoader": Api(
            "oneflow.utils.data.DataLoader",
            positional=("dataset",),
            keywords={k: k for k in ("batch_size", "shuffle", "drop_last")},
        ),
        "torch.utils.data.TensorDataset": Api(
            "oneflow.utils.data.TensorDataset", positional=("a", "b"), as_list=False
        ),
    },
    methods={},
    modules={},
)
