import oneflow
import math
from oneflow import nn, optim

G = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 2))
D = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))

opt_g = optim.Adam(G.parameters(), lr=2e-4, betas=(0.5, 0.999))
# the critic learns faster, and its rate is set by hand
opt_d = optim.Adam(D.parameters(), lr=4e-4, betas=(0.5, 0.999))
criterion = nn.MSELoss()


def warm_up(optimizer, step, base, steps=100):
    # linear, then constant
    for group in optimizer.param_groups:
        group["lr"] = base * min(1.0, (step + 1) / steps)


for step in range(200):
    warm_up(opt_d, step, 4e-4)
    angle = oneflow.rand(64, 1) * 2 * math.pi
    real = oneflow.cat([oneflow.cos(angle), oneflow.sin(angle)], dim=1)
    fake = G(oneflow.randn(64, 8))

    opt_d.zero_grad(set_to_none=True)
    loss_d = criterion(D(real), oneflow.ones(64, 1)) + criterion(D(fake.detach()), oneflow.zeros(64, 1))
    loss_d.backward()
    opt_d.step()

    opt_g.zero_grad(set_to_none=True)
    loss_g = criterion(D(fake), oneflow.ones(64, 1))
    loss_g.backward()
    opt_g.step()

    if step % 50 == 0:
        print(step, loss_d.item(), loss_g.item(), opt_g.param_groups[0]["lr"], opt_d.param_groups[0]["lr"])
