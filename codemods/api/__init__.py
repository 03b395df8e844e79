"""The rest of a training script: torch's own API in another framework's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codemods.api import oneflow, paddle
from codemods.api._model import HINT, Api, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES: Final[Mapping[str, Table]] = {"paddle": paddle.TABLE, "oneflow": oneflow.TABLE}

__all__ = ["HINT", "TABLES", "Api", "Kind", "Table"]
