"""Prove that a port trains as the original does: run both from the same state, and compare."""

from __future__ import annotations

from typing import Final

NAMES: Final = {"torch": "PyTorch", "paddle": "Paddle", "oneflow": "OneFlow"}
"""How the frameworks write themselves."""
