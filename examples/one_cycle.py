"""Super-convergence in small: OneCycleLR over lr and momentum, and a plot of both."""
import argparse
import json

import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset


def get_loaders(batch_size, seed):
    """Two noisy waves to learn; the same ones for every run."""
    rng = np.random.RandomState(seed)
    x = rng.uniform(-2, 2, size=(960, 6)).astype("float32")
    y = (np.sin(x[:, :1] * 2) + 0.5 * np.cos(x[:, 1:2] * x[:, 2:3])).astype("float32")
    y += 0.05 * rng.randn(*y.shape).astype("float32")  # measurement noise

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    train_set = TensorDataset(x[:768], y[:768])
    val_set = TensorDataset(x[768:], y[768:])
    # the points are random already, no need to shuffle
    train_loader = DataLoader(train_set, batch_size=batch_size, shuffle=False, drop_last=True)
    val_loader = DataLoader(val_set, batch_size=batch_size, shuffle=False)
    return train_loader, val_loader


def train_epoch(model, loader, criterion, optimizer, scheduler, device, history):
    model.train()
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)

        optimizer.zero_grad(set_to_none=True)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        loss.backward()

        # remember what this step is taken with, then step
        history["lr"].append(optimizer.param_groups[0]["lr"])
        history["momentum"].append(optimizer.param_groups[0]["momentum"])
        history["loss"].append(loss.item())
        optimizer.step()
        scheduler.step()  # once per batch, not per epoch!


def validate(model, loader, criterion, device):
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for inputs, targets in loader:
            inputs, targets = inputs.to(device), targets.to(device)
            total += criterion(model(inputs), targets).item() * len(inputs)
            count += len(inputs)
    return total / count


def plot_history(history, path):
    import matplotlib

    matplotlib.use("Agg")  # no display needed
    import matplotlib.pyplot as plt

    fig, (top, bottom) = plt.subplots(2, 1, sharex=True)
    top.plot(history["lr"])
    top.set_ylabel("learning rate")
    bottom.plot(history["momentum"], color="tab:orange")
    bottom.set_ylabel("momentum")
    bottom.set_xlabel("batch")
    fig.savefig(path)
    plt.close(fig)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--max-lr", type=float, default=0.08)
    parser.add_argument("--three-phase", action="store_true", help="go down as slowly as up, then anneal")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--plot", default=None, help="PNG of lr and momentum per batch")
    parser.add_argument("--log", default=None, help="write lr, momentum and loss of every step as JSON lines")
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    train_loader, val_loader = get_loaders(args.batch_size, args.seed)

    model = nn.Sequential(
        nn.Linear(6, 32),
        nn.Tanh(),
        nn.Linear(32, 32),
        nn.Tanh(),
        nn.Linear(32, 1),
    ).to(device)
    criterion = nn.MSELoss()

    # lr and momentum given here are overwritten: the cycle starts at max_lr / div_factor
    optimizer = optim.SGD(model.parameters(), lr=args.max_lr, momentum=0.9, weight_decay=1e-4)
    scheduler = optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=args.max_lr,
        steps_per_epoch=len(train_loader),
        epochs=args.epochs,
        pct_start=0.3,
        base_momentum=0.85,
        max_momentum=0.95,  # high while the lr is low
        div_factor=10,
        final_div_factor=1e3,
        three_phase=args.three_phase,
    )

    history = {"lr": [], "momentum": [], "loss": []}
    for epoch in range(args.epochs):
        train_epoch(model, train_loader, criterion, optimizer, scheduler, device, history)
        val_loss = validate(model, val_loader, criterion, device)
        print("epoch {:2d}: lr {:.5f}, momentum {:.4f}, train loss {:.5f}, val loss {:.5f}".format(
            epoch + 1, history["lr"][-1], history["momentum"][-1], history["loss"][-1], val_loss))

    if args.plot:
        plot_history(history, args.plot)
    if args.log:
        with open(args.log, "w") as f:
            for step, (lr, momentum, loss) in enumerate(zip(history["lr"], history["momentum"], history["loss"])):
                f.write(json.dumps({"step": step, "lr": [lr], "momentum": [momentum], "loss": loss}) + "\n")


if __name__ == "__main__":
    main()
