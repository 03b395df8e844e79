"""The reports: each valid where it is read, and complete where it is the only thing read."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from rich.console import Console

from bridge.cli import main
from codemods.engine import port
from codemods.formats import FORMATS, render
from codemods.formats.markdown import ROOM
from codemods.formats.terminal import show
from codemods.model import FileResult, Finding, Options
from tests.codemods.test_notebook import notebook

if TYPE_CHECKING:
    from collections.abc import Sequence

# Of SARIF's editors, under the MIT licence: npm's @microsoft/sarif-multitool-linux 5.7.0.
SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0.json"

NATIVE = b"import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\n"
LEFT = b"import torch\ntorch.frobnicate()\nopt = torch.optim.SGD(params)\n"
CELLS = notebook("import torch", "opt = torch.optim.SGD(params, lr=0.1)")
SOURCES = [
    ("train.py", NATIVE),
    ("no newline.py", NATIVE.rstrip(b"\n")),
    ("dos.py", NATIVE.replace(b"\n", b"\r\n")),
    ("bom.py", b"\xef\xbb\xbf" + NATIVE),
    ("\u00e9,%:.py", "# \u00e9\x0c\u2028\n".encode() + NATIVE),
    ("long.py", b"x = 1\n" * 9 + NATIVE + b"y = 2\n" * 9 + b"opt2 = torch.optim.Adam(p)\n"),
    ("left.py", LEFT),
    ("broken.py", b"import torch\nx = (\n"),
    ("plain.py", b"x = 1\n"),
    ("train.ipynb", CELLS),
]


def results(*sources: tuple[str, bytes], **options: Any) -> list[FileResult]:
    return [port(raw, Path(name), Options("paddle", **options)) for name, raw in sources]


def odd(text: str) -> FileResult:
    """Return a result whose every text is `text`."""
    return FileResult(Path(text), b"", b"", (Finding(1, 1, "PD999", "left", text, text, text),))


def validate(log: str) -> Any:
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(json.loads(log))
    return json.loads(log)["runs"][0]


def fixed(before: bytes, replacements: Sequence[Any]) -> str:
    """Return what an editor makes of a file that it applies a fix to."""
    text = before.decode("utf-8-sig")
    starts = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", text))]
    for replacement in reversed(replacements):
        region = replacement["deletedRegion"]
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        text = text[:start] + replacement["insertedContent"]["text"] + text[end:]
    return text


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source[0])
@pytest.mark.parametrize("verbose", [False, True])
def test_sarif_is_valid_and_its_fix_is_the_port(source: tuple[str, bytes], verbose: bool) -> None:
    (result,) = results(source, partial=True)
    run = validate(render("sarif", [result], verbose=verbose))
    fixes = [fix for found in run["results"] for fix in found.get("fixes", [])]
    changes = [change for fix in fixes for change in fix["artifactChanges"]]

    assert len(changes) == result.changed
    assert [fixed(result.before, c["replacements"]) for c in changes] == [
        result.after.decode("utf-8-sig")
    ] * len(changes)
    assert {r["ruleId"] for r in run["results"]} == {
        r["id"] for r in run["tool"]["driver"]["rules"]
    }


def test_sarif_of_nothing_is_valid() -> None:
    assert validate(render("sarif", []))["results"] == []


def test_sarif_names_files_as_uris_and_places_in_them() -> None:
    run = validate(render("sarif", results(("a b/\u00e9.py", LEFT), ("train.ipynb", CELLS))))
    places = [found["locations"][0]["physicalLocation"] for found in run["results"]]

    assert places[0]["artifactLocation"]["uri"] == "a%20b/%C3%A9.py"
    assert places[0]["region"] == {"startLine": 2, "startColumn": 1}
    assert "region" not in places[-1]
    assert run["results"][-1]["message"]["text"].startswith("cell 2:1:7: ")
    assert run["results"][0]["level"] == "warning"


def test_github_escapes_what_would_end_a_command() -> None:
    text = "100%: a, b\r\nc::d"
    (command, totals) = render("github", [odd(text)]).splitlines()

    assert command == (
        "::warning file=100%25%3A a%2C b%0D%0Ac%3A%3Ad,line=1,col=1,title=PD999 left"
        "::100%25: a, b%0D%0Ac::d: 100%25: a, b%0D%0Ac::d%0AHint: 100%25: a, b%0D%0Ac::d"
    )
    assert totals.startswith("1 file: ")


def test_github_levels_follow_the_kind() -> None:
    report = render("github", results(*SOURCES))

    assert "::notice file=train.py,line=2,col=7,title=PD101 native::torch.optim.SGD -> " in report
    assert "::warning file=left.py,line=2,col=1,title=PD999 left::torch.frobnicate: " in report
    assert "::error file=broken.py,line=" in report
    assert "::notice file=train.ipynb,title=BR101 bridge::cell 2:1:7: torch.optim.SGD" in report


def test_markdown_has_a_table_what_is_left_and_every_file() -> None:
    report = render("markdown", results(*SOURCES))

    assert "| native | 6 | the framework's own code, proven equal |" in report
    assert "- [ ] `left.py` line 2, PD999 **left** `torch.frobnicate`: " in report
    assert "<details><summary><code>train.py</code>: 1 native</summary>" in report
    assert "- cell 2, line 1, BR101 **bridge** " in report
    assert "plain.py" not in report


def test_markdown_shows_no_markup_of_others() -> None:
    report = render("markdown", [odd("<script> *x* | `y` ![i](u)")])

    assert "<script" not in report.replace("``<script> *x* | `y` ![i](u)``", "")  # that is code
    assert r"&lt;script> \*x\* \| `y` !\[i\](u)" in report


def test_markdown_fits_into_a_pull_request() -> None:
    report = render("markdown", [odd("x" * 500)] * 100)

    assert len(report) < ROOM
    assert report.endswith("run `optbridge port` for the rest.*\n")


@pytest.mark.parametrize("width", [30, 80, 200])
def test_a_terminal_shows_all_of_it_however_narrow(width: int) -> None:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    show(results(*SOURCES), console, verbose=False)
    shown = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO

    assert max(len(line) for line in shown.splitlines()) <= width
    assert [line for line in shown.splitlines() if line.startswith("left.py")]
    assert "torch.frobnicate" in shown
    assert re.search(r"native +6\b", shown)


def test_a_terminal_that_has_colours_gets_them() -> None:
    console = Console(file=io.StringIO(), width=80, color_system="standard", force_terminal=True)
    show(results(("left.py", LEFT)), console, verbose=False)

    assert "\x1b[33mPD999 left\x1b[0m" in console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_can_go_to_a_file(tmp_path: Path, form: str) -> None:
    script, report = tmp_path / "left.py", tmp_path / "report"
    script.write_bytes(LEFT)
    words = ["port", str(script), "--to", "paddle", "-j0", "--check", "--format", form]
    to_file = CliRunner().invoke(main, [*words, "--output", str(report)], catch_exceptions=False)
    printed = CliRunner().invoke(main, words, catch_exceptions=False)

    assert to_file.output == ""
    assert report.read_text() == printed.output
    assert to_file.exit_code == printed.exit_code == 3


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
def test_a_diff_and_a_report_do_not_mix(tmp_path: Path, form: str) -> None:
    (tmp_path / "a.py").write_bytes(NATIVE)
    words = ["port", str(tmp_path), "--to", "paddle", "-j0", "--format", form]
    plain = CliRunner().invoke(main, words, catch_exceptions=False)
    both = CliRunner().invoke(main, [*words, "--diff"], catch_exceptions=False)
    apart = CliRunner().invoke(main, [*words, "--diff", "-o", str(tmp_path / "r")])

    assert "+++ b/" not in plain.stdout
    assert "both go to stdout: add --output" in both.stderr
    assert "+++ b/" in apart.stdout


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(NATIVE)
    words = ["port", str(tmp_path / "a.py"), "--to", "paddle", "-j0", "-o", str(tmp_path / "x/y")]
    result = CliRunner().invoke(main, words, catch_exceptions=False)

    assert result.exit_code == 2
    assert "cannot write" in result.stderr
