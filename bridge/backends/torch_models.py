"""torch's models: torch averages them itself.

https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
"""

from __future__ import annotations

from torch.optim.swa_utils import AveragedModel, update_bn

__all__ = ["AveragedModel", "update_bn"]
