"""The rectification of RAdam, which its formula and the kernels that step it share.

https://docs.pytorch.org/docs/stable/generated/torch.optim.RAdam.html
"""

from __future__ import annotations

from math import sqrt

_SHORTEST = 5
"""Averages over fewer steps have no variance that could be rectified."""


def rectification(step: int, beta2: float) -> float | None:
    """Return what makes up for the mean square's variance and bias; None where it is too short.

    >>> rectification(5, 0.999), round(rectification(10**5, 0.999), 6)
    (None, 1.0)
    """
    # The length of the average now, and in the end.
    correction, longest = 1 - beta2**step, 2 / (1 - beta2) - 1
    length = longest - 2 * step * beta2**step / correction
    if length <= _SHORTEST:
        return None
    ratio = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
    return sqrt(correction) * sqrt(ratio)
