"""Several optimizers and schedulers in one place: they never mix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.codemods.forms.bundles import HEAD

if TYPE_CHECKING:
    from collections.abc import Mapping

_BODIES: Final[Mapping[str, str]] = {
    "a dict of optimizers": """\
optimizers = {
    "first": optim.SGD(model.first.parameters(), lr=0.1, momentum=0.9),
    "second": optim.Adam(model.second.parameters(), lr=1e-2),
}
for step in range(STEPS):
    for o in optimizers.values():
        o.zero_grad()
    train(model, step)
    for name, o in optimizers.items():
        o.step()
        log(o.param_groups[0]["lr"])
""",
    "a dict filled by subscripts": """\
opts, plans = {}, {}
for name in ("first", "second"):
    opts[name] = optim.SGD(getattr(model, name).parameters(), lr=0.1, momentum=0.9)
    plans[name] = lr_scheduler.ExponentialLR(opts[name], gamma=0.98)
for step in range(STEPS):
    [o.zero_grad() for o in opts.values()]
    train(model, step)
    for name in opts:
        opts[name].step()
        plans[name].step()
        log(plans[name].get_last_lr()[0])
""",
    "a comprehension of optimizers": """\
parts = [model.first, model.second]
opts = [optim.Adam(part.parameters(), lr=1e-2, betas=(0.8, 0.99)) for part in parts]
plans = [lr_scheduler.StepLR(o, step_size=40) for o in opts]
for step in range(STEPS):
    for o in opts:
        o.zero_grad()
    train(model, step)
    for o, s in zip(opts, plans):
        o.step()
        s.step()
    log(*(o.param_groups[0]["lr"] for o in opts))
""",
    "a list appended to": """\
optimizers = []
optimizers.append(optim.SGD(model.first.parameters(), lr=0.1))
optimizers.append(optim.SGD(model.second.parameters(), lr=0.05, momentum=0.9))
for step in range(STEPS):
    for optimizer in optimizers:
        optimizer.zero_grad()
    train(model, step)
    for optimizer in optimizers:
        optimizer.step()
log(len(optimizers))
""",
    "a tuple": """\
pair = (optim.SGD(model.first.parameters(), lr=0.1), optim.RMSprop(model.second.parameters(), 1e-3))
for step in range(STEPS):
    pair[0].zero_grad(), pair[1].zero_grad()
    train(model, step)
    pair[0].step()
    pair[1].step()
""",
    "yielded": """\
def optimizers():
    yield optim.SGD(model.first.parameters(), lr=0.1)
    yield optim.Adam(model.second.parameters(), lr=1e-2)

kept = list(optimizers())
for step in range(STEPS):
    for o in kept:
        o.zero_grad()
    train(model, step)
    for o in kept:
        o.step()
""",
    "made anew for each stage": """\
stages = [("warm", 0.01, 30), ("main", 0.1, 60), ("fine", 0.001, 30)]
done = 0
for name, lr, length in stages:
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=length)
    for step in range(done, done + length):
        optimizer.zero_grad()
        train(model, step)
        optimizer.step()
        scheduler.step()
        log(scheduler.get_last_lr()[0])
    done += length
""",
    "a GAN": """\
def main():
    optimizer_G = optim.Adam(model.first.parameters(), lr=2e-3, betas=(0.5, 0.999))
    optimizer_D = optim.Adam(model.second.parameters(), lr=1e-3, betas=(0.5, 0.999))
    for step in range(STEPS):
        # train the generator
        optimizer_G.zero_grad()
        train(model, step)
        optimizer_G.step()
        # train the discriminator
        optimizer_D.zero_grad()
        train(model, step)
        optimizer_D.step()
        log(optimizer_G.param_groups[0]["lr"], optimizer_D.param_groups[0]["lr"])

main()
""",
    "a GAN with schedulers": """\
netG, netD = model.first, model.second
optG = optim.Adam(netG.parameters(), lr=2e-3, betas=(0.5, 0.999))
optD = optim.SGD(netD.parameters(), lr=1e-2, momentum=0.9)
schedG = lr_scheduler.LambdaLR(optG, lr_lambda=lambda epoch: 1.0 - max(0, epoch - 60) / 61)
schedD = lr_scheduler.StepLR(optD, step_size=20, gamma=0.7)
for step in range(STEPS):
    optG.zero_grad()
    optD.zero_grad()
    train(model, step)
    optD.step()
    optG.step()
    schedG.step()
    if step % 2:
        schedD.step()
    log(schedG.get_last_lr()[0], schedD.get_last_lr()[0])
""",
    "a GAN in a class": """\
import itertools

class CycleGAN:
    def __init__(self, opt_lr=2e-3):
        self.optimizers = []
        self.optimizer_G = torch.optim.Adam(
            itertools.chain(model.first.parameters()), lr=opt_lr, betas=(0.5, 0.999))
        self.optimizer_D = torch.optim.Adam(
            itertools.chain(model.second.parameters()), lr=opt_lr, betas=(0.5, 0.999))
        self.optimizers.append(self.optimizer_G)
        self.optimizers.append(self.optimizer_D)
        self.schedulers = [get_scheduler(o) for o in self.optimizers]

    def optimize_parameters(self, step):
        self.optimizer_G.zero_grad()
        self.optimizer_D.zero_grad()
        train(model, step)
        self.optimizer_G.step()
        self.optimizer_D.step()

    def update_learning_rate(self):
        for scheduler in self.schedulers:
            scheduler.step()
        log(self.optimizers[0].param_groups[0]["lr"])


def get_scheduler(optimizer):
    def lambda_rule(epoch):
        return 1.0 - max(0, epoch + 1 - 60) / float(61 + 1)
    return lr_scheduler.LambdaLR(optimizer, lr_lambda=lambda_rule)

gan = CycleGAN()
for step in range(STEPS):
    gan.optimize_parameters(step)
    gan.update_learning_rate()
""",
    "two optimizers, one scheduler each, one function": """\
def fit(encoder, decoder):
    enc_opt = optim.SGD(encoder.parameters(), lr=0.1)
    dec_opt = optim.SGD(decoder.parameters(), lr=0.02, momentum=0.9)
    enc_sched = lr_scheduler.StepLR(enc_opt, 10, gamma=0.9)
    dec_sched = lr_scheduler.ReduceLROnPlateau(dec_opt, factor=0.5, patience=3)
    for step in range(STEPS):
        enc_opt.zero_grad()
        dec_opt.zero_grad()
        train(model, step)
        enc_opt.step()
        dec_opt.step()
        enc_sched.step()
        dec_sched.step(METRICS[step])
        log(enc_opt.param_groups[0]["lr"], dec_opt.param_groups[0]["lr"])

fit(model.first, model.second)
""",
    "two schedulers of one optimizer": """\
optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
decay = lr_scheduler.ExponentialLR(optimizer, gamma=0.99)
drops = lr_scheduler.MultiStepLR(optimizer, milestones=[30, 80], gamma=0.5)
for step in range(STEPS):
    optimizer.zero_grad()
    train(model, step)
    optimizer.step()
    decay.step()
    drops.step()
    log(optimizer.param_groups[0]["lr"])
""",
}
SEVERAL: Final = {name: HEAD + body for name, body in _BODIES.items()}
