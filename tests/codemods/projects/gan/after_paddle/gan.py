import paddle
import math
from paddle import nn, optimizer as optim

G = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 2))
D = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))

opt_g = optim.Adam(parameters=G.parameters(), learning_rate=2e-4, beta1=0.5, beta2=0.999)
# the critic learns faster, and its rate is set by hand
opt_d = optim.Adam(parameters=D.parameters(), learning_rate=4e-4, beta1=0.5, beta2=0.999)
criterion = nn.MSELoss()


def warm_up(optimizer, step, base, steps=100):
    # linear, then constant
    optimizer.set_lr(base * min(1.0, (step + 1) / steps))


for step in range(200):
    warm_up(opt_d, step, 4e-4)
    angle = paddle.rand(64, 1) * 2 * math.pi
    real = paddle.cat([paddle.cos(angle), paddle.sin(angle)], dim=1)
    fake = G(paddle.randn(64, 8))

    opt_d.zero_grad()
    loss_d = criterion(D(real), paddle.ones(64, 1)) + criterion(D(fake.detach()), paddle.zeros(64, 1))
    loss_d.backward()
    opt_d.step()

    opt_g.zero_grad()
    loss_g = criterion(D(fake), paddle.ones(64, 1))
    loss_g.backward()
    opt_g.step()

    if step % 50 == 0:
        print(step, loss_d.item(), loss_g.item(), opt_g.get_lr(), opt_d.get_lr())
