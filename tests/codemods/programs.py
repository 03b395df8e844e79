"""Training programs made of the forms that people write, drawn at random by hypothesis.

Every program runs in the harness of `execution.py`: it is given `model`, `train`, `log`, `STEPS`
and `METRICS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Imports, and what they make of `torch.optim` and `torch.optim.lr_scheduler`.
IMPORTS: Final[Mapping[str, tuple[str, str]]] = {
    "import torch\n": ("torch.optim.", "torch.optim.lr_scheduler."),
    "import torch\nimport torch.optim as optim\n": ("optim.", "optim.lr_scheduler."),
    "import torch\nfrom torch import optim\nfrom torch.optim import lr_scheduler\n": (
        "optim.",
        "lr_scheduler.",
    ),
    "import torch as th\nfrom torch.optim import lr_scheduler as rates\n": ("th.optim.", "rates."),
    "import torch\nlr_scheduler = torch.optim.lr_scheduler\n": ("torch.optim.", "lr_scheduler."),
    "import torch\nfrom torch.optim import *\nfrom torch.optim.lr_scheduler import *\n": ("", ""),
}
PARAMETERS: Final = (
    "model.parameters()",
    "list(model.parameters())",
    "[p for p in model.parameters() if p.requires_grad]",
    "params=model.parameters()",
    '[{"params": model.first.parameters(), "lr": 0.02}, {"params": model.second.parameters()}]',
    (
        '[{"params": model.first.parameters(), "weight_decay": 0.0}, '
        '{"params": model.second.parameters()}]'
    ),
)
OPTIMIZERS: Final = (
    "SGD({}, lr=0.05)",
    "SGD({}, lr=0.05, momentum=0.9)",
    "SGD({}, lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-3)",
    "SGD({}, lr=0.05, momentum=0.8, dampening=0.1)",
    "Adam({}, lr=0.01)",
    "Adam({}, lr=0.01, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.01)",
    "Adam({}, lr=0.01, amsgrad=True, fused=False)",
    "AdamW({}, lr=0.01)",
    "AdamW({}, weight_decay=0.1, lr=rate)",
    "Adagrad({}, lr=0.05)",
    "Adagrad({}, lr=0.05, lr_decay=0.01)",
    "Adadelta({})",
    "NAdam({}, lr=0.01)",
    "RAdam({}, lr=0.01)",
    "Rprop({}, lr=0.01)",
    "Adamax({}, lr=0.01)",
)
SCHEDULERS: Final = (
    "",
    "StepLR({}, 20)",
    "StepLR({}, step_size=period, gamma=0.5)",
    "MultiStepLR({}, milestones=[20, 60], gamma=0.3)",
    "ExponentialLR({}, 0.98)",
    "ExponentialLR({}, gamma=1.01)",
    "CosineAnnealingLR({}, T_max=STEPS)",
    "CosineAnnealingLR({}, 30, eta_min=1e-3)",
    "CosineAnnealingWarmRestarts({}, 10, 2)",
    "LambdaLR({}, lambda step: 0.97**step)",
    "LambdaLR({}, lr_lambda=decay)",
    "MultiplicativeLR({}, lambda step: 0.98)",
    "LinearLR({}, 0.1, total_iters=30)",
    "ConstantLR({}, 0.5, 20)",
    "PolynomialLR({}, STEPS, power=2.0)",
    "OneCycleLR({}, 0.1, total_steps=STEPS + 1)",
    "OneCycleLR({}, max_lr=0.1, total_steps=STEPS + 1, cycle_momentum=False)",
    "CyclicLR({}, 0.01, 0.1, 15, cycle_momentum=False)",
    "ReduceLROnPlateau({}, patience=3)",
    "ReduceLROnPlateau({}, mode='min', factor=0.5, patience=1, cooldown=2)",
    "SequentialLR({0}, [{1}LinearLR({0}, 0.1, total_iters=10), {1}StepLR({0}, 30)], [10])",
    "SequentialLR({0}, [{1}LinearLR({0}, 0.1, total_iters=9), {1}ExponentialLR({0}, 0.98)], [20])",
    "ChainedScheduler([{1}ConstantLR({0}, 0.5, 9), {1}ExponentialLR({0}, 0.98)])",
)
# What is done with the optimizer in each step, before and after it is stepped.
BEFORE: Final = (
    "",
    "for group in {o}.param_groups:\n    log(group['lr'])\n",
    "if step == 7:\n    {o}.param_groups[0]['lr'] = 0.02\n",
    "for group in {o}.param_groups:\n    group['lr'] = rate * min(1.0, (step + 1) / 20)\n",
    "for group in {o}.param_groups:\n    group['lr'] *= 0.99\n",
    "{o}.param_groups[0]['weight_decay'] = 1e-3\n",
    "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n",
)
ZERO: Final = ("{o}.zero_grad()", "{o}.zero_grad(set_to_none=False)", "{o}.zero_grad(True)")
TRAIN: Final = ("train(model, step)", "train(model, step, in_part=True)")
AFTER: Final = (
    "",
    "log({o}.param_groups[0]['lr'])\n",
    "log({s}.get_last_lr()[0])\n",
    "log({s}.last_epoch)\n",
)
EVERY: Final = ("", "if step % 10 == 9:\n    ")


def _mostly_first(choices: Sequence[str]) -> st.SearchStrategy[str]:
    """Draw the plain form half of the time, so that not every program has a reason for bridge."""
    return st.one_of(st.just(choices[0]), st.sampled_from(choices))


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Draw a program: imports, an optimizer, perhaps a scheduler, and a loop, in some layout."""
    imports = draw(st.sampled_from(sorted(IMPORTS)))
    optim, schedules = IMPORTS[imports]
    layout = draw(st.sampled_from(LAYOUTS))
    o, s = ("self.opt", "self.sched") if layout is _in_class else ("opt", "sched")
    made = optim + draw(st.sampled_from(OPTIMIZERS)).format(draw(_mostly_first(PARAMETERS)))
    call = draw(st.sampled_from(SCHEDULERS))
    scheduled = f"{schedules}{call.format(o, schedules)}" if call else ""
    body = _body(draw, o, s if call else "", is_plateau=call.startswith("Reduce"))
    if imports.startswith("import torch as th"):
        body = body.replace("torch.", "th.")
    head = f"{imports}\nrate = 0.03\nperiod = 25\n\ndef decay(step):\n    return 0.97**step\n\n"
    return head + layout(o, made, s, scheduled, body)


def _body(draw: st.DrawFn, o: str, s: str, *, is_plateau: bool) -> str:
    parts = [draw(st.sampled_from(ZERO)) + "\n", draw(_mostly_first(TRAIN)) + "\n"]
    parts += [draw(_mostly_first(BEFORE)), "{o}.step()\n"]
    if s:
        parts.append(draw(_mostly_first(EVERY)) + f"{{s}}.step({'METRICS[step]' * is_plateau})\n")
    after = draw(st.sampled_from(AFTER))
    parts.append(after if s or "{s}" not in after else "")
    return "".join(parts).format(o=o, s=s)


def _indented(text: str, depth: int) -> str:
    return "".join(f"{'    ' * depth}{line}" for line in text.splitlines(keepends=True))


def _flat(o: str, made: str, s: str, scheduled: str, body: str) -> str:
    also = f"{s} = {scheduled}\n" if scheduled else ""
    return f"{o} = {made}\n{also}for step in range(STEPS):\n{_indented(body, 1)}"


def _in_function(o: str, made: str, s: str, scheduled: str, body: str) -> str:
    inside = _indented(_flat(o, made, s, scheduled, body), 1)
    return f"def main(model):\n{inside}\nmain(model)\n"


def _in_class(o: str, made: str, s: str, scheduled: str, body: str) -> str:
    also = f"        {s} = {scheduled}\n" if scheduled else ""
    return (
        f"class Trainer:\n    def __init__(self, model):\n        {o} = {made}\n{also}\n"
        f"    def update(self, model, step):\n{_indented(body, 2)}\n"
        "trainer = Trainer(model)\nfor step in range(STEPS):\n    trainer.update(model, step)\n"
    )


def _from_factory(o: str, made: str, s: str, scheduled: str, body: str) -> str:
    also = f"    {s} = {scheduled}\n" if scheduled else ""
    names = f"{o}, {s}" if scheduled else o
    return (
        f"def make(model):\n    {o} = {made}\n{also}    return {names}\n\n"
        f"{names} = make(model)\nfor step in range(STEPS):\n{_indented(body, 1)}"
    )


def _stepped_elsewhere(o: str, made: str, s: str, scheduled: str, body: str) -> str:
    also = f"{s} = {scheduled}\n" if scheduled else ""
    names = f"{o}, {s}" if scheduled else o
    return (
        f"def update({names}, step):\n{_indented(body, 1)}\n"
        f"{o} = {made}\n{also}for step in range(STEPS):\n    update({names}, step)\n"
    )


def _one_of_two(o: str, made: str, s: str, scheduled: str, body: str) -> str:
    return (
        f"if rate > 0:\n    {o} = {made}\nelse:\n    {o} = {made}\n"
        + _flat(o, made, s, scheduled, body).partition("\n")[2]
    )


def _in_a_dict(o: str, made: str, s: str, scheduled: str, body: str) -> str:
    given = {o: f"kept['{o}']", s: f"kept['{s}']"}
    kept = f"kept = {{'{o}': {made}}}\n"
    also = f"kept['{s}'] = {scheduled}\n" if scheduled else ""
    text = f"{also}for step in range(STEPS):\n{_indented(body, 1)}"
    for name, place in given.items():
        text = text.replace(f"{name}.", f"{place}.").replace(f"({name},", f"({place},")
    return kept + text


LAYOUTS: Final = (
    _flat,
    _in_function,
    _in_class,
    _from_factory,
    _stepped_elsewhere,
    _one_of_two,
    _in_a_dict,
)
