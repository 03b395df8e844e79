"""Training scripts as people write them: each is run on torch, and its port on the target."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = """\
import torch
from torch import optim
from torch.optim import lr_scheduler

"""
EPOCHS = """\
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
"""
IN_PART = EPOCHS.replace("step)\n    opt", "step, in_part=True)\n    opt")
SCHEDULED = "    scheduler.step()\n    log(scheduler.get_last_lr()[0])\n"
LOAD = """\
if PART[0]:
    checkpoint = torch.load(PATH)
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
"""
SAVE = """\
torch.save({"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}, PATH)
"""
KEEP_AND_SAVE = """\
checkpoint = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
torch.save(checkpoint, PATH)
"""
READ_LR = '    log(optimizer.param_groups[0]["lr"])\n'


@dataclass(frozen=True, slots=True)
class Case:
    """A script, in as many texts as processes that run one after the other."""

    name: str
    texts: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


def optimizer(name: str, call: str, loop: str = EPOCHS) -> Case:
    """An optimizer with a constant learning rate."""
    return Case(name, (f"{HEAD}optimizer = optim.{call}\n{loop}{READ_LR}",))


def scheduler(name: str, call: str, loop: str = EPOCHS + SCHEDULED) -> Case:
    """A scheduler that drives SGD with momentum."""
    made = "optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)\n"
    return Case(name, (f"{HEAD}{made}scheduler = lr_scheduler.{call}\n{loop}",))


def plateau(name: str, arguments: str) -> Case:
    """ReduceLROnPlateau on a metric that goes up and down."""
    loop = EPOCHS + "    scheduler.step(METRICS[step])\n" + READ_LR
    return scheduler(name, f"ReduceLROnPlateau(optimizer{arguments})", loop)


def resumed(name: str, opt: str, sched: str, save: str = SAVE) -> Case:
    """The same script twice, the second time from the checkpoint of the first."""
    made = f"optimizer = optim.{opt}\nscheduler = lr_scheduler.{sched}\n"
    loop = (EPOCHS + SCHEDULED).replace("range(STEPS)", "range(*PART)")
    text = HEAD + made + LOAD + loop + save
    return Case(name, (text, text))


def composition(name: str, first: str, second: str, milestones: str = "[10]") -> Case:
    """A SequentialLR of two, that are made before it."""
    made = "optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)\n"
    members = f"first = lr_scheduler.{first}\nsecond = lr_scheduler.{second}\n"
    call = f"lr_scheduler.SequentialLR(optimizer, [first, second], milestones={milestones})"
    return Case(name, (f"{HEAD}{made}{members}scheduler = {call}\n{EPOCHS}{SCHEDULED}",))


WARM = "LinearLR(optimizer, start_factor=0.1, total_iters=10)"
THREE_IN_TURN = """SequentialLR(
    optimizer,
    schedulers=[
        lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10),  # up
        lr_scheduler.ConstantLR(optimizer, 0.9, 20),
        lr_scheduler.CosineAnnealingLR(optimizer, T_max=70),
    ],
    milestones=[10, 40],
)"""
IN_PLACE = """SequentialLR(optimizer, [
    lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10),
    lr_scheduler.CosineAnnealingLR(optimizer, T_max=110, eta_min=1e-3),
], [10])"""
CHAINED = """ChainedScheduler([
    lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10),
    lr_scheduler.StepLR(optimizer, 25),
])"""
LAMBDA = "LambdaLR(optimizer, lambda step: 0.99**step"
MEMBERS = """\
def make(model, warm_up_steps):
    optimizer = optim.AdamW(model.parameters(), lr=0.01)
    warm_up = lr_scheduler.LinearLR(optimizer, 0.01, total_iters=warm_up_steps)
    cosine = lr_scheduler.CosineAnnealingLR(optimizer, STEPS - warm_up_steps)
    scheduler = lr_scheduler.SequentialLR(
        optimizer, schedulers=[warm_up, cosine], milestones=[warm_up_steps]
    )
    for step in range(STEPS):
        optimizer.zero_grad()
        train(model, step)
        optimizer.step()
        scheduler.step()
        log(scheduler.get_last_lr()[0])

make(model, 20)
"""
GROUPS = """SGD([
    {"params": model.first.parameters(), "lr": 0.01, "momentum": 0.5},
    {"params": model.second.parameters(), "weight_decay": 0.01},
], lr=0.1, momentum=0.9)"""
ADAM_GROUPS = """Adam([
    {"params": model.first.parameters(), "lr": 0.001, "betas": (0.8, 0.9)},
    {"params": model.second.parameters(), "eps": 1e-6},
], lr=0.01)"""
WARM_UP = """\
for step in range(STEPS):
    optimizer.param_groups[0]["lr"] = 0.05 * min(1.0, (step + 1) / 30)
    optimizer.zero_grad(set_to_none=True)
    train(model, step)
    optimizer.step()
"""
LOOP_OVER_GROUPS = """\
for step in range(STEPS):
    for group in optimizer.param_groups:
        group["lr"] *= 0.98
        group["momentum"] = 0.8 + 0.1 * step / STEPS
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
"""
IN_FUNCTION = """\
def update(optimizer, step):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()

def main():
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = lr_scheduler.StepLR(optimizer, step_size=20, gamma=0.5)
    for step in range(STEPS):
        update(optimizer, step)
        if scheduler is not None:
            scheduler.step()
        log(optimizer.param_groups[0]["lr"], scheduler.last_epoch)

main()
"""
IN_CLASS = """\
class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = optim.AdamW(model.parameters(), lr=0.01)
        self.scheduler = lr_scheduler.CosineAnnealingLR(self.optimizer, STEPS)

    def update(self, step):
        self.optimizer.zero_grad()
        train(self.model, step)
        self.optimizer.step()
        self.scheduler.step()
        log(*self.scheduler.get_last_lr())

trainer = Trainer(model)
for step in range(STEPS):
    trainer.update(step)
"""

CASES = [
    optimizer("sgd", "SGD(model.parameters(), lr=0.1)"),
    optimizer("sgd decay", "SGD(model.parameters(), 0.1, weight_decay=1e-2)", IN_PART),
    optimizer("momentum", "SGD(model.parameters(), 0.1, 0.9)", IN_PART),
    optimizer("nesterov", "SGD(model.parameters(), 0.05, 0.9, 0, 1e-2, True)", IN_PART),
    optimizer(
        "momentum on zeros",
        "SGD(model.parameters(), 0.1, 0.9)",
        IN_PART.replace("zero_grad()", "zero_grad(set_to_none=False)"),
    ),
    optimizer("dampening", "SGD(model.parameters(), lr=0.1, momentum=0.9, dampening=0.5)"),
    optimizer("maximize", "SGD(model.parameters(), lr=1e-4, maximize=True)"),
    optimizer("groups", GROUPS, IN_PART),
    optimizer("adam", "Adam(model.parameters())"),
    optimizer(
        "adam options",
        "Adam(model.parameters(), lr=0.01, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.01)",
    ),
    optimizer("adam amsgrad", "Adam(model.parameters(), lr=0.01, amsgrad=True)"),
    optimizer("adam groups", ADAM_GROUPS),
    optimizer("adamw", "AdamW(model.parameters(), lr=0.01)"),
    optimizer("adamw options", "AdamW(model.parameters(), 0.01, (0.8, 0.95), 1e-6, 0.1, True)"),
    optimizer("adagrad", "Adagrad(model.parameters())"),
    optimizer(
        "adagrad options", "Adagrad(model.parameters(), lr=0.1, weight_decay=0.01, eps=1e-8)"
    ),
    optimizer("adadelta", "Adadelta(model.parameters())"),
    optimizer("adadelta options", "Adadelta(model.parameters(), 0.5, 0.95, weight_decay=0.01)"),
    optimizer("rmsprop", "RMSprop(model.parameters(), momentum=0.9)"),
    optimizer("adamax", "Adamax(model.parameters())"),
    optimizer("nadam", "NAdam(model.parameters())"),
    optimizer("nadam options", "NAdam(model.parameters(), 0.01, (0.8, 0.95), weight_decay=0.01)"),
    optimizer("radam", "RAdam(model.parameters(), lr=0.01)"),
    optimizer("radam options", "RAdam(model.parameters(), 0.01, (0.8, 0.95), weight_decay=0.01)"),
    optimizer("asgd", "ASGD(model.parameters(), lr=0.1)"),
    optimizer("rprop", "Rprop(model.parameters())"),
    optimizer("warm-up by hand", "SGD(model.parameters(), 0.1, 0.9)", WARM_UP),
    optimizer("loop over groups", "SGD(model.parameters(), 0.1, 0.9)", LOOP_OVER_GROUPS),
    optimizer("adagrad", "Adagrad(model.parameters())", IN_PART),
    optimizer("adagrad options", "Adagrad(model.parameters(), 0.1, 0, 0.01, 0.1, 1e-8)"),
    optimizer("adagrad decay", "Adagrad(model.parameters(), lr=0.1, lr_decay=0.01)"),
    optimizer("adagrad decay in part", "Adagrad(model.parameters(), lr_decay=0.01)", IN_PART),
    optimizer("adadelta", "Adadelta(model.parameters())", IN_PART),
    optimizer("adadelta options", "Adadelta(model.parameters(), 0.5, 0.8, 1e-5, 0.01)"),
    optimizer("nadam", "NAdam(model.parameters())", IN_PART),
    optimizer("nadam options", "NAdam(model.parameters(), 1e-3, (0.8, 0.95), 1e-6, 0.01, 1e-3)"),
    optimizer("nadam decoupled", "NAdam(model.parameters(), decoupled_weight_decay=True)"),
    optimizer("radam", "RAdam(model.parameters())", IN_PART),
    optimizer("radam options", "RAdam(model.parameters(), 0.01, (0.8, 0.95), 1e-6, 0.01)"),
    optimizer("rprop", "Rprop(model.parameters())", IN_PART),
    optimizer("rprop options", "Rprop(model.parameters(), 1e-3, (0.4, 1.3), (1e-5, 0.1))"),
    scheduler("step", "StepLR(optimizer, 7, 0.5)"),
    scheduler("step default gamma", "StepLR(optimizer, step_size=50)"),
    scheduler("step upwards", "StepLR(optimizer, 40, gamma=1.5)"),
    scheduler("milestones", "MultiStepLR(optimizer, milestones=[10, 25, 60], gamma=0.3)"),
    scheduler("no milestones", "MultiStepLR(optimizer, [])"),
    scheduler("a milestone at the start", "MultiStepLR(optimizer, [0, 30])"),
    scheduler("exponential", "ExponentialLR(optimizer, gamma=0.97)"),
    scheduler("lambda", "LambdaLR(optimizer, lambda step: 1 / (1 + 0.1 * step))"),
    scheduler("list of lambdas", "LambdaLR(optimizer, [lambda step: 0.95**step])"),
    scheduler("multiplicative", "MultiplicativeLR(optimizer, lr_lambda=lambda step: 0.98)"),
    scheduler("constant", "ConstantLR(optimizer)"),
    scheduler("constant options", "ConstantLR(optimizer, factor=0.2, total_iters=30)"),
    scheduler("polynomial", "PolynomialLR(optimizer)"),
    scheduler("polynomial options", "PolynomialLR(optimizer, STEPS, power=2.0)"),
    scheduler("warm restarts", "CosineAnnealingWarmRestarts(optimizer, 10)"),
    scheduler("longer restarts", "CosineAnnealingWarmRestarts(optimizer, 7, 2, eta_min=1e-3)"),
    scheduler("cyclic", "CyclicLR(optimizer, 0.01, 0.1, 20, cycle_momentum=False)"),
    scheduler(
        "cyclic options",
        "CyclicLR(optimizer, 0.01, 0.1, step_size_up=9, step_size_down=20, mode='exp_range', "
        "gamma=0.99, cycle_momentum=False)",
    ),
    scheduler("cyclic with momentum", "CyclicLR(optimizer, 0.01, 0.1, step_size_up=20)"),
    scheduler("cosine", "CosineAnnealingLR(optimizer, T_max=STEPS)"),
    scheduler("cosine over and over", "CosineAnnealingLR(optimizer, 30, eta_min=1e-3)"),
    scheduler("linear", "LinearLR(optimizer)"),
    scheduler("linear warm-up", "LinearLR(optimizer, 0.01, 1.0, 30)"),
    scheduler("linear down", "LinearLR(optimizer, 1.0, end_factor=0.1, total_iters=STEPS)"),
    scheduler(
        "one cycle",
        "OneCycleLR(optimizer, max_lr=0.2, total_steps=STEPS + 1, cycle_momentum=False)",
    ),
    scheduler(
        "one cycle options",
        "OneCycleLR(optimizer, 0.2, STEPS + 1, pct_start=0.4, anneal_strategy='linear', "
        "cycle_momentum=False, div_factor=10, final_div_factor=100,)",
    ),
    scheduler("one cycle with momentum", "OneCycleLR(optimizer, 0.2, total_steps=STEPS + 1)"),
    scheduler("multiplicative", "MultiplicativeLR(optimizer, lambda step: 0.99)"),
    scheduler(
        "multiplicative with a state",
        "MultiplicativeLR(optimizer, lambda step, seen=[]: 0.99 if seen.append(step) else 0.98)",
    ),
    scheduler("constant", "ConstantLR(optimizer)"),
    scheduler("constant options", "ConstantLR(optimizer, 0.5, total_iters=40)"),
    scheduler("constant for ever", "ConstantLR(optimizer, total_iters=0)"),
    scheduler("polynomial", "PolynomialLR(optimizer)"),
    scheduler("polynomial options", "PolynomialLR(optimizer, 90, 2.0)"),
    scheduler("restarts", "CosineAnnealingWarmRestarts(optimizer, 10)"),
    scheduler("restarts options", "CosineAnnealingWarmRestarts(optimizer, 7, 2, 1e-3)"),
    scheduler("restarts three times longer", "CosineAnnealingWarmRestarts(optimizer, 1, 3)"),
    scheduler("cyclic", "CyclicLR(optimizer, 0.01, 0.1, cycle_momentum=False)"),
    scheduler(
        "cyclic options",
        "CyclicLR(optimizer, 0.01, 0.1, 10, 15, 'exp_range', gamma=0.99, cycle_momentum=False)",
    ),
    scheduler(
        "cyclic scaled by hand",
        "CyclicLR(optimizer, base_lr=0.01, max_lr=1, step_size_up=8, mode='triangular2', "
        "scale_fn=lambda step: 0.9**step, scale_mode='iterations', cycle_momentum=False)",
    ),
    scheduler("cyclic with momentum", "CyclicLR(optimizer, 0.01, 0.1, 20)"),
    composition("warm-up and cosine", WARM, "CosineAnnealingLR(optimizer, 100)"),
    composition("warm-up and waves", WARM, "CosineAnnealingLR(optimizer, 40, eta_min=1e-3)"),
    composition("warm-up and exponential", WARM, "ExponentialLR(optimizer, gamma=0.97)"),
    composition("warm-up and step", WARM, "StepLR(optimizer, 30)"),
    composition("warm-up and milestones", WARM, "MultiStepLR(optimizer, [50, 90], gamma=0.3)"),
    composition("warm-up and polynomial", WARM, "PolynomialLR(optimizer, 90)"),
    composition("warm-up and constant", WARM, "ConstantLR(optimizer, 0.5, 30)"),
    composition("warm-up and restarts", WARM, "CosineAnnealingWarmRestarts(optimizer, 20, 2)"),
    composition("warm-up and lambda", WARM, "LambdaLR(optimizer, lambda step: 0.95**step)"),
    composition("warm-up and product", WARM, "MultiplicativeLR(optimizer, lambda step: 0.95)"),
    composition("warm-up and linear", WARM, "LinearLR(optimizer, 1.0, 0.1, total_iters=90)"),
    composition(
        "warm-up and cycles", WARM, "CyclicLR(optimizer, 0.01, 0.1, 10, cycle_momentum=False)"
    ),
    composition("default warm-up", "LinearLR(optimizer)", "StepLR(optimizer, 30)", "[5]"),
    composition("short warm-up", WARM, "StepLR(optimizer, 30)", "[15]"),
    composition("long decay", "ExponentialLR(optimizer, 0.98)", "StepLR(optimizer, 9)", "[40]"),
    composition("constant first", "ConstantLR(optimizer, 0.5, 9)", "StepLR(optimizer, 9)", "[9]"),
    scheduler("three in turn", THREE_IN_TURN),
    scheduler("warm-up written in place", IN_PLACE),
    scheduler("chained", CHAINED),
    scheduler("chained cosine", CHAINED.replace("StepLR", "CosineAnnealingLR")),
    scheduler("chained lambda", CHAINED.replace("StepLR(optimizer, 25", LAMBDA)),
    Case("members by name", (HEAD + MEMBERS,)),
    scheduler(
        "warm-up then cosine",
        "SequentialLR(optimizer, [lr_scheduler.LinearLR(optimizer, 0.1, 1.0, 10), "
        "lr_scheduler.CosineAnnealingLR(optimizer, 60)], milestones=[10])",
    ),
    scheduler(
        "three in turn",
        "SequentialLR(optimizer, [lr_scheduler.ConstantLR(optimizer, 0.5, 10), "
        "lr_scheduler.ExponentialLR(optimizer, 0.97), lr_scheduler.StepLR(optimizer, 9)], "
        "[10, 70])",
    ),
    scheduler(
        "several at once",
        "ChainedScheduler([lr_scheduler.ExponentialLR(optimizer, 0.99), "
        "lr_scheduler.StepLR(optimizer, 30, 0.5)])",
    ),
    plateau("plateau", ""),
    plateau("plateau options", ", 'max', 0.5, patience=2, threshold=0.05, threshold_mode='abs'"),
    plateau("plateau floor", ", factor=0.3, patience=1, min_lr=1e-3, eps=1e-5"),
    plateau("plateau cooldown", ", factor=0.5, patience=1, cooldown=5"),
    resumed("resume", "SGD(model.parameters(), lr=0.1, momentum=0.9)", "StepLR(optimizer, 7, 0.8)"),
    resumed("resume adam", "Adam(model.parameters(), lr=0.01)", "ExponentialLR(optimizer, 0.98)"),
    resumed("resume cosine", "AdamW(model.parameters())", "CosineAnnealingLR(optimizer, STEPS)"),
    resumed("resume linear", "SGD(model.parameters())", "LinearLR(optimizer, total_iters=90)"),
    resumed(
        "resume after a warm-up",
        "AdamW(model.parameters(), lr=0.01)",
        IN_PLACE.replace("[10])", "milestones=[10])"),
    ),
    resumed(
        "resume restarts",
        "SGD(model.parameters(), lr=0.1)",
        "CosineAnnealingWarmRestarts(optimizer, 25, 2)",
    ),
    resumed("resume constant", "SGD(model.parameters())", "ConstantLR(optimizer, 0.5, 70)"),
    resumed("resume polynomial", "Adam(model.parameters())", "PolynomialLR(optimizer, 110, 2.0)"),
    resumed(
        "resume cyclic",
        "SGD(model.parameters(), lr=0.1)",
        "CyclicLR(optimizer, 0.01, 0.1, 13, cycle_momentum=False)",
    ),
    resumed(
        "resume multiplicative",
        "SGD(model.parameters())",
        "MultiplicativeLR(optimizer, lambda step: 0.98)",
    ),
    resumed(
        "resume with other options",
        "SGD(model.parameters(), lr=0.1 / (1 + PART[0]), momentum=0.9, weight_decay=PART[0] / 100)",
        "CosineAnnealingLR(optimizer, 90 + PART[0])",
    ),
    resumed(
        "resume what is kept",
        "Adam(model.parameters())",
        "MultiStepLR(optimizer, [20, 80])",
        KEEP_AND_SAVE,
    ),
    *(
        resumed(f"resume {call}", "SGD(model.parameters(), lr=0.1, momentum=0.9)", call)
        for call in (
            "MultiStepLR(optimizer, [20, 80], 0.3)",
            "LambdaLR(optimizer, lambda step: 1 / (1 + 0.1 * step))",
            "MultiplicativeLR(optimizer, lambda step: 0.98)",
            "ConstantLR(optimizer, 0.2, 70)",
            "PolynomialLR(optimizer, 100)",
            "CosineAnnealingWarmRestarts(optimizer, 7, 2)",
            "CyclicLR(optimizer, 0.01, 0.1, 25, cycle_momentum=False)",
            "OneCycleLR(optimizer, 0.2, total_steps=121, cycle_momentum=False)",
        )
    ),
    Case("in functions", (HEAD + IN_FUNCTION,)),
    Case("in a class", (HEAD + IN_CLASS,)),
]
