"""A file's bytes and its tree: `source` holds both, `edits` changes the bytes.

The tree is made of libcst's nodes, from Python's own, many times as fast as by libcst's parser. It
has what a port asks for: every node that means something, its parent and its place. Blanks, commas
and brackets are those of a new node, the same for all, but for parentheses around the value of an
argument: the text of a node is always taken from the file. What is rare, and what Python does not
place, is left to libcst. A test compares the trees with those that libcst parses.

https://docs.python.org/3/library/ast.html
https://libcst.readthedocs.io/en/latest/nodes.html
"""

from __future__ import annotations

from codemods.syntax import _compound, _simple, _strings  # noqa: F401  # they register readers
from codemods.syntax._blocks import read
from codemods.syntax._reader import Span, Syntax, UnknownSyntaxError

__all__ = ["Span", "Syntax", "UnknownSyntaxError", "read"]
