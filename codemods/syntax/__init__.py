"""libcst's nodes made from Python's own tree, many times as fast as by libcst's own parser.

A tree here has what a port asks for: every node that means something, its parent and its place.
Blanks, commas and brackets are those of a new node, the same for all: the text of a node is always
taken from the file. What is rare, and what Python does not place, is left to libcst; see `read`.

https://docs.python.org/3/library/ast.html
https://libcst.readthedocs.io/en/latest/nodes.html
"""

from __future__ import annotations

from codemods.syntax import _expressions, _statements, _strings
from codemods.syntax._reader import Span, Syntax, UnknownSyntaxError
from codemods.syntax._statements import read

__all__ = ["Span", "Syntax", "UnknownSyntaxError", "read"]

del _expressions, _strings, _statements
