"""The forms in which code hands optimizers and schedulers around, each as a script that is run."""

from __future__ import annotations

from tests.codemods.execution_cases import EPOCHS, HEAD, READ_LR, SCHEDULED, Case

SGD = "optim.SGD(model.parameters(), lr=0.1, momentum=0.9)"
ADAM = "optim.Adam(model.parameters(), lr=0.01)"
STEP_LR = "lr_scheduler.StepLR(optimizer, 20, 0.5)"
EXPONENTIAL = "lr_scheduler.ExponentialLR(optimizer, 0.98)"

FACTORY = f"""\
def make(model, lr):
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    return optimizer

optimizer = make(model, 0.1)
{EPOCHS}{READ_LR}"""
FACTORY_WITH_A_CHOICE = f"""\
def make(model, name="adam"):
    if name == "sgd":
        return {SGD}
    elif name == "adam":
        return {ADAM}
    raise ValueError(name)

optimizer = make(model)
scheduler = {STEP_LR}
{EPOCHS}{SCHEDULED}"""
FACTORY_OF_A_PAIR = f"""\
def make(model):
    optimizer = {SGD}
    scheduler = {EXPONENTIAL}
    return optimizer, scheduler

def main():
    optimizer, scheduler = make(model)
    for step in range(STEPS):
        optimizer.zero_grad()
        train(model, step)
        optimizer.step()
        scheduler.step()
        log(scheduler.get_last_lr()[0])

main()
"""
FACTORY_OF_SCHEDULERS = f"""\
def get_scheduler(optimizer, policy, n_epochs):
    if policy == "cosine":
        return lr_scheduler.CosineAnnealingLR(optimizer, n_epochs)
    if policy == "step":
        return lr_scheduler.StepLR(optimizer, step_size=20, gamma=0.5)
    raise NotImplementedError(policy)

optimizer = {ADAM}
scheduler = get_scheduler(optimizer, "cosine", STEPS)
{EPOCHS}{SCHEDULED}"""
PASSED_THROUGH = f"""\
def inner(model):
    return {SGD}

def outer(model):
    return inner(model)

optimizer = outer(model)
{EPOCHS}{READ_LR}"""
BRANCHES = f"""\
name = "step"
optimizer = {SGD}
if name == "exponential":
    scheduler = {EXPONENTIAL}
elif name == "step":
    scheduler = {STEP_LR}
else:
    scheduler = None
{EPOCHS}    if scheduler is not None:
        scheduler.step()
{READ_LR}"""
BRANCHES_OF_BOTH = f"""\
if STEPS > 10:
    optimizer = {SGD}
    scheduler = {STEP_LR}
else:
    optimizer = {ADAM}
    scheduler = {EXPONENTIAL}
{EPOCHS}{SCHEDULED}"""
CONDITIONAL = f"optimizer = {SGD} if STEPS > 500 else {ADAM}\n{EPOCHS}{READ_LR}"
UNPACKED = f"optimizer, total = {SGD}, 0\n{EPOCHS}{READ_LR}"
ALIASED = f"opt = {SGD}\noptimizer = opt\nscheduler = {STEP_LR}\n{EPOCHS}{SCHEDULED}"
HANDED_TO_A_CLASS = f"""\
class Trainer:
    def __init__(self, model, optimizer, scheduler=None):
        self.model, self.count = model, 0
        self.optimizer = optimizer
        self.scheduler = scheduler

    def fit(self):
        for step in range(STEPS):
            self.update(step)

    def update(self, step):
        self.optimizer.zero_grad()
        train(self.model, step)
        self.optimizer.step()
        if self.scheduler:
            self.scheduler.step()

optimizer = {SGD}
scheduler = {STEP_LR}
trainer = Trainer(model, optimizer, scheduler=scheduler)
trainer.fit()
log(trainer.optimizer.param_groups[0]["lr"])
"""
HANDED_TO_A_METHOD = f"""\
class Trainer:
    def make(self, model):
        return {SGD}

    def epoch(self, optimizer, step):
        optimizer.zero_grad()
        train(model, step)
        optimizer.step()
        log(optimizer.param_groups[0]["lr"])

    def fit(self):
        optimizer = self.make(model)
        for step in range(STEPS):
            self.epoch(optimizer, step)

Trainer().fit()
"""
IN_A_MODULE = """\
class Agent(torch.nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net
        self.optimizer = optim.Adam(net.parameters(), lr=0.01)

    def learn(self, step):
        self.optimizer.zero_grad()
        train(self.net, step)
        self.optimizer.step()

agent = Agent(model)
for step in range(STEPS):
    agent.learn(step)
log(agent.optimizer.param_groups[0]["lr"])
"""
IN_AN_AGENT = """\
class Net(torch.nn.Module):
    def __init__(self, net, lr):
        super().__init__()
        self.net = net
        self.optimizer = optim.Adam(net.parameters(), lr=lr)

class Agent:
    def __init__(self):
        self.q = Net(model, 0.01)

    def learn(self, step):
        self.q.optimizer.zero_grad()
        train(self.q.net, step)
        self.q.optimizer.step()
        log(self.q.optimizer.param_groups[0]["lr"])

agent = Agent()
for step in range(STEPS):
    agent.learn(step)
"""
ADJUSTED = f"""\
def get_lr(optimizer):
    for param_group in optimizer.param_groups:
        return param_group["lr"]

def adjust_learning_rate(optimizer, step):
    lr = 0.1 * (0.5 ** (step // 30))
    for param_group in optimizer.param_groups:
        param_group["lr"] = lr

optimizer = {SGD}
for step in range(STEPS):
    adjust_learning_rate(optimizer, step)
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
    log(get_lr(optimizer))
"""
WARMED_UP = f"""\
import numpy as np

optimizer = {SGD}
for step in range(STEPS):
    if step < 30:
        for i, group in enumerate(optimizer.param_groups):
            group["lr"] = np.interp(step, [0, 30], [0.001, 0.1])
    elif step % 20 == 0:
        optimizer.param_groups[0]["lr"] *= 0.5
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
    log(*[group["lr"] for group in optimizer.param_groups], len(optimizer.param_groups))
"""
WARMED_UP_WITH_MOMENTUM = f"""\
import numpy as np

optimizer = {SGD}
for group in optimizer.param_groups:
    group.setdefault("initial_lr", group["lr"])
for step in range(STEPS):
    for group in optimizer.param_groups:
        group["lr"] = np.interp(step, [0, 60], [0.0, group["initial_lr"]])
        if "momentum" in group:
            group["momentum"] = np.interp(step, [0, 60], [0.5, 0.9])
        if "betas" in group:
            group["betas"] = (0.5, 0.99)
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
    log(optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"])
"""
BETAS = WARMED_UP_WITH_MOMENTUM.replace(SGD, ADAM).replace(
    ', optimizer.param_groups[0]["momentum"]', ""
)
CHAINED = f"""\
import itertools

optimizer = optim.AdamW(
    itertools.chain(model.first.parameters(), model.second.parameters()), lr=0.01
)
{EPOCHS}{READ_LR}"""
PICKED = f"""\
picked = (p for name, p in model.named_parameters() if p.requires_grad and "second" in name)
optimizer = optim.Adam([*model.first.parameters(), *picked], lr=0.01)
{EPOCHS}{READ_LR}"""
FORMS = [
    Case(name, (HEAD + body,))
    for name, body in {
        "a factory": FACTORY,
        "a factory with a choice": FACTORY_WITH_A_CHOICE,
        "a factory of a pair": FACTORY_OF_A_PAIR,
        "a factory of schedulers": FACTORY_OF_SCHEDULERS,
        "a factory that passes through": PASSED_THROUGH,
        "schedulers in branches": BRANCHES,
        "both in branches": BRANCHES_OF_BOTH,
        "a conditional expression": CONDITIONAL,
        "unpacked": UNPACKED,
        "an alias": ALIASED,
        "handed to a class": HANDED_TO_A_CLASS,
        "handed to a method": HANDED_TO_A_METHOD,
        "kept by a module": IN_A_MODULE,
        "kept by a module of an agent": IN_AN_AGENT,
        "adjusted by functions": ADJUSTED,
        "parameters of several parts": CHAINED,
        "parameters that are picked": PICKED,
        "warmed up by a loop": WARMED_UP,
    }.items()
]
# Native on OneFlow only, which has the options in its groups.
FORMS_OF_ONEFLOW = [
    Case("warmed up with momentum", (HEAD + WARMED_UP_WITH_MOMENTUM,)),
    Case("betas by a loop", (HEAD + BETAS,)),
]
