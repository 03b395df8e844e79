"""What `ReduceLROnPlateau` is simulated with: numbers in a file, or the losses of a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.cli import Failure

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = 40  # characters of what is no number


def read_metrics(path: Path) -> list[float]:
    """Read numbers, apart by spaces, commas or lines; of a trace the first optimizer's losses.

    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "losses.txt")
    >>> _ = path.write_text("1.0, 0.5 0.25")
    >>> read_metrics(path)
    [1.0, 0.5, 0.25]
    """
    from bridge.tracing._file import HEADER  # noqa: PLC0415 - --help does not need it
    from bridge.tracing.reading import read_trace  # noqa: PLC0415 - likewise

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Failure(f"{path} is no text file: {error.reason}.") from error
    if text.startswith(f'{{"{HEADER}'):
        losses = read_trace(path).optimizers[0].series.get(("loss", None), {})
        metrics = list(losses.values())
    else:
        metrics = [_number(path, word) for word in text.strip("[] \n").replace(",", " ").split()]
    if not metrics:
        raise Failure(f"{path} holds no metrics: one number for each step.")
    return metrics


def _number(path: Path, word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise Failure(f"{path}: {word[:SHOWN]!r} is no number.") from None
