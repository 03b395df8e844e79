"""Train a small classifier with a hand-written scheduler: cosine annealing with warm boots.

The scheduler is a plain class, no LRScheduler: it only reads and writes param_groups.
"""
import argparse
import json
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.optim import Adam


class CosineAnnealingWarmbootingLR:
    """Cosine annealing that boots again at given epochs, a little lower each time.

    step() once per epoch, step_batch() before every batch while warming up.
    """

    def __init__(self, optimizer, epochs=0, eta_min=0.05, steps=[], step_scale=0.8, lf=None, batchs=0,
                 warmup_epoch=0, epoch_scale=1.0):
        self.optimizer = optimizer
        self.eta_min = eta_min  # floor, as a fraction of the base lr
        self.step_scale = step_scale  # amplitude of each boot relative to the one before
        self.epoch_scale = epoch_scale  # > 1 leaves a cosine before its end
        self.lf = lf  # own curve: lf(epochs since boot, epochs of this stretch)
        self.iters = -1
        self.iters_batch = -1
        self.warmup_iters = batchs * warmup_epoch

        # the boots have to come in order, and inside the training
        steps.sort()
        self.steps = [warmup_epoch] + [s for s in steps if warmup_epoch < s < epochs] + [epochs]

        self.base_lr = [group["lr"] for group in optimizer.param_groups]
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])

    def step(self, external_iter=None):
        self.iters = self.iters + 1 if external_iter is None else external_iter

        # which stretch are we in?
        boot = 0
        while boot < len(self.steps) - 2 and self.iters >= self.steps[boot + 1]:
            boot += 1
        gap = (self.steps[boot + 1] - self.steps[boot]) * self.epoch_scale
        since = max(self.iters - self.steps[boot], 0)
        amplitude = self.step_scale ** boot

        for group, lr in zip(self.optimizer.param_groups, self.base_lr):
            if self.lf is not None:
                factor = self.lf(since, gap)
            else:
                factor = (1 + math.cos(math.pi * since / gap)) / 2
            # never below the floor, whatever lf says
            group["lr"] = lr * max(amplitude * factor, self.eta_min)
        return self.optimizer.param_groups[0]["lr"]

    def step_batch(self):
        """Linear warm-up over the batches of the first epochs; None when it is over."""
        self.iters_batch += 1
        if self.iters_batch >= self.warmup_iters:
            return None
        rate = (self.iters_batch + 1) / self.warmup_iters
        for group, lr in zip(self.optimizer.param_groups, self.base_lr):
            group["lr"] = lr * rate
        return self.optimizer.param_groups[0]["lr"]


class MLP(nn.Module):
    def __init__(self, features, hidden, classes):
        super(MLP, self).__init__()
        self.fc1 = nn.Linear(features, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, classes)

    def forward(self, x):
        x = torch.tanh(self.fc1(x))
        x = torch.tanh(self.fc2(x))
        return self.out(x)


def gaussian_blobs(n, features, classes, seed):
    rng = np.random.default_rng(seed)
    centers = rng.standard_normal((classes, features))
    y = rng.integers(0, classes, n)
    x = centers[y] + 0.8 * rng.standard_normal((n, features))
    return x, y


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        hits = (model(x).argmax(dim=1) == y).float().mean()
    return hits.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch-size", type=int, default=40)
    parser.add_argument("--lr", type=float, default=0.003)
    parser.add_argument("--boot", type=int, nargs="*", default=[20, 10], help="epochs to boot again at")
    parser.add_argument("--warmup", type=int, default=2, help="epochs of warm-up")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", default=None, help="write lr, momentum and loss of every step as JSON lines")
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    # 400 points of 5 classes
    x, y = gaussian_blobs(400, 8, 5, args.seed)
    x = torch.tensor(x, dtype=torch.float32, device=device)
    y = torch.tensor(y, dtype=torch.long, device=device)
    batches = len(x) // args.batch_size

    model = MLP(8, 24, 5).to(device)
    optimizer = Adam(model.parameters(), lr=args.lr, betas=(0.9, 0.99))
    scheduler = CosineAnnealingWarmbootingLR(
        optimizer,
        epochs=args.epochs,
        steps=args.boot,
        step_scale=0.7,  # every boot starts at 70 % of the one before
        batchs=batches,
        warmup_epoch=args.warmup,
    )

    records = []
    for epoch in range(args.epochs):
        lr = scheduler.step()
        model.train()
        for b in range(batches):
            scheduler.step_batch()  # does nothing after the warm-up
            xb = x[b * args.batch_size:(b + 1) * args.batch_size]
            yb = y[b * args.batch_size:(b + 1) * args.batch_size]

            optimizer.zero_grad()
            loss = F.cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()

            records.append({
                "step": len(records),
                "lr": [group["lr"] for group in optimizer.param_groups],
                "momentum": [group["betas"][0] for group in optimizer.param_groups],
                "loss": loss.item(),
            })
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1:3d}  lr {lr:.6f}  loss {loss.item():.6f}  accuracy {accuracy(model, x, y):.3f}")

    if args.log:
        with open(args.log, "w") as f:
            for record in records:
                f.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
