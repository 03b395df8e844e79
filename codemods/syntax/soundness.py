"""What an output has to be before anything is written: Python, with every comment of the input."""

from __future__ import annotations

import io
import tokenize
from collections import Counter

import libcst as cst

from codemods.analysis.parsing import parsed
from codemods.syntax.lexing import comments
from codemods.syntax.source import Source, UnreadableSourceError


def broken(before: Source, after: bytes) -> str | None:
    """Return what is wrong with the port of a file, None if nothing is."""
    # Python's own parser is ten times as fast, but knows one version's syntax only.
    tree = parsed(after)
    try:
        if tree is None:
            cst.parse_module(after)
        lost = _lost(before, after)
    except cst.ParserSyntaxError as error:
        return f"the port would not parse: {error}"
    except UnreadableSourceError as error:
        return f"the port would not parse: {error.reason}"
    return f"the port would lose the comment {next(iter(lost))!r}" if lost else None


def _lost(before: Source, after: bytes) -> Counter[str]:
    text = after.decode(before.module.encoding)
    if not comments(before.data) - comments(text.encode()):
        return Counter()
    return _comments(before) - (_comments_in_text(after) or _comments(Source.parse(after)))


def _comments(source: Source) -> Counter[str]:
    return Counter(comment.value for comment in source.each(cst.Comment))


def _comments_in_text(raw: bytes) -> Counter[str] | None:
    """Return the comments of a file, None if its syntax is newer or older than this Python's."""
    try:
        tokens = tokenize.tokenize(io.BytesIO(raw).readline)
        return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)
    except (tokenize.TokenError, SyntaxError):
        return None
