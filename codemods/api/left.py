"""What no row can say: names of torch that a port leaves, why, and what helps.

A name here stands for all below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codemods.api._model import HINT

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROCESSES: Final = (
    "several processes or devices work together by other calls there"
    f"{HINT}port the script for one device first, then use the new framework's own launcher"
)
_COMPILER: Final = (
    f"it is torch's own compiler{HINT}leave it out: the code means the same without it"
)
SHARED: Final[Mapping[str, str]] = {
    "torch.utils.tensorboard": (
        "it imports torch itself"
        f"{HINT}tensorboardX has a SummaryWriter with the same methods for numbers and arrays"
    ),
    "torch.distributed": _PROCESSES,
    "torch.multiprocessing": _PROCESSES,
    "torch.nn.DataParallel": _PROCESSES,
    "torch.nn.SyncBatchNorm": _PROCESSES,
    "torch.nn.parallel": _PROCESSES,
    "torch.compile": _COMPILER,
    "torch.jit": _COMPILER,
    "torch.fx": _COMPILER,
    "torch.distributions": (
        "the new framework's distributions were not compared with torch's"
        f"{HINT}write the few formulas that the script needs with tensors"
    ),
    "torch.hub": (
        "what it loads is a model of torch's"
        f"{HINT}load its weights into a model of the new framework"
    ),
    "torch.__version__": (
        f"the new framework has versions of its own{HINT}take out what depends on torch's version"
    ),
    "torch.profiler": f"it measures torch{HINT}use the new framework's profiler",
}
# Members of torch's layers that Paddle's have not, or under another name.
PADDLE: Final[Mapping[str, str]] = {
    f"Module.{name}": f"Paddle's layers have no `{name}`"
    for name in (
        "affine", "batch_first", "bidirectional", "dilation", "elementwise_affine",
        "embedding_dim", "eps", "groups", "in_channels", "in_features", "kernel_size", "momentum",
        "negative_slope", "normalized_shape", "num_channels", "num_embeddings", "num_features",
        "num_groups", "out_channels", "out_features", "padding", "reset_parameters",
        "reset_running_stats", "stride", "track_running_stats",
    )
}  # fmt: skip
