"""Trees made from Python's own are those that libcst's parser makes of the same text."""

from __future__ import annotations

import ast
import sysconfig
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import libcst as cst
import pytest
import torch

from codemods.syntax import UnknownSyntaxError, read
from codemods.syntax.metadata import parts
from codemods.syntax.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
FILES = [
    *(STANDARD_LIBRARY / name for name in ("contextlib.py", "shlex.py")),
    Path(torch.__file__).parent / "optim" / "adamw.py",
    Path(torch.__file__).parent / "nn" / "modules" / "rnn.py",
]
# Brackets, comments and blanks where they are easily taken for something else.
FORMS = '''\
# -*- coding: utf-8 -*-
import a.b, c as d ; from . import (e as f, g,) ; from ... h.i import *
f((x), *(y), k = (z), **(w)) ; f(((x)) , ) ; (f)(x)(y) ; f( # (
  (x) # )
  , (y)) ; f(x for x in (y)) ; f((x for x in y if (z))) ; f()
a = (b) = (c, (d)), = [(e), *f, (yield)] ; () ; (a,) ; (a), b ; x[(1, 2)], x[(1), 2], x[1:(2), ...]
{(a): (b), ** (c)} ; {(a), b} ; -(a) ** b // (c) @ d ; not (a) ; (a < (b)) < c is not d ; (a)[b].c
(a or b and (c)) or d if (e) else lambda x, /, y=(1), *z, w=(2), **v: (x)
"a" "b" ; ("a"  # comment
 r"c") ; f"{a!r:>{b}}" f'{c["d"]}' "#" ; 'it\\'s' ; """#
"""
f"a{{b}}{c} x{ d.e !r:>10}}}{f:}" ; rf"\\d{x[1]} {g(h, 1)} {(i, j)}" ; f"\\N{DIGIT ONE}{x}"
f"{a:{b}}" ; f"""{a}
{b!s}{{}}""" ; f"{a == b} {c=} {d if e else f} {(lambda: 1)()} {x[1:2]}" ; f""
del a, (b) ; del (c) ; del (d, e), ; assert (a), b ; raise (a) from (b) ; global g
[x async for (x, y) in z if (a) if b for w in x] ; {x: y for x in z} ; {x for x in y} ; (x := (1))
if (a): pass ; b
elif b: c ; \\
  d
else:  # else
    e;
try: pass
except (A, B) as e: pass
except: pass
else: pass
finally: pass
with (a) as (b), c: pass
with (a as b, c as d,): pass
for (x) in (y):
    continue
# else
else: pass
while (a): break
@ (d.e)
@d . \
    f
async  def func (self, a: (int) = (1), * b : "A | B", c, ** d) -> (e) :
    async with a as b: await (c)
    async for d in e: return (d)
class  K (A, *b, m = (c), ** d): x: (int) = (1) ; y: int ; z += (1)
match (x):  # match
    case {"a": [1, *y], **z} | C(d=e) as f if (f): pass
    # case
    case _:
        match g:
            case -1 | None | a.b | "s": f(x); g(y)
            # the end
def \u00e9\u4e16(x): return "\u20ac" + x.\u00e9
'''.replace("... h", "...h").replace("d . \\\n    f", "d.f")
# Where one of these begins or ends is asked for by nobody.
UNPLACED = (
    *(cst.AsName, cst.CompFor, cst.CompIf, cst.ComparisonTarget, cst.From),
    *(cst.Module, cst.Parameters, cst.ParamStar),
)


def sources() -> list[object]:
    forms = pytest.param(FORMS.encode(), id="forms")
    windows = pytest.param(FORMS.replace("\n", "\r\n").encode(), id="windows")
    return [forms, windows, *(pytest.param(path.read_bytes(), id=path.name) for path in FILES)]


@pytest.fixture(params=sources())
def raw(request: pytest.FixtureRequest) -> bytes:
    return bytes(request.param)


def meant(node: cst.CSTNode) -> tuple[str, ...]:
    """Say what a node means."""
    words = (getattr(node, name, None) for name in ("value", "star", "operator"))
    told = [w if isinstance(w, str) else type(w).__name__ for w in words]
    return type(node).__name__, *told


def inside(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in parts(node):
        yield from inside(child)


def places(source: Source) -> list[tuple[str, str]]:
    """Say of what kinds the nodes of a tree are, and what stands there."""
    nodes = (n for n in inside(source.module) if not isinstance(n, UNPLACED))
    return [(type(n).__name__, f"{source.start(n)}: {source.text(n)[:40]}") for n in nodes]


def first_difference(ours: Sequence[object], theirs: Sequence[object]) -> object:
    pairs = zip_longest(ours, theirs)
    return next((pair for pair in pairs if pair[0] != pair[1]), None)


def test_trees_are_libcst_s(raw: bytes) -> None:
    ours = read(raw, ast.parse(raw), "utf-8").module
    theirs = cst.parse_module(raw)

    assert first_difference(*(list(map(meant, inside(m))) for m in (ours, theirs))) is None
    assert (ours.encoding, ours.default_newline) == (theirs.encoding, theirs.default_newline)


def test_places_are_libcst_s(raw: bytes) -> None:
    ours, theirs = Source.parse(raw), Source.parse_by_libcst(raw)

    assert first_difference(places(ours), places(theirs)) is None


def test_parents_are_libcst_s(raw: bytes) -> None:
    syntax = read(raw, ast.parse(raw), "utf-8")
    strays = [n for n in inside(syntax.module) for c in parts(n) if syntax.parents[c] is not n]

    assert strays == []


def test_an_argument_knows_its_parentheses(raw: bytes) -> None:
    ours, theirs = Source.parse(raw), Source.parse_by_libcst(raw)
    mine, others = ([len(a.value.lpar) for a in s.each(cst.Arg)] for s in (ours, theirs))

    assert first_difference(mine, others) is None


def test_names_are_found_in_the_order_of_the_file(raw: bytes) -> None:
    ours, theirs = Source.parse(raw), Source.parse_by_libcst(raw)
    kinds = (cst.Name, cst.Attribute, cst.Call, cst.FunctionDef, cst.ClassDef, cst.Assign)

    mine, others = ([s.start(n) for n in s.each(*kinds)] for s in (ours, theirs))

    assert first_difference(mine, others) is None


def test_names_that_python_spells_otherwise_are_left_to_libcst() -> None:
    text = "\N{LATIN SMALL LIGATURE FI}x = 1\n"  # fix, as far as Python is concerned

    with pytest.raises(UnknownSyntaxError):
        read(text.encode(), ast.parse(text), "utf-8")
    assert Source.parse(text.encode()).module.deep_equals(cst.parse_module(text))


def test_another_encoding_is_told_by_its_comment() -> None:
    source = Source.parse(b"# coding: latin-1\nx = '\xe9'; y\n")
    name = next(n for n in source.each(cst.Name) if n.value == "y")

    assert source.module.encoding == "iso-8859-1"
    assert source.text(name) == "y"
