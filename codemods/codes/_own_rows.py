"""Codes of the port itself: files that it cannot read or write, and comments to it."""

from __future__ import annotations

from typing import Final

from codemods.codes._row import HEAD, Row

OWN_ROWS: Final = (
    Row(
        1,
        "error",
        "A file that cannot be read",
        "It is no Python that parses, or its encoding is unknown. It stays as it was, and the "
        "other files of the run are ported.",
        {"paddle": "import torch\nx = (\n"},
        is_fixed=True,
    ),
    Row(
        2,
        "error",
        "Two edits of the same code",
        "A defect of the port: the file stays as it was. Please report it.",
        {},
        is_fixed=True,
    ),
    Row(
        3,
        "error",
        "An output that would be broken",
        "A defect of the port, seen before anything was written: the file stays as it was. Please "
        "report it.",
        {},
        is_fixed=True,
    ),
    Row(
        4,
        "error",
        "A file whose port did not come to an end",
        "It took longer than a file may, or a defect broke it off. The file stays as it was, and "
        "the others of the run are ported.",
        {},
        is_fixed=True,
    ),
    Row(
        5,
        "error",
        "A file that cannot be written",
        "It is read-only, it was changed while it was ported, or the disk refused it. The file "
        "stays as it was.",
        {},
        is_fixed=True,
    ),
    Row(
        6,
        "left",
        "A magic of a notebook whose code would have to change",
        "`%time optimizer = torch.optim.SGD(...)` is seen, but magics are left alone: take the "
        "code out of the magic. The notebook stays as it was, also with `--partial`.",
        {},
        is_fixed=True,
    ),
    Row(
        101,
        "note",
        "A skip comment without effect",
        "`# optbridge: skip` stands where there is nothing to port, or names codes that no site "
        "of the line would get.",
        {"paddle": f"{HEAD}step = 0  # optbridge: skip\n"},
    ),
    Row(
        102,
        "note",
        "A skip comment that names an unknown code",
        "Nothing has that code, so nothing is skipped by it.",
        {"paddle": f"{HEAD.rstrip()}  # optbridge: skip[PD1O1]\n"},
    ),
)
