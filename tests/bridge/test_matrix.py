"""`optbridge matrix`: what the packaged measurements say, in a table and for machines."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bridge.cli import main
from bridge.equivalents import matrix

if TYPE_CHECKING:
    from click.testing import Result


def run(*arguments: str, columns: int | None = None) -> Result:
    environment = {"COLUMNS": str(columns)} if columns else {"COLUMNS": None}
    return CliRunner().invoke(main, ["matrix", *arguments], env=environment)


def test_every_class_has_a_row_that_nothing_cuts_in_a_pipe() -> None:
    result = run()

    assert result.exit_code == 0
    for row in matrix.rows():
        assert f"  {row.name} " in result.output
    assert "  SGD (p) PD101, Momentum (p) PD102  " in result.output
    assert "…" not in result.output


def test_one_class_is_shown_with_the_conditions_of_its_native_ones() -> None:
    result = run("AdamW", "--to", "paddle")

    assert "native oneflow" not in result.output
    assert re.search(r"PD104  AdamW -> paddle.optimizer.AdamW  https://", result.output)
    assert "  - its groups are written out as a list of dicts" in result.output


def test_a_class_of_torch_alone_is_refused_elsewhere() -> None:
    (row,) = json.loads(run("SparseAdam", "--json").output)["rows"]

    assert row["bridge"] == {"torch": "0", "paddle": "refused", "oneflow": "refused"}
    assert row["native"] == {"paddle": [], "oneflow": []}


def test_json_has_versions_and_what_was_measured() -> None:
    found = json.loads(run("--json", "--to", "oneflow").output)
    rows = {row["class"]: row for row in found["rows"]}

    assert found["versions"] == matrix.measured()["versions"]
    assert rows["StepLR"]["bridge"] == {"oneflow": "bit-identical, 12 of 12"}
    assert [each["code"] for each in rows["Adam"]["native"]["oneflow"]] == ["OF102"]
    assert rows["Adam"]["native"]["oneflow"][0]["conditions"]


def test_a_narrow_terminal_gets_a_block_for_each_row() -> None:
    lines = run("AdamW", "--to", "paddle", columns=40).output.splitlines()

    assert lines[0].strip() == "AdamW"
    assert "native paddle: AdamW (p) PD104" in [line.strip() for line in lines]


@pytest.mark.parametrize(
    ("name", "hint"), [("AdmW", "is it AdamW or"), ("xyzzy", "one of SGD, Adam, AdamW")]
)
def test_an_unknown_class_is_an_error_with_a_hint(name: str, hint: str) -> None:
    result = run(name)

    assert result.exit_code == 2
    assert f"the matrix has no class {name!r}.\nHint: {hint}" in result.output
