import torch
from torch import nn, optim

net = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 1))  # small on purpose

body = optim.AdamW(net[0].parameters(), lr=1e-3)
cosine = optim.lr_scheduler.CosineAnnealingLR(body, T_max=100)  # per step

head = optim.SGD(net[2].parameters(), lr=0.1, momentum=0.9)
cycle = optim.lr_scheduler.OneCycleLR(head, max_lr=0.1, total_steps=100)

for step in range(100):
    loss = net(torch.randn(16, 4)).square().mean()
    body.zero_grad()
    head.zero_grad()
    loss.backward()
    body.step()
    head.step()
    cosine.step()
    cycle.step()
