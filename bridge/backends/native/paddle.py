"""A native Paddle optimizer with torch's groups and torch's `step`, `zero_grad`, `state_dict`.

Follows https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
and https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.html.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from bridge.backends.native import same_number_of_groups
from bridge.backends.native.paddle_group import PaddleGroup, multiplier_of
from bridge.backends.native.paddle_names import NAMES, REFUSED
from bridge.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from bridge.backends.native import NativeGroup


class PaddleOptimizer:
    """torch's surface over a `paddle.optimizer.Optimizer`."""

    def __init__(self, native: Any) -> None:
        self.native = native
        self.kind = _known_class(native)
        self._in_groups = bool(native._param_groups) and isinstance(native._param_groups[0], dict)
        self._groups: list[NativeGroup] = []
        self.is_uniform = self._check_multipliers()
        self._found = [
            (param, multiplier_of(param), getattr(param, "regularizer", None))
            for group in self.groups
            for param in group["params"]
        ]
        self._found_lr = native._learning_rate
        self._defaults = self._read_defaults()

    @property
    def groups(self) -> list[NativeGroup]:
        """The groups; what was added to the native optimizer since is there too."""
        if not self._in_groups:
            if not self._groups:
                self._groups.append(PaddleGroup(self, None))
            return self._groups
        for options in self.native._param_groups[len(self._groups) :]:
            self._groups.append(PaddleGroup(self, options))
        return self._groups

    @property
    def has_state(self) -> bool:
        """Whether a step was taken or a state was loaded."""
        return bool(self.native._accumulators or self.native._accumulators_holder)
