"""What surrounds a model: devices, random numbers, gradients on and off, files, data.

https://docs.pytorch.org/docs/2.13/data.html
https://docs.pytorch.org/docs/2.13/notes/serialization.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/io/Overview_en.html
https://oneflow.readthedocs.io/en/v0.9.0/utils.data.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from codemods.api._model import HINT, Api, call, signature
from codemods.api.functions import DRAWS
from codemods.api.rewrites import in_with

if TYPE_CHECKING:
    from codemods.api._model import Rows

_CURRENT = "Paddle loads to the device that is current"
_SHUFFLE = {"shuffle": "the same seed gives another order than in torch"}
# Measured on the CPU: the second epoch ends in a segmentation fault of the workers.
_WORKERS = (
    "Paddle 3.3's worker processes crash where the dataset holds tensors, as TensorDataset does"
    f"{HINT}take num_workers=0, or a dataset that gives numpy arrays"
)


def _seed(to: str) -> Api:
    return Api(signature("/seed"), to, note=DRAWS, is_statement=True)


def _loader(to: str) -> Api:
    text = (
        "dataset, *, batch_size, shuffle, |, drop_last, num_workers, collate_fn, "
        "persistent_workers, worker_init_fn, ~pin_memory"
    )
    return Api(signature(text), to, "loader", notes=_SHUFFLE, is_type=True)


SHARED: Final[Rows] = {
    "manual_seed": _seed("manual_seed"),
    "cuda.is_available": call("", "value"),
    "cuda.device_count": call("", "value"),
    "device": call("/type", "device"),
    "no_grad": call("", "value"),
    "enable_grad": call("", "value"),
    "set_grad_enabled": call("/mode", "value"),
    "inference_mode": call("", "value"),
    "is_grad_enabled": call("", "value"),
    "cuda.synchronize": call("", "value"),
    "cuda.empty_cache": call("", "value"),
    "save": call("/obj, /f", "value"),
    "load": call("/f"),
    "utils.data.Dataset": replace(call("", "dataset"), is_value=True),
    "utils.data.TensorDataset": call("*tensors", "dataset"),
    "utils.data.DataLoader": _loader(""),
    "utils.data.IterableDataset": replace(call("", "dataset"), is_value=True),
    "utils.data.Subset": call("/dataset, /indices", "dataset"),
    "utils.data.ConcatDataset": call("/datasets", "dataset"),
}

PADDLE: Final[Rows] = {
    "cuda.manual_seed": _seed(""),
    "cuda.manual_seed_all": _seed(""),
    "manual_seed": _seed("seed"),
    "inference_mode": call("", "value", "no_grad"),
    "load": replace(
        call("/f, |, ~weights_only, ~map_location", "unknown"), notes={"map_location": _CURRENT}
    ),
    "utils.data.Dataset": replace(call("", "dataset", "io.Dataset"), is_value=True),
    "utils.data.TensorDataset": call("[*tensors]", "dataset", "io.TensorDataset"),
    "utils.data.IterableDataset": replace(call("", "dataset", "io.IterableDataset"), is_value=True),
    "utils.data.Subset": call("/dataset, /indices", "dataset", "io.Subset"),
    "utils.data.ConcatDataset": call("/datasets", "dataset", "io.ConcatDataset"),
    "utils.data.random_split": call("/dataset, /lengths", "unknown", "io.random_split", note=DRAWS),
    "utils.data.DataLoader": replace(
        _loader("io.DataLoader"), notes={**_SHUFFLE, "num_workers": _WORKERS}
    ),
}

ONEFLOW: Final[Rows] = {
    "set_grad_enabled": replace(call("/mode", "value"), values={"mode": in_with}),
    "device": replace(call("/type", "device"), is_type=True),
    "save": call(
        "/obj, /f",
        "value",
        note="OneFlow writes a folder of that name, and takes a path, no file object",
    ),
    "load": call("/f, |, ~weights_only, map_location", "unknown"),
}
