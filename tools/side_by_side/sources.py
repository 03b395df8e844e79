"""What a port did to a script's text: comments kept, and whether it needs `bridge` to run."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter


def lost_comments(original: str, port: str) -> list[str]:
    """List the comments of the original that the port no longer has, each as often as lost."""
    return sorted((_comments(original) - _comments(port)).elements())


def verdict(port: str) -> str:
    """Return `bridge` where the port imports it, `native` where it runs without."""
    imported = {
        name
        for node in ast.walk(ast.parse(port))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    return "bridge" if any(name.partition(".")[0] == "bridge" for name in imported) else "native"


def _comments(source: str) -> Counter[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)
