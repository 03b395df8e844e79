"""Train a small box regressor the way the YOLO family trains its detectors.

Three parameter groups, SGD with Nesterov momentum, a warm-up that writes lr and momentum
at every iteration, and a cosine (or linear) decay per epoch.

    python yolo_style.py --epochs 12 --save last.pt
    python yolo_style.py --epochs 12 --resume last.pt
"""
import argparse
import json
import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.optim import lr_scheduler

# Hyperparameters, as they would come from hyp.yaml
hyp = {
    "lr0": 0.02,  # initial learning rate (SGD=1E-2, Adam=1E-3)
    "lrf": 0.1,  # final learning rate is lr0 * lrf
    "momentum": 0.937,  # SGD momentum
    "weight_decay": 0.0005,  # optimizer weight decay 5e-4
    "warmup_epochs": 3.0,  # warmup epochs (fractions ok)
    "warmup_momentum": 0.8,  # warmup initial momentum
    "warmup_bias_lr": 0.1,  # warmup initial bias lr
    "box": 0.05,  # box loss gain
    "obj": 0.7,  # objectness loss gain
}


class Block(nn.Module):
    # Linear + norm + smooth activation
    def __init__(self, c1, c2):
        super().__init__()
        self.fc = nn.Linear(c1, c2)
        self.bn = nn.BatchNorm1d(c2)
        self.act = nn.Tanh()

    def forward(self, x):
        return self.act(self.bn(self.fc(x)))


class Detector(nn.Module):
    def __init__(self, features=16, width=32):
        super().__init__()
        self.stem = Block(features, width)
        self.neck = Block(width, width)
        self.detect = nn.Linear(width, 5)  # x, y, w, h, objectness

    def forward(self, x):
        return self.detect(self.neck(self.stem(x)))


def one_cycle(y1=0.0, y2=1.0, steps=100):
    # sinusoidal ramp from y1 to y2, https://arxiv.org/pdf/1812.01187.pdf
    return lambda x: ((1 - math.cos(x * math.pi / steps)) / 2) * (y2 - y1) + y1


def make_targets(n=1024, features=16, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, features)).astype(np.float32)
    mix = rng.standard_normal((features, 4)).astype(np.float32) / features
    box = np.tanh(x @ mix)
    obj = (box.sum(1) > 0).astype(np.float32)  # an object where the box is "large"
    return x, box, obj


def compute_loss(pred, box, obj):
    lbox = F.mse_loss(pred[:, :4], box)
    lobj = F.binary_cross_entropy_with_logits(pred[:, 4], obj)
    return hyp["box"] * lbox + hyp["obj"] * lobj


def build_optimizer(model):
    pg0, pg1, pg2 = [], [], []  # optimizer parameter groups
    for k, v in model.named_modules():
        if hasattr(v, "bias") and isinstance(v.bias, nn.Parameter):
            pg2.append(v.bias)  # biases
        if isinstance(v, nn.BatchNorm1d):
            pg0.append(v.weight)  # no decay
        elif hasattr(v, "weight") and isinstance(v.weight, nn.Parameter):
            pg1.append(v.weight)  # apply decay

    optimizer = optim.SGD(pg0, lr=hyp["lr0"], momentum=hyp["momentum"], nesterov=True)
    optimizer.add_param_group({"params": pg1, "weight_decay": hyp["weight_decay"]})  # add pg1 with weight_decay
    optimizer.add_param_group({"params": pg2})  # add pg2 (biases)
    print("Optimizer groups: %g .bias, %g .weight, %g other" % (len(pg2), len(pg1), len(pg0)))
    del pg0, pg1, pg2
    return optimizer


def train(args):
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    epochs, batch_size = args.epochs, args.batch_size

    # Data
    x, box, obj = make_targets(seed=args.seed)
    x = torch.from_numpy(x).to(device)
    box = torch.from_numpy(box).to(device)
    obj = torch.from_numpy(obj).to(device)
    nb = len(x) // batch_size  # number of batches

    # Model
    model = Detector().to(device)

    # Optimizer
    optimizer = build_optimizer(model)

    # Scheduler https://arxiv.org/pdf/1812.01187.pdf
    if args.linear_lr:
        lf = lambda x: (1 - x / epochs) * (1.0 - hyp["lrf"]) + hyp["lrf"]  # linear
    else:
        lf = one_cycle(1, hyp["lrf"], epochs)  # cosine 1->hyp['lrf']
    scheduler = lr_scheduler.LambdaLR(optimizer, lr_lambda=lf)

    # Resume
    start_epoch = 0
    if args.resume:
        ckpt = torch.load(args.resume, weights_only=False)
        model.load_state_dict(ckpt["model"])
        optimizer.load_state_dict(ckpt["optimizer"])
        start_epoch = ckpt["epoch"] + 1
        print("Resuming from epoch %g" % start_epoch)

    nw = max(round(hyp["warmup_epochs"] * nb), 50)  # number of warmup iterations, max(3 epochs, 50 iterations)
    scheduler.last_epoch = start_epoch - 1  # do not move
    log = open(args.log, "w") if args.log else None

    for epoch in range(start_epoch, epochs):  # epoch ------------------------------------------------------------------
        model.train()
        mloss = 0.0  # mean loss
        for i in range(nb):  # batch -------------------------------------------------------------
            ni = i + nb * epoch  # number integrated batches (since train start)
            rows = slice(i * batch_size, (i + 1) * batch_size)

            # Warmup
            if ni <= nw:
                xi = [0, nw]  # x interp
                for j, g in enumerate(optimizer.param_groups):
                    # bias lr falls from 0.1 to lr0, all other lrs rise from 0.0 to lr0
                    g["lr"] = np.interp(ni, xi, [hyp["warmup_bias_lr"] if j == 2 else 0.0, g["initial_lr"] * lf(epoch)])
                    if "momentum" in g:
                        g["momentum"] = np.interp(ni, xi, [hyp["warmup_momentum"], hyp["momentum"]])

            # Forward
            pred = model(x[rows])
            loss = compute_loss(pred, box[rows], obj[rows])

            # Backward
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

            # Log
            mloss = (mloss * i + loss.item()) / (i + 1)  # update mean losses
            if log:
                record = {
                    "step": ni,
                    "lr": [g["lr"] for g in optimizer.param_groups],
                    "momentum": [g["momentum"] for g in optimizer.param_groups],
                    "loss": loss.item(),
                }
                log.write(json.dumps(record) + "\n")
            # end batch ------------------------------------------------------------------------

        # Scheduler
        lr = [g["lr"] for g in optimizer.param_groups]  # for loggers
        scheduler.step()
        print("epoch %2d/%d  lr %.6f %.6f %.6f  loss %.6f" % (epoch, epochs - 1, *lr, mloss))

        # Save model
        if args.save:
            ckpt = {
                "epoch": epoch,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
            }
            torch.save(ckpt, args.save)
            del ckpt
        if epoch + 1 == args.stop_after:
            break  # the queue's time limit; go on with --resume
        # end epoch ----------------------------------------------------------------------------

    if log:
        log.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--linear-lr", action="store_true", help="linear instead of cosine decay")
    parser.add_argument("--resume", default="", help="checkpoint to go on from")
    parser.add_argument("--save", default="", help="write a checkpoint after every epoch")
    parser.add_argument("--stop-after", type=int, default=0, help="stop after this many epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", default="", help="write lr, momentum and loss of every step as JSON lines")
    train(parser.parse_args())
