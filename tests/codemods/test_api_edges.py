"""Where a function differs at single numbers the port says so, and it does differ there."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from codemods.api import TABLES, edges
from tests.codemods.api_runs import Runner, inputs_of, ported, program
from tests.codemods.test_api_execution import GRADIENT, TORCH, assert_close

if TYPE_CHECKING:
    from codemods.model import Target
    from tests.frameworks import Framework

ZERO = "(x - x.detach())"
EDGES = {
    "log_softmax": "torch.log_softmax(x * 200, 1)",
    "nn.functional.log_softmax": "F.log_softmax(x * 200, dim=1)",
    "nn.LogSoftmax": "nn.LogSoftmax(dim=1)(x * 200)",
    "nn.functional.cross_entropy": "F.cross_entropy(x * 200, labels)",
    "nn.CrossEntropyLoss": "nn.CrossEntropyLoss()(x * 200, labels)",
    "nn.functional.binary_cross_entropy_with_logits": (
        f"F.binary_cross_entropy_with_logits({ZERO}, bits)"
    ),
    "nn.BCEWithLogitsLoss": f"nn.BCEWithLogitsLoss()({ZERO}, bits)",
    "nn.functional.leaky_relu": f"F.leaky_relu({ZERO}, 0.1)",
    "nn.LeakyReLU": f"nn.LeakyReLU(0.1)({ZERO})",
    "nn.functional.silu": f"F.silu({ZERO} - 100)",
    "nn.SiLU": f"nn.SiLU()({ZERO} - 100)",
    "nn.functional.mish": f"F.mish({ZERO} + 100)",
    "nn.Mish": f"nn.Mish()({ZERO} + 100)",
    "nn.functional.normalize": f"F.normalize({ZERO}, dim=1)",
    "prod": f"torch.prod({ZERO})",
}
CASES = [
    pytest.param(name, id=f"{target} {name}", marks=pytest.mark.only_backend(target))
    for target, notes in (("paddle", edges.PADDLE), ("oneflow", edges.ONEFLOW))
    for name in notes
]


@pytest.mark.parametrize("name", CASES)
def test_an_edge_is_told_and_is_there(name: str, xp: Framework) -> None:
    names = inputs_of(EDGES[name])
    before = program(EDGES[name], names)
    result = ported(before, cast("Target", xp.name))
    told = " ".join(f.reason for f in result.findings if f.kind == "note")

    assert (TABLES[xp.name].names[f"torch.{name}"].note.partition("\n")[0]) in told
    (value,), gradients = Runner(TORCH).run(before, names)
    (other,), other_gradients = Runner(xp).run(result.after.decode(), names)
    ours, theirs = np.append(other, other_gradients["x"]), np.append(value, gradients["x"])
    with pytest.raises(AssertionError):
        assert_close(ours, theirs, GRADIENT)
