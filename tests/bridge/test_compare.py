"""`optbridge compare`: where two traces part, and what cannot be compared."""

from __future__ import annotations

import json
import math
import os
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from bridge.cli import main
from bridge.tracing._file import as_json
from bridge.tracing.comparing import compare
from bridge.tracing.reading import read_trace

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

HEADER = '{"optbridge_trace":1,"python":"3.11.7","command":["train.py"]}\n'
END = '{"end":null}\n'
OPTIMIZER = {"optimizer": 0, "class": "torch.optim.sgd.SGD", "framework": "torch", "version": "2"}


def trace(
    path: Path,
    losses: list[float],
    lrs: list[float] | None = None,
    groups: int = 1,
    end: str = END,
    **more: list[float],
) -> Path:
    lines: list[dict[str, Any]] = [{**OPTIMIZER, "groups": [{}] * groups}]
    for index, loss in enumerate(losses):
        lr = 0.1 if lrs is None else lrs[index]
        line = {"optimizer": 0, "step": index + 1, "groups": [{"lr": lr}] * groups}
        rest = {name: as_json(values[index]) for name, values in more.items()}
        lines.append({**line, "loss": as_json(loss), **rest})
    path.write_text(HEADER + "".join(json.dumps(line) + "\n" for line in lines) + end)
    return path


def run(*arguments: object) -> Result:
    words = ["compare", *map(str, arguments)]
    return CliRunner().invoke(main, words, prog_name="optbridge", env={"COLUMNS": "200"})


def test_equal_traces_end_with_0(tmp_path: Path) -> None:
    a, b = (trace(tmp_path / name, [3.0, 2.0, 1.0]) for name in ("a", "b"))
    done = run(a, b)

    assert done.exit_code == 0
    assert "equal within the tolerances" in done.output


def test_the_first_and_the_largest_difference_are_named(tmp_path: Path) -> None:
    a = trace(tmp_path / "a", [4.0, 3.0, 2.0, 1.0])
    b = trace(tmp_path / "b", [4.0, 3.0001, 2.5, 1.25])
    rows = {row.label: row for row in compare(read_trace(a), read_trace(b)).rows}
    first, largest = rows["loss"].first, rows["loss"].largest
    done = run(a, b)

    assert rows["lr[0]"].first is None
    assert first is not None
    assert (first.step, first.a, first.b) == (3, 2.0, 2.5)
    assert largest is not None
    assert (largest.step, largest.difference) == (3, 0.5)
    assert done.exit_code == 1
    assert "step 3: 2 | 2.5, off by 0.5" in done.output


def test_a_tolerance_can_be_given_per_quantity(tmp_path: Path) -> None:
    a = trace(tmp_path / "a", [2.0, 1.0], lrs=[0.1, 0.1])
    b = trace(tmp_path / "b", [2.0, 1.1], lrs=[0.1, 0.1000001])
    codes = [
        run(a, b, *options).exit_code
        for options in (
            [],
            ["--tolerance", "loss=0.06"],
            ["--tolerance", "loss=0.06", "--tolerance", "lr=1e-5"],
        )
    ]

    assert codes == [1, 1, 0]


def test_nan_equals_nan_and_differs_from_a_number(tmp_path: Path) -> None:
    a = trace(tmp_path / "a", [math.nan, 1.0, math.inf])
    b = trace(tmp_path / "b", [math.nan, math.nan, math.inf])
    row = compare(read_trace(a), read_trace(b)).rows[-1]

    assert [point.difference for point in row.points] == [0.0, math.inf, 0.0]
    assert row.first is not None
    assert row.first.step == 2


def test_a_sum_near_zero_is_held_against_the_norm(tmp_path: Path) -> None:
    a = trace(tmp_path / "a", [1.0], param_sum=[1e-6], param_norm=[10.0])
    b = trace(tmp_path / "b", [1.0], param_sum=[-1e-6], param_norm=[10.0])

    assert not compare(read_trace(a), read_trace(b)).differs


def test_a_quantity_of_one_trace_is_shown_and_not_compared(tmp_path: Path) -> None:
    a, b = trace(tmp_path / "a", [1.0], grad_norm=[2.0]), trace(tmp_path / "b", [1.0])
    done = run(a, b)

    assert done.exit_code == 0
    assert "only in a, not compared" in done.output


def test_json_is_for_machines_also_where_a_value_is_none(tmp_path: Path) -> None:
    a, b = trace(tmp_path / "a", [1.0]), trace(tmp_path / "b", [math.nan])
    done = run(a, b, "--json")
    found = json.loads(done.stdout, parse_constant=pytest.fail)
    loss = next(row for row in found["quantities"] if row["quantity"] == "loss")

    assert found["differs"]
    assert loss["first"] == {"step": 1, "a": 1.0, "b": "nan", "difference": "inf"}


@pytest.mark.parametrize(
    ("losses", "groups", "end", "message"),
    [
        ([3.0, 2.0], 1, END, "a has 3 steps, b has 2"),
        ([3.0, 2.0, 1.0], 2, END, "a has 1 group, b has 2"),
        ([3.0, 2.0, 1.0], 1, '{"optimizer":0,"st', "b is cut off in a line: its script was killed"),
        ([3.0, 2.0, 1.0], 1, "", "b has no end"),
        ([3.0, 2.0, 1.0], 1, '{"end":"OSError: x"}\n', "b's script ended by OSError: x"),
    ],
)
def test_what_cannot_be_compared_is_said_and_the_rest_compared(
    tmp_path: Path, losses: list[float], groups: int, end: str, message: str
) -> None:
    a = trace(tmp_path / "a", [3.0, 2.0, 1.0])
    done = run(a, trace(tmp_path / "b", losses, groups=groups, end=end))

    assert done.exit_code == 2
    assert f"not all compared: {message}" in done.stderr
    assert "equal within the tolerances" in done.stdout


def test_steps_limits_the_comparison_to_what_both_have(tmp_path: Path) -> None:
    a = trace(tmp_path / "a", [3.0, 2.0, 1.0])
    b = trace(tmp_path / "b", [3.0, 2.0], end='{"opt')

    assert run(a, b, "--steps", "2").exit_code == 0
    assert run(a, b, "--steps", "3").exit_code == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is no trace: it is empty"),
        ('{"loss": 1.0}\n', "is no trace of optbridge: its first line is '{\"loss\": 1.0}'"),
        (HEADER + END, "holds no step of an optimizer"),
        (HEADER + '{"opt\n' + END, "line 2 of "),
        (HEADER + '{"optimizer":0,"step":1,"groups":[]}\n' + END, "line 2 of "),
        (HEADER.replace(":1,", ":9,"), "has format 9, this version reads 1"),
        ("\N{BLACK STAR}\n", "is no trace of optbridge"),
    ],
)
def test_what_is_no_trace_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "a").write_text(content, encoding="utf-8")
    done = run(tmp_path / "a", trace(tmp_path / "b", [1.0]))

    assert done.exit_code == 2
    assert message in done.stderr


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    done = run(tmp_path / "a", trace(tmp_path / "b", [1.0]))

    assert done.exit_code == 2
    assert f"cannot read {tmp_path / 'a'}: No such file or directory." in done.stderr


@pytest.mark.parametrize("text", ["loss", "loss=", "loss=-1", "loss=nan", "size=1"])
def test_a_mistyped_tolerance_is_refused(tmp_path: Path, text: str) -> None:
    a = trace(tmp_path / "a", [1.0])

    assert run(a, a, "--tolerance", text).exit_code == 2


@pytest.mark.parametrize(
    ("name", "start"), [("f.png", b"\x89PNG"), ("f.svg", b"<?xml"), ("f.html", b"<!DOCTYPE html>")]
)
def test_the_figure_is_written_in_the_format_of_its_name(
    tmp_path: Path, name: str, start: bytes
) -> None:
    a, b = trace(tmp_path / "a", [2.0, 1.0]), trace(tmp_path / "b", [2.0, math.nan])
    done = run(a, b, "--figure", tmp_path / name)

    assert done.exit_code == 1
    assert (tmp_path / name).read_bytes().startswith(start)


def test_the_page_needs_no_network(tmp_path: Path) -> None:
    a, b = trace(tmp_path / "a", [2.0, 1.0]), trace(tmp_path / "b", [2.0, 1.5])
    run(a, b, "--figure", tmp_path / "f.html")
    page = (tmp_path / "f.html").read_text()

    assert "<svg" in page
    assert "<script" not in page
    assert not any(word in page for word in ('src="', "@import", "<link"))


def test_another_format_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    a = trace(tmp_path / "a", [2.0, 1.0])
    done = run(a, a, "--figure", tmp_path / "f.gif")

    assert done.exit_code == 2
    assert "a figure is written as .png, .svg, .pdf, .html, got 'f.gif'" in done.stderr
    assert os.listdir(tmp_path) == ["a"]  # noqa: PTH208 - the names alone


def test_a_narrow_terminal_cuts_nothing(tmp_path: Path) -> None:
    a, b = trace(tmp_path / "a", [4.0, 3.0]), trace(tmp_path / "b", [4.0, 3.5])
    words = ["compare", str(a), str(b)]
    lines = CliRunner().invoke(main, words, env={"COLUMNS": "40"}).output.splitlines()
    start = lines.index(next(line for line in lines if line.startswith("loss")))

    assert lines[start : start + 5] == [
        "loss" + " " * (len(lines[start]) - 4),
        "  steps: 2",
        "  within: 0.0001",
        "  first difference: step 2: 3 | 3.5, off",
        "    by 0.5",
    ]
