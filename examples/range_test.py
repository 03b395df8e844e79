#!/usr/bin/env python
# Learning rate range test (L. Smith, https://arxiv.org/abs/1506.01186):
# raise the lr exponentially over the batches of one epoch and watch the loss.
import argparse
import json

import numpy as np
import torch
import torch.nn as nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser(description="learning rate range test")
parser.add_argument("--start-lr", type=float, default=1e-5)
parser.add_argument("--end-lr", type=float, default=0.1)  # well before it diverges
parser.add_argument("--batch-size", type=int, default=16)
parser.add_argument("--steps", type=int, default=300, help="batches in the epoch")
parser.add_argument("--seed", type=int, default=7)
parser.add_argument("--log", help="write lr, momentum and loss of every step as JSON lines")
args = parser.parse_args()

MOMENTUM = 0.9

torch.manual_seed(args.seed)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

# a smooth surface over the plane
rng = np.random.default_rng(args.seed)
points = rng.uniform(-1.0, 1.0, (args.steps * args.batch_size, 2)).astype(np.float32)
height = np.sin(3.0 * points[:, 0]) * np.cos(2.0 * points[:, 1])
dataset = TensorDataset(torch.from_numpy(points), torch.from_numpy(height).unsqueeze(1))
loader = DataLoader(dataset, batch_size=args.batch_size, shuffle=False)


class Surface(nn.Module):
    """A tanh network from the plane to a height."""

    def __init__(self, hidden=48):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.head(self.net(x))


model = Surface().to(device)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=args.start_lr, momentum=MOMENTUM)

# lr = start * (end / start) ** (i / last)
gain = args.end_lr / args.start_lr
last = max(args.steps - 1, 1)
scheduler = LambdaLR(optimizer, lr_lambda=lambda i: gain ** (i / last))

lrs, losses = [], []
smooth, best_lr, best_drop = None, args.start_lr, 0.0
model.train()
for step, (inputs, targets) in enumerate(loader):
    inputs, targets = inputs.to(device), targets.to(device)
    lr = scheduler.get_last_lr()[0]

    optimizer.zero_grad()
    loss = criterion(model(inputs), targets)
    loss.backward()
    optimizer.step()
    scheduler.step()

    lrs.append(lr)
    losses.append(loss.item())
    # exponential average, as the loss of one batch is noisy
    previous, smooth = smooth, losses[-1] if smooth is None else 0.95 * smooth + 0.05 * losses[-1]
    if previous is not None and previous - smooth > best_drop:
        best_lr, best_drop = lr, previous - smooth
    if step % 50 == 0:
        print("step %4d  lr %.3e  loss %.5f" % (step, lr, smooth))

print("steepest descent at lr %.3e" % best_lr)

if args.log:
    with open(args.log, "w") as out:
        for step in range(len(lrs)):
            out.write(json.dumps({"step": step, "lr": [lrs[step]], "momentum": [MOMENTUM], "loss": losses[step]}))
            out.write("\n")
