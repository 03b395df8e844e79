"""Parameters that a script collects in lists before it makes its optimizer."""

from __future__ import annotations

from typing import Final

from tests.codemods.forms.bundles import HEAD
from tests.codemods.forms.groups import UPDATE

_LOOP: Final = f"for step in range(STEPS):\n{UPDATE}"
_BODIES: Final = {
    "parameters to update": f"""\
feature_extract = True
params_to_update = model.parameters()
if feature_extract:
    params_to_update = []
    for name, param in model.named_parameters():
        if "second" in name:
            params_to_update.append(param)
optimizer = optim.SGD(params_to_update, lr=0.05, momentum=0.9)
{_LOOP}""",
    "parameters of layers": f"""\
weights, biases = [], []
for layer in (model.first, model.second):
    weights.append(layer.weight)
    biases.append(layer.bias)
weights += biases
optimizer = optim.Adam(weights, lr=0.01)
{_LOOP}    log(optimizer.param_groups[0]["lr"])
""",
}
COLLECTED: Final = {name: HEAD + body for name, body in _BODIES.items()}
