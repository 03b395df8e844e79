"""tools/pytorch_tests.py runs a file in the style of PyTorch's, on bridge and each framework."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.frameworks import Framework

TOOL = Path(__file__).resolve().parents[1] / "tools" / "pytorch_tests.py"
FILE = """
import torch
import torch.nn.functional as F
from torch.nn import Parameter
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR
from torch.testing._internal.common_utils import TestCase

class TestLRScheduler(TestCase):
    def test_values(self):
        param = Parameter(torch.rand(2, requires_grad=True))
        optimizer = SGD([param], lr=torch.tensor(0.5))
        StepLR(optimizer, 1, gamma=0.1).step()
        self.assertEqual(optimizer.param_groups[0]["lr"], torch.tensor(0.05))

    def test_wrong(self):
        self.assertEqual(torch.tensor(0.05), torch.tensor(0.06))

    def test_whose(self):
        print(StepLR.__module__, type(torch.rand(1)).__module__)
"""


def test_the_tests_are_of_bridge_and_may_fail(xp: Framework, tmp_path: Path) -> None:
    file = tmp_path / "test_lrscheduler.py"
    file.write_text(FILE)
    command = [sys.executable, str(TOOL), str(file), "--backend", xp.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "Ran 3 tests" in done.stderr
    assert done.stderr.rstrip().endswith("FAILED (failures=1)")
    assert "FAIL: test_wrong" in done.stderr
    assert f"bridge.optim.lr_scheduler.step_lr {xp.name}" in done.stdout
