"""OneFlow's `do_bias_correction`, which torch's Adam does not have and bridge takes everywhere.

https://oneflow.readthedocs.io/en/v0.9.0/generated/oneflow.optim.Adam.html
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from bridge.optim import _groups

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DO_BIAS_CORRECTION: Final = "do_bias_correction"


def is_correcting(group: Mapping[str, Any]) -> bool:
    """Whether the means of a group make up for starting at zero."""
    return bool(group.get(DO_BIAS_CORRECTION, True))


def corrections(group: Mapping[str, Any], step: Any) -> tuple[Any, Any]:
    """Return what the two running means of a group are divided by at that step."""
    if not is_correcting(group):
        return 1.0, 1.0
    beta1, beta2 = group["betas"]
    return 1 - beta1**step, 1 - beta2**step


def takes_do_bias_correction(init: Callable[..., None]) -> Callable[..., None]:
    """Let a constructor take the option beyond its signature, which stays torch's."""

    @wraps(init)
    def widened(
        self: Any, params: Any, *args: Any, do_bias_correction: bool = True, **kwargs: Any
    ) -> None:
        if do_bias_correction:
            init(self, params, *args, **kwargs)
            return
        groups = [{DO_BIAS_CORRECTION: False, **group} for group in _groups.collect(params)]
        init(self, groups, *args, **kwargs)
        # For groups that are added later.
        self.defaults[DO_BIAS_CORRECTION] = False

    return widened
