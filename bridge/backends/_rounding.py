"""What float32 makes of the coefficients of kernels, which take 1 - beta in it."""

from __future__ import annotations

from ctypes import c_float


def single(value: float) -> float:
    """Round to float32.

    >>> single(0.1)
    0.10000000149011612
    """
    return c_float(value).value


def mean_scale(beta: float) -> float:
    """Return by how much a running mean is larger where a kernel took 1 - beta in float32.

    >>> round(mean_scale(0.999), 7)
    0.9999871
    """
    return (1 - single(beta)) / (1 - beta)


def fitted_decay(lr: float, decay: float) -> float:
    """Return the decay that makes a kernel's parameters torch's.

    Kernels take lr * decay off the parameter; torch multiplies by 1 - lr * decay, which it rounds
    to float32. The exact decay drifts from torch's numbers by 1e-6 in 100 steps.
    """
    return (1 - single(1 - lr * decay)) / lr if lr else 0.0
