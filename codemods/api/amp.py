"""torch.amp and torch.cuda.amp: automatic mixed precision.

On the CPU autocast for "cuda" and its scaler switch themselves off in torch and in Paddle alike,
and that is what is run and proven. What they do on a GPU is in the notes. OneFlow's scaler only
configures a graph.

https://docs.pytorch.org/docs/2.13/amp.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/amp/Overview_en.html
https://oneflow.readthedocs.io/en/v0.9.0/amp.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from codemods.api._model import HINT, Api, call, signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.api._model import Rows

# With "cpu" torch casts, and its scaler scales: neither does so in Paddle.
_ON_CUDA: Final = ("cuda",)
_CASTS: Final = (
    "equal on the CPU, where neither casts; on a GPU, which was not run, the new framework chooses "
    "the operations in half precision by lists of its own"
)
_SCALES: Final = (
    "equal on the CPU, where both switch themselves off; on a GPU, which was not run, Paddle's "
    "also does so unless the last autocast was to float16, and its state_dict has other keys"
    f"{HINT}keep numpy below 2.4, with which Paddle 3.3's raises at the first overflow"
)
_ARGUMENTS: Final = (
    "init_scale=init_loss_scaling, growth_factor=incr_ratio, backoff_factor=decr_ratio, "
    "growth_interval=incr_every_n_steps, enabled=enable"
)
_AUTOCAST: Final = replace(
    call("device_type, dtype, enabled, cache_enabled", "value", "amp.autocast", note=_CASTS),
    only={"device_type": _ON_CUDA},
)
_CUDA_AUTOCAST: Final = replace(
    call("*, enabled, dtype, cache_enabled", "value", "amp.autocast", note=_CASTS),
    written={"device_type": '"cuda"'},
)
_SCALER: Final = Api(
    signature(f"~device, *, {_ARGUMENTS}"),
    "amp.GradScaler",
    "scaler",
    only={"device": _ON_CUDA},
    note=_SCALES,
    is_value=True,
)
_CUDA_SCALER: Final = replace(_SCALER, accepts=signature(f"*, {_ARGUMENTS}"))

PADDLE: Final[Rows] = {
    "autocast": _AUTOCAST,
    "amp.autocast": _AUTOCAST,
    "cuda.amp.autocast": _CUDA_AUTOCAST,
    "amp.GradScaler": _SCALER,
    "cuda.amp.GradScaler": _CUDA_SCALER,
}
SCALER: Final[Rows] = {
    "scale": call("/outputs"),
    "step": call("/optimizer", "value"),
    "unscale_": call("/optimizer", "value"),
    "update": call("", "value"),
    "state_dict": call("", "value"),
    "load_state_dict": call("/state_dict", "value"),
    "is_enabled": call("", "value", "is_enable"),
}
_GRAPH: Final = (
    "OneFlow 0.9's scaler only configures an nn.Graph: it has no scale, step or update"
    f"{HINT}take the scaler out, and train in float32"
)
ONEFLOW: Final[Rows] = {
    "autocast": _AUTOCAST,
    "amp.autocast": _AUTOCAST,
    "cuda.amp.autocast": _CUDA_AUTOCAST,
}
ONEFLOW_LEFT: Final[Mapping[str, str]] = {
    "torch.amp.GradScaler": _GRAPH,
    "torch.cuda.amp.GradScaler": _GRAPH,
}
PADDLE_LEFT: Final[Mapping[str, str]] = {
    "GradScaler.get_scale": (
        "Paddle's scaler does not tell its scale"
        f"{HINT}its state_dict() has it on a GPU, and is empty on the CPU"
    ),
}
