"""Optimizers of tensors that a script makes itself, as an agent does for its temperature."""

from __future__ import annotations

from typing import Final

from tests.codemods.forms.bundles import HEAD

_LOSS: Final = "((alpha - METRICS[step]) ** 2).sum().backward()"
_BODIES: Final = {
    "a tensor of one's own": f"""\
alpha = torch.zeros(3, requires_grad=True)
optimizer = optim.Adam([alpha], lr=0.05)
for step in range(STEPS):
    optimizer.zero_grad()
    {_LOSS}
    optimizer.step()
# Rounded: what is logged has to be the same to the last digits.
log(round(alpha.sum().item(), 2), optimizer.param_groups[0]["lr"])
""",
    "a tensor of an agent": f"""\
class Agent:
    def __init__(self, lr):
        self.alpha = torch.ones(1, requires_grad=True)
        self.optimizer = optim.SGD([self.alpha], lr=lr, momentum=0.9)

    def learn(self, step):
        self.optimizer.zero_grad()
        {_LOSS.replace("alpha", "self.alpha")}
        self.optimizer.step()

agent = Agent(0.01)
for step in range(STEPS):
    agent.learn(step)
log(agent.optimizer.param_groups[0]["lr"])
""",
    "a parameter and a tensor": """\
scale = torch.nn.Parameter(torch.ones(4))
shift = torch.zeros(4, requires_grad=True)
optimizer = optim.AdamW([scale, shift], lr=0.02, weight_decay=0.1)
scheduler = lr_scheduler.StepLR(optimizer, 30)
for step in range(STEPS):
    optimizer.zero_grad()
    ((scale * METRICS[step] + shift - 2.0) ** 2).mean().backward()
    optimizer.step()
    scheduler.step()
    log(scheduler.get_last_lr()[0])
log(round(scale.sum().item(), 2), round(shift.sum().item(), 2))
""",
}
TENSORS: Final = {name: HEAD + body for name, body in _BODIES.items()}
