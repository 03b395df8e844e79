"""Write docs/rules: a page for every code, from its own example ported, and an index.

    python tools/rule_pages.py

A test fails when what is there is not what this writes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from codemods.codes import RULES  # noqa: E402
from codemods.codes.page import page  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = ROOT / "docs" / "rules"
HEAD = """\
# Rules

Written by `make rules`; do not edit. `optbridge rules` lists them, `optbridge rules PD104` shows
one. How to choose among them: [Which rules apply](../port.md#which-rules-apply).
"""
SECTIONS = {
    "PD": "`--to paddle`",
    "OF": "`--to oneflow`",
    "BR": "Through `bridge`, on every target",
    "OB": "The port itself",
}


def pages() -> dict[str, str]:
    """Return the text of every file of docs/rules, by its name."""
    texts = {f"{code}.md": page(rule) for code, rule in RULES.items()}
    return {"README.md": "\n".join(_index()) + "\n", **texts}


def _index() -> Iterator[str]:
    yield HEAD.rstrip()
    for prefix, title in SECTIONS.items():
        yield from ("", f"## {title}", "", "| code | becomes | what | grade |", "|---|---|---|---|")
        for code, rule in RULES.items():
            if code.startswith(prefix):
                yield f"| [{code}]({code}.md) | {rule.kind} | {rule.title} | {rule.grade} |"


def main() -> None:
    """Write the pages, and delete those of codes that are no more."""
    texts = pages()
    PAGES.mkdir(exist_ok=True)
    for path in PAGES.glob("*.md"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (PAGES / name).write_text(text)
    print(f"wrote {len(texts)} files to {PAGES.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
