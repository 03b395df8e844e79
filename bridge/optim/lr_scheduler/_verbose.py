"""What `verbose=True` prints, in the words that torch used up to 2.2.

https://pytorch.org/docs/2.2/generated/torch.optim.lr_scheduler.StepLR.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.optim.lr_scheduler._values import is_tensor

if TYPE_CHECKING:
    from bridge.optim.lr_scheduler._values import Value


def print_lr(values: list[Value], epoch: float | None = None) -> None:
    """Print learning rates the way torch up to 2.2 does with `verbose=True`."""
    start = "Adjusting" if epoch is None else f"Epoch {epoch_text(epoch)}: adjusting"
    for index, value in enumerate(values):
        number = float(value) if is_tensor(value) else value
        print(f"{start} learning rate of group {index} to {number:.4e}.")  # noqa: T201 - asked for


def epoch_text(epoch: float) -> str:
    return f"{epoch:.2f}" if isinstance(epoch, float) else f"{epoch:05d}"
