"""What bridge raises: one base, each with its built-in kin, so `except TypeError` works too."""

from __future__ import annotations


class BridgeError(Exception):
    """The base of every error that bridge raises on its own account."""


class UnknownTensorError(BridgeError, TypeError):
    """Something that is no tensor of a supported framework was given as a parameter."""


class MixedBackendsError(BridgeError, TypeError):
    """Parameters of more than one framework were given to one optimizer."""


class BackendImportError(BridgeError, ImportError):
    """A framework that was asked for cannot be imported."""


class UnsupportedError(BridgeError, NotImplementedError):
    """The framework cannot do what was asked; the message says why and what to do."""


class CheckpointError(BridgeError, ValueError):
    """A file is no checkpoint of bridge, is damaged, or was written by a newer version."""


class StateMismatchError(BridgeError, ValueError):
    """A saved state is not that of the optimizer, schedule or parameters it was given for."""


class UnsavableError(BridgeError, TypeError):
    """Something in a state has no form in a file without code."""


class ExpressionError(BridgeError, ValueError):
    """A schedule written as text is not one call of a known scheduler with plain values."""


class SimulationError(BridgeError, ValueError):
    """A schedule cannot be simulated as it was asked for; the message says why."""


class MissingExtraError(BridgeError, ImportError):
    """Something needs a package that an extra of optbridge installs."""


class TraceError(BridgeError, ValueError):
    """A trace cannot be written, or a file is no trace; the message says why."""


class UnwritableError(BridgeError, OSError):
    """A file cannot be written; the one that was there is as it was."""


class RangeTestError(BridgeError, ValueError):
    """A learning rate range test cannot run, or does not tell what it is asked."""


class VerifyError(BridgeError, ValueError):
    """A port cannot be verified; the message says why."""
