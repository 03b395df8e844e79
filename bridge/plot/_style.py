"""How all figures look, and what every one of them needs of matplotlib.

Curves differ in their dashes as well as in their colours, which are those of
https://jfly.uni-koeln.de/color/: a figure can be read in black and white.
"""

from __future__ import annotations

from html import escape
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FORMATS: Final = ("png", "svg", "pdf")
BLUE, RED, BLACK = "#0072B2", "#D55E00", "#000000"
COLOURS: Final = (BLUE, RED, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", BLACK)
# No dots: they are the milestones'.
DASHES: Final = (
    "-",
    (0, (5, 2)),
    (0, (7, 2, 2, 2)),
    (0, (2, 1)),
    (0, (8, 2, 2, 2, 2, 2)),
    (0, (12, 3)),
)
NAMES: Final = {
    "lr": "learning rate",
    "weight_decay": "weight decay",
    "betas[0]": "beta 1 (momentum)",
    "betas[1]": "beta 2",
    "grad_norm": "gradient norm",
    "param_sum": "sum of parameters",
    "param_norm": "norm of parameters",
}
STEPS: Final = "step (optimizer steps)"
DOTS_PER_INCH: Final = 150


def kind_of(path: Path, formats: Sequence[str], error: type[Exception]) -> str:
    """Return which of the formats a file's name asks for; otherwise raise the error."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in formats:
        raise error(
            f"a figure is written as .{', .'.join(formats)}, got {path.name!r}.\n"
            "Hint: the file's name says which."
        )
    return kind


def new_figure(width: float, height: float) -> Any:
    """Return an empty `matplotlib.figure.Figure`, of so many inches."""
    try:
        figure = import_module("matplotlib.figure").Figure(
            figsize=(width, height), layout="constrained"
        )
    except ImportError as error:
        raise MissingExtraError(
            "figures need matplotlib.\n"
            "Hint: pip install 'optbridge[plot]', or ask for HTML, CSV or JSON."
        ) from error
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.1)
    return figure


def tidy(ax: Any) -> None:
    """Give axes a light grid below the curves, and no box."""
    ax.grid(visible=True, color="0.88", linewidth=0.8)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def as_file(figure: Any, kind: str) -> bytes:
    """Return a figure as a PNG, SVG or PDF file."""
    file = BytesIO()
    # Without the date the same figure gives the same file.
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    figure.savefig(file, format=kind, dpi=DOTS_PER_INCH, metadata=undated.get(kind))
    return file.getvalue()


def as_page(figure: Any, title: str, body: str = "") -> bytes:
    """Return a figure as one HTML file that needs nothing else; `body` is HTML above it."""
    svg = as_file(figure, "svg").decode()
    page = (
        f'<!DOCTYPE html>\n<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>\n'
        "<style>body{font-family:sans-serif;max-width:70em;margin:2em auto}"
        "svg{width:100%;height:auto}</style>\n"
        f"<h1>{escape(title)}</h1>\n{body}\n{svg[svg.index('<svg') :]}</html>\n"
    )
    return page.encode()
