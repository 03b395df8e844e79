"""Parameter groups in Paddle's words, and groups that Paddle would train otherwise."""

from __future__ import annotations

import pytest

from codemods.engine import port
from codemods.model import Options
from codemods.project import Project
from tests.codemods.forms.grouped import GROUPED, RESUMED_GROUPS
from tests.rewriting import PATH, check_bridged, check_native, check_rewritten

NATIVE = {**GROUPED, **RESUMED_GROUPS}


@pytest.mark.parametrize("name", NATIVE)
def test_groups_that_are_written_out_are_native(name: str) -> None:
    result = port(NATIVE[name].encode(), PATH, Options("paddle"), Project())

    assert not [f for f in result.findings if f.kind in ("bridge", "refused", "left", "error")]
