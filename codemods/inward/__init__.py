"""The other direction: a native optimizer and its schedulers become bridge's.

Paddle or OneFlow -> bridge.optim; the rest of the file stays what it is.
"""

from __future__ import annotations

from codemods.inward.plan import plan

__all__ = ["plan"]
