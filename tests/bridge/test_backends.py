"""backend_of: the parameters decide the framework."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.backends import backend_of

if TYPE_CHECKING:
    from tests.frameworks import Framework


def test_parameters_decide_the_framework(xp: Framework) -> None:
    params = [xp.param(np.ones(3, "f4")), xp.tensor(np.ones(2, "f4"))]

    assert backend_of(params).name == xp.name
