"""One rule as a page of Markdown, with its example ported on the spot."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.equivalents import TITLES
from codemods.codes._model import PREFIXES
from codemods.engine import port
from codemods.formats.lines import line
from codemods.model import Options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.codes._model import Example, Rule
    from codemods.model import FileResult, Kind

SCRIPT: Final = Path("train.py")
GRADES: Final[Mapping[str, str]] = {
    "a": "a: learning rates are bit-identical to torch's",
    "b": "b: learning rates are within 1e-12 of the largest over 200 steps",
    "p": "p: parameters are within 1e-5 of the tensor's largest entry after 100 float32 steps",
}
STAYS: Final = "`# optbridge: skip[{0}]` on its line leaves it as it is, and ports the rest."
# What the user can do about a finding of that kind, with the code in the place of {}.
ADVICE: Final[Mapping[Kind, str]] = {
    "native": f"`--ignore {{0}}` takes `bridge` for it. {STAYS}",
    "bridge": f"`--ignore {{0}}` leaves its whole bundle as it is. {STAYS}",
    "ported": f"`--ignore {{0}}` leaves such names on torch. {STAYS}",
    "refused": STAYS,
    "left": STAYS,
    "note": "`--ignore {0}`, or `# optbridge: skip[{0}]` on its line, silences it.",
}


def example_result(example: Example) -> FileResult:
    """Port an example as the page shows it."""
    options = Options(example.target, origin=example.origin)
    return port(example.before.encode(), SCRIPT, options)


def page(rule: Rule) -> str:
    """Return what there is to know of a rule."""
    return "\n".join(_lines(rule)).rstrip() + "\n"


def _lines(rule: Rule) -> Iterator[str]:
    yield f"# {rule.code}: {rule.title}"
    yield ""
    yield f"*{rule.kind}*: {rule.text}"
    if rule.example is not None:
        yield from _shown(rule, rule.example)
    if rule.conditions:
        yield from ("", "## Conditions", "", *(f"- {text}" for text in rule.conditions))
    facts = [GRADES[rule.grade]] if rule.grade else []
    facts += [f"{TITLES[t]} {', '.join(rule.versions[t])}" for t in _targets(rule)]
    if facts:
        yield from ("", "## Holds for", "", *(f"- {text}" for text in facts))
    if rule.kind in ADVICE and not rule.is_fixed:
        yield from ("", "## Not wanted", "", ADVICE[rule.kind].format(rule.code))
    if rule.links:
        yield from ("", "## Sources", "", *(f"- <{link}>" for link in rule.links))


def _targets(rule: Rule) -> list[str]:
    """Return the frameworks that a rule writes code for."""
    own = [t for t, prefix in PREFIXES.items() if rule.code.startswith(prefix)]
    return [t for t in rule.versions if t in own or own == ["bridge"]]


def _shown(rule: Rule, example: Example) -> Iterator[str]:
    result = example_result(example)
    before, after = (text.decode().splitlines() for text in (result.before, result.after))
    origin = "" if example.origin == "torch" else f" --from {example.origin}"
    command = f"optbridge port {SCRIPT}{origin} --to {example.target}"
    yield from ("", "## Example", "", f"    {command}", "")
    if result.changed:
        whole = max(len(before), len(after))
        changed = list(difflib.unified_diff(before, after, n=whole, lineterm=""))
        yield from ("```diff", *(line.rstrip() for line in changed[3:]), "```")
    else:
        yield from ("```python", *before, "```")
    yield from ("", "```text")
    yield from (line(SCRIPT, finding) for finding in result.findings if finding.code == rule.code)
    yield "```"
