"""The tests: on real torch, Paddle and OneFlow."""

from __future__ import annotations

import pytest

# Their assertions are the tests' own: a failure shows both sides.
pytest.register_assert_rewrite("tests.rewriting", "tests.parity")
