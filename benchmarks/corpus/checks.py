"""What is asked of a converted file, whoever converted it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge import optim
from codemods.api import torch_members

if TYPE_CHECKING:
    from collections.abc import Iterator

    Statement = tuple[str, ...]

OPTIM: Final = {
    name
    for owner in (optim.Optimizer, optim.lr_scheduler.LRScheduler)
    for name in dir(owner)
    if not name.startswith("_")
}
# An attribute of one of these names may be torch's, so a statement with it may change.
MEMBERS: Final = torch_members.TENSOR | torch_members.MODULE | OPTIM | {"param_groups"}
FORMATTED: Final = re.compile(r"[rR]?[fF][rR]?['\"]")
ANNOTATION: Final = re.compile(r"""["'][\w.,| \[\]]+["']""")
LAYOUT: Final = {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}


@dataclass(frozen=True, slots=True)
class Check:
    """Whether an output parses, the comments in it, and what changed that had no reason to.

    `unrelated` are the tokens of statements that name nothing of torch, `changed` those of them
    whose statement is not in the output.
    """

    parses: bool
    comments: int
    kept: int
    unrelated: int
    changed: int


def parses(raw: bytes) -> bool:
    """Tell whether bytes are Python of the running version."""
    try:
        ast.parse(raw)
    except (SyntaxError, ValueError):
        return False
    return True


def check(before: bytes, after: bytes) -> Check:
    """Compare an input that parses with what was made of it."""
    comments, kept = comments_of(before), comments_of(after)
    ours = imported(before)
    unrelated = Counter(s for s in statements(before) if not is_related(s, ours))
    missing = unrelated - Counter(statements(after))
    return Check(
        parses(after),
        comments.total(),
        (comments & kept).total(),
        sum(len(s) * n for s, n in unrelated.items()),
        sum(len(s) * n for s, n in missing.items()),
    )


def comments_of(raw: bytes) -> Counter[str]:
    return Counter(t.string for t in tokens(raw) if t.type == tokenize.COMMENT)


def tokens(raw: bytes) -> Iterator[tokenize.TokenInfo]:
    """Yield the tokens of a file, up to where it cannot be read."""
    try:
        yield from tokenize.tokenize(io.BytesIO(raw).readline)
    except (tokenize.TokenError, SyntaxError):
        return


def statements(raw: bytes) -> Iterator[Statement]:
    """Yield what stands on each logical line, without comments and layout."""
    words: list[str] = []
    for token in tokens(raw):
        if token.type == tokenize.NEWLINE:
            if words:
                yield tuple(words)
            words = []
        elif token.type not in LAYOUT and token.type != tokenize.COMMENT:
            words.append(token.string)


def imported(raw: bytes) -> set[str]:
    """Return the names that a file imports from anything that has torch in its name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(raw)):
        if isinstance(node, ast.ImportFrom) and "torch" in (node.module or ""):
            names.update(a.asname or a.name for a in node.names)
        elif isinstance(node, ast.Import):
            names.update(a.asname for a in node.names if a.asname and "torch" in a.name)
    return names


def is_related(statement: Statement, ours: set[str]) -> bool:
    """Tell whether a statement may have to change: it names torch or could call a tensor."""
    words = [part for word in statement for part in _parts(word)]
    pairs = zip(("", *words), words, strict=False)
    return any(
        "torch" in word or word in ours or (dot == "." and word in MEMBERS) for dot, word in pairs
    )


def _parts(word: str) -> list[str]:
    """Return what has code in a string: a formatted one, before Python 3.12, or an annotation."""
    has_code = FORMATTED.match(word) or ANNOTATION.fullmatch(word)
    return re.findall(r"\w+|\.", word) if has_code else [word]
