#!/usr/bin/env python
"""Train a small classifier; resume from a checkpoint if there is one."""
import argparse
import os

import oneflow
import oneflow.nn as nn
from oneflow.optim import SGD, lr_scheduler

from model import Classifier
from meters import Mean  # running means, no torch in there


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--checkpoint", default="last.pt")
    args = parser.parse_args()

    oneflow.manual_seed(0)
    model = Classifier(20, 4)
    criterion = nn.MSELoss()
    optimizer = SGD(
        model.parameters(),
        lr=args.lr,  # scaled by hand
        momentum=0.9,
        weight_decay=5e-4,
    )
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs)

    start = 0
    if os.path.exists(args.checkpoint):
        checkpoint = oneflow.load(args.checkpoint)
        optimizer.load_state_dict(checkpoint["optimizer"])
        scheduler.load_state_dict(checkpoint["scheduler"])
        start = checkpoint["epoch"]

    for epoch in range(start, args.epochs):
        loss_mean = Mean()
        for _ in range(10):
            x = oneflow.randn(32, 20)
            y = oneflow.zeros(32, 4)
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            loss_mean.add(loss.item())
        scheduler.step()
        print(f"{epoch}: loss {loss_mean.value:.4f}, lr {scheduler.get_last_lr()[0]:.5f}")
        oneflow.save(
            {
                "epoch": epoch + 1,
                "optimizer": optimizer.state_dict(),
                "scheduler": scheduler.state_dict(),
            },
            args.checkpoint,
        )


if __name__ == "__main__":
    main()
