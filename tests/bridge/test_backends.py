"""backend_of: the parameters decide the framework, and nothing is imported to ask."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bridge.backends import BACKENDS, backend, backend_name, backend_of
from bridge.errors import UnknownTensorError

if TYPE_CHECKING:
    from tests.frameworks import Framework


def test_parameters_decide_the_framework(xp: Framework) -> None:
    params = [xp.param(np.ones(3, "f4")), xp.tensor(np.ones(2, "f4"))]

    assert backend_of(params).name == xp.name


def test_a_backend_is_made_once(xp: Framework) -> None:
    assert backend(xp.name) is backend(xp.name)


def test_a_tensor_is_named_by_its_framework(xp: Framework) -> None:
    assert backend_name(xp.tensor(np.ones(2))) == xp.name


@pytest.mark.parametrize("value", [None, 1.5, "torch", [1], np.ones(2), object(), np.float32])
def test_what_is_no_tensor_has_no_framework(value: object) -> None:
    assert backend_name(value) is None


def test_arrays_are_refused_with_what_is_accepted() -> None:
    with pytest.raises(UnknownTensorError, match="tensors of torch, paddle, oneflow"):
        backend_of([np.ones(2)])


def test_every_name_has_a_module() -> None:
    from importlib.util import find_spec

    assert all(find_spec(f"bridge.backends.{name}") for name in BACKENDS)


def test_asking_imports_no_framework() -> None:
    code = (
        "import sys\n"
        "from bridge.backends import BACKENDS, backend_name\n"
        "from bridge import optim\n"
        "assert backend_name(object()) is None\n"
        "print([name for name in (*BACKENDS, 'numpy') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_one_framework_does_not_load_the_others(xp: Framework) -> None:
    others = [name for name in BACKENDS if name != xp.name]
    code = (
        f"import sys, {xp.name} as framework\n"
        "from bridge import optim\n"
        "layer = framework.nn.Linear(2, 2)\n"
        "optim.AdamW(layer.parameters()).step()\n"
        f"print([name for name in {others} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip().splitlines()[-1] == "[]"
