"""Fine-tune: a backbone with a hundredth of the learning rate under a new head."""
import argparse
import json

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, ReduceLROnPlateau, SequentialLR
from torch.utils.data import DataLoader, TensorDataset


class Classifier(nn.Module):
    def __init__(self, features=12, width=32, classes=4):
        super().__init__()
        # the part that would come from a pretrained checkpoint
        self.backbone = nn.Sequential(
            nn.Linear(features, width),
            nn.Tanh(),
            nn.Linear(width, width),
            nn.Tanh(),
        )
        self.head = nn.Linear(width, classes)  # new

    def forward(self, x):
        return self.head(self.backbone(x))


def get_lr(optimizer):
    for param_group in optimizer.param_groups:
        return param_group["lr"]


def make_data(seed, n=1000, features=12, classes=4):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, features))
    # the class is the strongest of a few smooth directions
    scores = np.tanh(x @ rng.standard_normal((features, classes)))
    y = scores.argmax(axis=1)
    x = torch.tensor(x, dtype=torch.float32)
    y = torch.tensor(y, dtype=torch.int64)
    return TensorDataset(x[:800], y[:800]), TensorDataset(x[800:], y[800:])


@torch.no_grad()
def evaluate(model, loader, device):
    """Mean loss and accuracy over a loader."""
    model.eval()
    loss, correct, total = 0.0, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        logits = model(x)
        loss += F.cross_entropy(logits, y).item() * x.shape[0]
        correct += (logits.argmax(dim=1) == y).sum().item()
        total += x.shape[0]
    return loss / total, correct / total


def main(args):
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    train_set, val_set = make_data(args.seed)
    train_loader = DataLoader(train_set, batch_size=args.batch_size, shuffle=False)
    val_loader = DataLoader(val_set, batch_size=args.batch_size)

    model = Classifier().to(device)

    # Group the parameters: a pretrained backbone needs only small steps
    params = [
        {"params": model.backbone.parameters(), "lr": 0.01 * args.learning_rate, "weight_decay": 0.0},
        {"params": model.head.parameters(), "lr": args.learning_rate, "weight_decay": args.weight_decay},
    ]
    optimizer = AdamW(params, lr=args.learning_rate)

    total_steps = args.epochs * len(train_loader)
    warmup_steps = total_steps // 10
    if args.plateau:
        # per epoch, on the validation loss
        scheduler = ReduceLROnPlateau(optimizer, mode="min", factor=0.5, patience=0, threshold=0.1)
    else:
        # per step: linear warm-up, then cosine to zero
        warmup = LinearLR(optimizer, start_factor=0.1, total_iters=warmup_steps)
        cosine = CosineAnnealingLR(optimizer, T_max=total_steps - warmup_steps)
        scheduler = SequentialLR(optimizer, schedulers=[warmup, cosine], milestones=[warmup_steps])

    log = open(args.log, "w") if args.log else None
    step, best = 0, float("inf")
    for epoch in range(1, args.epochs + 1):
        model.train()
        for x, y in train_loader:
            x = x.to(device)
            y = y.to(device)

            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), args.max_norm)  # the head is fresh, keep it calm
            optimizer.step()

            if log is not None:
                log.write(json.dumps({
                    "step": step,
                    "lr": [group["lr"] for group in optimizer.param_groups],
                    "momentum": [group["betas"][0] for group in optimizer.param_groups],
                    "loss": loss.item(),
                }) + "\n")
            if not args.plateau:
                scheduler.step()
            step += 1

        val_loss, val_acc = evaluate(model, val_loader, device)
        if args.plateau:
            scheduler.step(val_loss)
        print(f"Epoch {epoch}: lr={get_lr(optimizer):.3e} loss={loss.item():.4f} val_loss={val_loss:.4f} acc={val_acc:.3f}")

        # Keep the best model only
        if val_loss < best:
            best = val_loss
            if args.save:
                torch.save({"epoch": epoch, "model_state_dict": model.state_dict(), "val_loss": val_loss}, args.save)

    if args.save:
        checkpoint = torch.load(args.save)
        model.load_state_dict(checkpoint["model_state_dict"])
        print("best: epoch", checkpoint["epoch"], "accuracy", evaluate(model, val_loader, device)[1])
    if log is not None:
        log.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning_rate", type=float, default=0.02)
    parser.add_argument("--weight_decay", type=float, default=0.05)
    parser.add_argument("--max_norm", type=float, default=1.0)
    parser.add_argument("--plateau", action="store_true", help="ReduceLROnPlateau instead of warm-up and cosine")
    parser.add_argument("--save", help="keep the best model in this file")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--log", help="write lr, momentum and loss of every step as JSON lines")
    main(parser.parse_args())
