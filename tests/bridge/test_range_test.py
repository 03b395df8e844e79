"""What a range test found: its suggestions, figures and table."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RangeTestError, UnwritableError
from bridge.lr_finder import RangeTest

if TYPE_CHECKING:
    from pathlib import Path


def table(losses: list[float], *, has_diverged: bool = False) -> RangeTest:
    lrs = tuple(10.0 ** (i / 10 - 4) for i in range(len(losses)))
    return RangeTest(lrs, tuple(losses), tuple(losses), (1.0, 0.1), has_diverged)


def fastais_valley(lrs: tuple[float, ...], losses: tuple[float, ...]) -> float:
    """The definition, every pair of points at a time."""
    lengths = [1] * len(losses)
    for i, j in itertools.combinations(range(len(losses)), 2):
        if losses[j] < losses[i]:
            lengths[j] = max(lengths[j], lengths[i] + 1)
    end = lengths.index(max(lengths))
    sections = max(lengths) / 3
    return lrs[max(end - max(lengths) + int(sections) + int(sections / 2), 0)]


@given(st.lists(st.integers(0, 30).map(float), min_size=2, max_size=60))
def test_the_valley_is_fastai_s(losses: list[float]) -> None:
    found = table(losses)

    assert found.valley(0, 0) == fastais_valley(found.lr, found.smoothed)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60))
def test_the_steepest_descent_is_numpy_s_gradient_s(losses: list[float]) -> None:
    found = table(losses)

    assert found.steepest(0, 0) == found.lr[int(np.gradient(np.array(losses)).argmin())]


def test_too_few_steps_suggest_nothing_and_say_how_many_it_takes() -> None:
    with pytest.raises(RangeTestError, match="needs at least 17 steps, got 16"):
        table([1.0] * 16).valley()


VALLEY = [2.0] * 15 + [2 - i / 20 for i in range(30)] + [0.5, 1.0, 4.0, 40.0, 400.0]


def test_the_figure_marks_the_suggestions_and_does_not_show_the_explosion(tmp_path: Path) -> None:
    path = tmp_path / "lr.png"
    found = table(VALLEY, has_diverged=True)
    figure = found.plot(path, title="a test")
    axes = figure.axes[0]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]

    assert path.read_bytes().startswith(b"\x89PNG")
    assert axes.get_xscale() == "log"
    assert axes.get_xlabel() == "learning rate of group 0 (log scale)"
    assert axes.get_ylim()[1] < 3
    assert legend[2:] == [
        f"steepest descent: {found.steepest():.3g}",
        f"valley: {found.valley():.3g}",
    ]


def test_the_terminal_shows_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    found = table(VALLEY, has_diverged=True)
    lines = found.drawn(columns=50).splitlines()

    assert lines[-2:] == [
        f"  steepest descent: lr {found.steepest():.3g}",
        f"  valley: lr {found.valley():.3g}",
    ]
    assert max(map(len, lines)) <= 50


def test_the_history_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "lr.csv"
    table([2.0, 1.0]).to_csv(path)

    assert path.read_text().splitlines() == [
        "step,lr group 0,lr group 1,loss,smoothed",
        "0,0.0001,1e-05,2.0,2.0",
        f"1,{10**-3.9!r},{10**-3.9 * 0.1!r},1.0,1.0",
    ]


def test_a_full_disk_is_said_and_a_page_needs_no_network(tmp_path: Path) -> None:
    found = table(VALLEY)
    found.plot(tmp_path / "lr.html")
    page = (tmp_path / "lr.html").read_text()

    assert not re.search(r"(src|href)=\"http", page)
    with pytest.raises(UnwritableError, match="No space left on device"):
        found.to_csv("/dev/full")


def test_it_shows_itself_in_a_line() -> None:
    found = RangeTest((0.1, 0.2), (3.0, 2.0), (3.0, 2.5), (1.0,), has_diverged=False)

    assert repr(found) == "RangeTest(2 steps, lr 0.1 to 0.2, loss down to 2.5)"
