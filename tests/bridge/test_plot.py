"""Figures, pages, terminal plots and tables: what they show, and that they are written whole."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib.image
import numpy as np
import pytest
import torch

import bridge
from bridge import simulate
from bridge.errors import SimulationError
from bridge.optim import lr_scheduler
from bridge.plot import FORMATS, chart_of, drawn, encoded, figure_of

if TYPE_CHECKING:
    from bridge.plot import Chart

TWO = {
    "cycle": "OneCycleLR(max_lr=0.9, total_steps=100)",
    "stairs": "MultiStepLR([30, 60], gamma=0.5)",
}


def chart(unit: Any = "step", **options: Any) -> Chart:
    return chart_of({k: simulate(text, 100, **options) for k, text in TWO.items()}, unit)


def test_axes_say_what_they_show_and_in_which_unit() -> None:
    rates, momenta = figure_of(chart("epoch")).axes

    assert rates.get_ylabel() == "learning rate"
    assert momenta.get_ylabel() == "momentum"
    assert momenta.get_xlabel() == "epoch"
    assert figure_of(chart()).axes[-1].get_xlabel() == "step (optimizer steps)"


def test_curves_are_the_values_and_differ_in_more_than_colour() -> None:
    rates = figure_of(chart()).axes[0]
    cycle, stairs = rates.lines[:2]

    np.testing.assert_array_equal(cycle.get_ydata(), simulate(TWO["cycle"], 100).lr[0])
    assert cycle.get_linestyle() != stairs.get_linestyle()
    assert stairs.get_drawstyle() == "steps-post"


def test_a_schedule_looks_the_same_in_every_panel_and_in_the_legend() -> None:
    stairs_first = {k: simulate(TWO[k], 100) for k in ("stairs", "cycle")}
    figure = figure_of(chart_of(stairs_first))
    rate, momentum = figure.axes[0].lines[1], figure.axes[1].lines[0]
    in_legend = figure.legends[0].get_lines()[1]

    assert rate.get_label() == momentum.get_label() == "cycle"
    assert rate.get_color() == momentum.get_color() == in_legend.get_color()
    assert rate.get_linestyle() == momentum.get_linestyle() == in_legend.get_linestyle()


def test_milestones_are_marked_and_in_the_legend() -> None:
    figure = figure_of(chart())
    rates = figure.axes[0]

    assert [line.get_xdata()[0] for line in rates.lines[2:]] == [29, 30, 60]
    assert [text.get_text() for text in rates.texts] == ["29", "30", "60"]
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["cycle", "stairs", "milestone"]


def test_equal_groups_share_a_curve() -> None:
    groups = [{"lr": 0.1}, {"lr": 0.2}, {"lr": 0.1}]
    panel = chart_of({"s": simulate("StepLR(3)", 9, groups=groups)}).panels[0]

    assert [curve.label for curve in panel.curves] == ["s, groups 0, 2", "s, group 1"]


def test_a_logarithmic_axis_is_for_the_learning_rate_alone() -> None:
    figure = figure_of(chart(), log=True)

    assert [ax.get_yscale() for ax in figure.axes] == ["log", "linear"]
    assert figure.axes[0].get_ylabel() == "learning rate (log scale)"


@pytest.mark.parametrize("kind", ["png", "html"])
def test_a_logarithm_of_nothing_positive_is_refused(kind: str) -> None:
    with pytest.raises(SimulationError, match="shows positive values, and zero has none"):
        encoded({"zero": simulate("StepLR(3)", 9, lr=0.0)}, kind, log=True)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_chart_gives_the_same_file(kind: str) -> None:
    simulations = {"stairs": simulate(TWO["stairs"], 100)}
    content = encoded(simulations, kind)

    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[kind])
    if kind != "svg":  # whose ids are drawn by lot
        assert encoded(simulations, kind) == content


def test_a_figure_can_be_read_in_black_and_white() -> None:
    image = matplotlib.image.imread(io.BytesIO(encoded({"s": simulate(TWO["stairs"], 100)}, "png")))
    grey = image[..., :3] @ [0.299, 0.587, 0.114]

    assert image.shape[0] > 500
    assert (grey < 0.45).sum() > 1000


def test_a_page_needs_no_network_and_holds_every_value() -> None:
    text = encoded({k: simulate(v, 100) for k, v in TWO.items()}, "html", title="a <b>").decode()
    found = re.search(r'id="chart">(.*?)</script>', text)
    content = json.loads(found[1]) if found else {}
    rates = content["panels"][0]["curves"]

    assert not re.search(r"(src|href)=|@import|fetch\(|https?://(?!www\.w3\.org/2000/svg)", text)
    assert "<title>a &lt;b&gt;</title>" in text
    assert rates[0]["points"] == [list(range(100)), list(simulate(TWO["cycle"], 100).lr[0])]
    assert content["milestones"] == [29, 30, 60]


def test_a_label_cannot_end_the_script_of_a_page() -> None:
    text = encoded({"</script><b>": simulate("StepLR(3)", 9)}, "html").decode()

    assert "</script><b>" not in text


def test_a_million_steps_make_a_small_page_with_every_extreme() -> None:
    text = encoded({"c": simulate("CyclicLR(0.1, 0.5, 5000)", 1_000_000)}, "html").decode()
    found = re.search(r'id="chart">(.*?)</script>', text)
    points = json.loads(found[1])["panels"][0]["curves"][0]["points"] if found else [[], []]

    assert len(text) < 1_000_000
    assert (min(points[1]), max(points[1])) == (0.1, 0.5)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_terminal_plot_fits_the_terminal(columns: int) -> None:
    text = drawn(chart(), columns=columns)

    assert all(len(line) <= columns for line in text.splitlines())
    assert "learning rate by step" in text
    assert "momentum by step" in text
    assert "milestones: 29, 30, 60" in text
    assert re.search(r"[\u2801-\u28ff]", text)


def test_curves_of_a_terminal_plot_are_told_apart_without_colours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = drawn(chart())
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = drawn(chart())
    monkeypatch.setenv("NO_COLOR", "1")

    assert drawn(chart()) == plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b[" not in plain
    assert "\x1b[" in coloured
    assert "  a cycle" in plain
    assert plain.count("b") > plain.count("b stairs")


def test_csv_has_every_value_to_its_last_bit() -> None:
    simulations = {"cycle": simulate(TWO["cycle"], 100), "stairs": simulate(TWO["stairs"], 50)}
    rows = list(csv.reader(io.StringIO(encoded(simulations, "csv").decode())))

    assert rows[0] == ["step", "cycle: lr", "cycle: momentum", "stairs: lr"]
    assert [float(row[1]) for row in rows[1:]] == list(simulations["cycle"].lr[0])
    assert rows[60][3] == ""
    assert len(rows) == 101


def test_json_has_every_value_to_its_last_bit() -> None:
    simulation = simulate(TWO["cycle"], 100)
    found = json.loads(encoded({"cycle": simulation}, "json", unit="epoch"))

    assert found["unit"] == "epoch"
    assert found["schedules"][0]["values"] == {
        name: [list(values) for values in of_groups]
        for name, of_groups in simulation.values.items()
    }


def test_svg_is_well_formed() -> None:
    assert ET.fromstring(encoded({"s": simulate("StepLR(3)", 9)}, "svg")).tag.endswith("svg")  # noqa: S314 - our own


@pytest.mark.parametrize("kind", FORMATS)
def test_a_live_scheduler_is_drawn_and_left_as_it_is(kind: str, tmp_path: Path) -> None:
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 20)
    path = tmp_path / f"lr.{kind}"
    figure = bridge.plot_lr_scheduler(optimizer, scheduler, 20, path)

    assert scheduler.last_epoch == 0
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert figure.axes[0].get_xlabel() == "epoch"
    assert len(figure.axes[0].lines[0].get_ydata()) == 20
    assert path.stat().st_size > 100


def test_a_scheduler_of_another_optimizer_is_refused() -> None:
    first, second = (torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1) for _ in range(2))

    with pytest.raises(SimulationError, match="drives another optimizer"):
        bridge.plot_lr_scheduler(first, lr_scheduler.StepLR(second, 3))


@pytest.mark.parametrize(
    ("module", "kind"), [("matplotlib", "png"), ("matplotlib.figure", "pdf"), ("plotille", "")]
)
def test_a_missing_library_says_what_to_install(module: str, kind: str) -> None:
    code = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "from bridge import simulate\n"
        "from bridge.plot import chart_of, drawn, encoded\n"
        "s = {'s': simulate('StepLR(3)', 9)}\n"
        "encoded(s, 'html'), encoded(s, 'csv'), encoded(s, 'json')\n"
        f"try: encoded(s, {kind!r}) if {kind!r} else drawn(chart_of(s))\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "pip install 'optbridge[plot]'" in done.stdout


def test_the_manual_s_blocks_run() -> None:
    text = (Path(__file__).parents[2] / "docs" / "plot.md").read_text()
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(code, {"bridge": bridge})  # noqa: S102  # the manual's own code


def test_long_names_stay_inside_the_figure() -> None:
    figure = figure_of(chart_of({"word " * 60: simulate("StepLR(3)", 9)}))
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()

    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.width
