"""Native scripts as people write them in Paddle and OneFlow; each is run, and so is its port."""

from __future__ import annotations

from tests.codemods.execution_cases import Case

PADDLE_LOOP = """\
for step in range(STEPS):
    train(model, step)
    optimizer.step()
    optimizer.clear_grad()
    log(optimizer.get_lr())
"""
ONEFLOW_LOOP = """\
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
    log(optimizer.param_groups[0]["lr"])
"""


def _paddle(call: str) -> Case:
    text = f"import paddle\n\noptimizer = paddle.optimizer.{call}\n{PADDLE_LOOP}"
    return Case(call.partition("(")[0], (text,))


def _paddle_lr(call: str, step: str = "") -> Case:
    text = (
        f"import paddle\n\nscheduler = paddle.optimizer.lr.{call}\n"
        "optimizer = paddle.optimizer.Momentum(scheduler, parameters=model.parameters())\n"
        f"{PADDLE_LOOP}    scheduler.step({step})\n    log(scheduler(), scheduler.last_lr)\n"
    )
    return Case(call.partition("(")[0], (text,))


def _oneflow(call: str) -> Case:
    text = f"import oneflow as flow\n\noptimizer = flow.optim.{call}\n{ONEFLOW_LOOP}"
    return Case(call.partition("(")[0], (text,))


def _oneflow_lr(call: str, step: str = "") -> Case:
    text = (
        "import oneflow as flow\nfrom oneflow.optim import lr_scheduler\n\n"
        "optimizer = flow.optim.SGD(model.parameters(), 0.05, momentum=0.9)\n"
        f"scheduler = lr_scheduler.{call}\n{ONEFLOW_LOOP}    scheduler.step({step})\n"
    )
    return Case(call.partition("(")[0], (text,))


PADDLE = (
    _paddle("SGD(0.05, model.parameters(), weight_decay=paddle.regularizer.L2Decay(0.01))"),
    _paddle("Momentum(0.05, parameters=model.parameters(), use_nesterov=True)"),
    _paddle("Adam(0.01, beta1=0.8, parameters=model.parameters(), epsilon=1e-6, amsgrad=True)"),
    _paddle("AdamW(parameters=list(model.parameters()), name='mine')"),
    _paddle("Adagrad(0.05, parameters=model.parameters())"),
    _paddle("Adadelta(1.0, parameters=model.parameters())"),
    _paddle("NAdam(0.01, beta2=0.99, parameters=model.parameters())"),
    _paddle("RAdam(learning_rate=0.01, parameters=model.parameters(), grad_clip=None)"),
    _paddle_lr("StepDecay(0.05, 20)"),
    _paddle_lr("MultiStepDecay(learning_rate=0.05, milestones=[20, 60], gamma=0.3)"),
    _paddle_lr("ExponentialDecay(0.05, gamma=0.97)"),
    _paddle_lr("LambdaDecay(0.05, lr_lambda=lambda step: 0.98**step)"),
    _paddle_lr("MultiplicativeDecay(0.05, lambda step: 0.99)"),
    _paddle_lr("CosineAnnealingDecay(0.05, T_max=STEPS, eta_min=0.001)"),
    _paddle_lr("CosineAnnealingWarmRestarts(0.05, 10, T_mult=2)"),
    _paddle_lr("LinearLR(0.05, 40)"),
    _paddle_lr("OneCycleLR(0.05, total_steps=150, divide_factor=20.0)"),
    _paddle_lr("CyclicLR(0.01, 0.05, 15, mode='triangular2')"),
    _paddle_lr("ReduceOnPlateau(0.05, patience=3)", "METRICS[step]"),
    _paddle_lr("NaturalExpDecay(0.05, gamma=0.01)"),
    _paddle_lr("InverseTimeDecay(0.05, gamma=0.1)"),
    _paddle_lr("NoamDecay(64, 30)"),
    _paddle_lr("PiecewiseDecay([20, 60], [0.05, 0.02, 0.01])"),
    _paddle_lr("PolynomialDecay(0.05, 40, cycle=True)"),
    _paddle_lr("LinearWarmup(0.05, 10, start_lr=0.0, end_lr=0.05)"),
    _paddle_lr("LinearWarmup(paddle.optimizer.lr.StepDecay(0.05, 20), 10, 0.0, 0.05)"),
)
ONEFLOW = (
    _oneflow("SGD(model.parameters(), momentum=0.9, weight_decay=0.01)"),
    _oneflow("Adam(model.parameters(), 0.01, amsgrad=True)"),
    _oneflow("AdamW(model.parameters(), fused=False)"),
    _oneflow("Adagrad(model.parameters(), lr=0.05)"),
    _oneflow("Adadelta(model.parameters())"),
    _oneflow_lr("StepLR(optimizer, 20)"),
    _oneflow_lr("MultiStepLR(optimizer, milestones=[20, 60], gamma=0.3)"),
    _oneflow_lr("ExponentialLR(optimizer, 0.97)"),
    _oneflow_lr("LambdaLR(optimizer, lambda step: 0.98**step)"),
    _oneflow_lr("CosineAnnealingLR(optimizer, STEPS, 0.001)"),
    _oneflow_lr("CosineAnnealingWarmRestarts(optimizer, 10, 2)"),
    _oneflow_lr("LinearLR(optimizer)"),
    _oneflow_lr("ConstantLR(optimizer, total_iters=30)"),
    _oneflow_lr("ReduceLROnPlateau(optimizer, patience=3)", "METRICS[step]"),
    _oneflow_lr("CosineDecayLR(optimizer, 50, 0.1)"),
    _oneflow_lr("PolynomialLR(optimizer, 40, cycle=True)"),
    _oneflow_lr("WarmUpLR(lr_scheduler.StepLR(optimizer, 20), 0.2, 10)"),
)
CASES = {"paddle": PADDLE, "oneflow": ONEFLOW}
