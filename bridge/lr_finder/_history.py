"""What a range test measured, and the learning rates that it suggests.

https://arxiv.org/abs/1506.01186; the valley is that of fastai's `lr_find`,
https://docs.fast.ai/callback.schedule.html#lrfinder.
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

from bridge._files import write_file
from bridge.errors import RangeTestError

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

SKIP_START, SKIP_END = 10, 5  # points: the smoothing settles, and the loss explodes


@dataclass(frozen=True, slots=True, repr=False)
class RangeTest:
    """The learning rates that were tried, and the loss at each.

    Args:
        lr: of the first group.
        loss: as the training step returned it.
        smoothed: the loss, exponentially smoothed; suggestions go by it.
        ratios: each group's learning rate as a multiple of the first one's.
        has_diverged: whether the loss left the range before the last learning rate was tried.
    """

    lr: tuple[float, ...]
    loss: tuple[float, ...]
    smoothed: tuple[float, ...]
    ratios: tuple[float, ...]
    has_diverged: bool

    def __repr__(self) -> str:
        if not self.lr:
            return "RangeTest(no steps)"
        tried = f"{len(self.lr)} steps, lr {self.lr[0]:g} to {self.lr[-1]:g}"
        return f"RangeTest({tried}, loss down to {min(self.smoothed):g})"

    def steepest(self, skip_start: int = SKIP_START, skip_end: int = SKIP_END) -> float:
        """Return the learning rate at which the loss falls fastest from step to step.

        >>> losses = (8.0, 8.0, 7.0, 4.0, 1.0, 0.5)
        >>> RangeTest((1, 2, 4, 8, 16, 32), losses, losses, (1.0,), False).steepest(0, 0)
        8
        """
        lrs, losses = self._between(skip_start, skip_end)
        slopes = [(after - before) / 2 for before, after in zip(losses, losses[2:], strict=False)]
        slopes = [losses[1] - losses[0], *slopes, losses[-1] - losses[-2]]
        return lrs[slopes.index(min(slopes))]

    def valley(self, skip_start: int = SKIP_START, skip_end: int = SKIP_END) -> float:
        """Return the learning rate half-way down the longest valley, away from its edges.

        The valley is the longest sequence of ever lower losses, not all of them neighbours.

        >>> losses = (8.0, 8.0, 7.0, 4.0, 1.0, 0.5)
        >>> RangeTest((1, 2, 4, 8, 16, 32), losses, losses, (1.0,), False).valley(0, 0)
        2
        """
        lrs, losses = self._between(skip_start, skip_end)
        lowest: list[float] = []  # negated last losses of the best sequence of each length
        longest = end = 0
        for index, loss in enumerate(losses):
            length = bisect_left(lowest, -loss)
            lowest[length : length + 1] = [-loss]
            if length + 1 > longest:
                longest, end = length + 1, index
        half = int(longest / 3) + int(longest / 6)  # rounded as fastai does
        return lrs[max(end - longest + half, 0)]

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write a row for each step: its learning rates, its loss, and that smoothed."""
        write_file(path, self.as_csv().encode())

    def as_csv(self) -> str:
        r"""Return what `to_csv` writes.

        >>> RangeTest((0.5,), (8.0,), (8.0,), (1.0, 0.1), False).as_csv()
        'step,lr group 0,lr group 1,loss,smoothed\n0,0.5,0.05,8.0,8.0\n'
        """
        many = len(self.ratios) > 1
        rates = [f"lr group {index}" for index in range(len(self.ratios))] if many else ["lr"]
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["step", *rates, "loss", "smoothed"])
        for step, (lr, *losses) in enumerate(zip(self.lr, self.loss, self.smoothed, strict=True)):
            writer.writerow([step, *(repr(lr * ratio) for ratio in self.ratios), *losses])
        return text.getvalue()

    def plot(
        self, path: str | os.PathLike[str] | None = None, *, log: bool = True, title: str = ""
    ) -> Any:
        """Draw the loss over the learning rate, with the suggestions marked.

        Args:
            path: a file to write as well: PNG, SVG, PDF, HTML or CSV, by its name.
            log: whether the axis of learning rates is logarithmic.
            title: a line above the figure.

        Returns:
            The `matplotlib.figure.Figure`, which a notebook shows.
        """
        from bridge.lr_finder._figure import draw  # noqa: PLC0415 - it needs this class

        return draw(self, path, log=log, title=title)

    def drawn(self, *, columns: int = 80) -> str:
        """Return the same as text, in braille dots, for a terminal."""
        from bridge.lr_finder._figure import drawn  # noqa: PLC0415 - likewise

        return drawn(self, columns=columns)

    def _between(self, skip_start: int, skip_end: int) -> tuple[Sequence[float], Sequence[float]]:
        stop = len(self.lr) - skip_end
        if min(skip_start, skip_end) < 0 or stop - skip_start < 2:  # noqa: PLR2004 - a slope has two
            raise RangeTestError(
                f"a suggestion needs at least {skip_start + skip_end + 2} steps, "
                f"got {len(self.lr)}.\n"
                "Hint: take more steps, start at a lower lr, or give skip_start and skip_end."
            )
        return self.lr[skip_start:stop], self.smoothed[skip_start:stop]
