"""Parents, scopes and places are those that libcst's own providers give."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import libcst as cst
import pytest
import torch
from libcst.metadata import (
    ByteSpanPositionProvider,
    MetadataWrapper,
    ParentNodeProvider,
    ScopeProvider,
)

from codemods.syntax.metadata import IS_TRIVIA, parents
from codemods.syntax.printing import printed
from codemods.syntax.scopes import scopes
from codemods.syntax.source import Source

if TYPE_CHECKING:
    from libcst.metadata import Scope

STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
FILES = [
    *(STANDARD_LIBRARY / name for name in ("dataclasses.py", "typing.py", "tokenize.py")),
    Path(torch.__file__).parent / "optim" / "optimizer.py",
]
FORMS = '''\
# -*- coding: utf-8 -*-
from __future__ import annotations
import a.b, c as d
from e import (f as g, h,)
x: "list[a.b]" = [y := 1, *d]; x[y:y] += lambda z, *, w=g: (z, w, h)
(p, [q, *r]), s.t = ({k: v for k, v in x if k if v}, {*x}), (i for i in x)
@d.e(x)
async def func(n: int = 3, /, m: d.T = None, *args: a, **kw) -> "d.U":
    """\u00e9\u4e16"""
    global x; nonlocal_ = 1
    async with a as (b, c), d: await e
    def inner():
        nonlocal n
        del n, m.o[n]
        yield from (yield)
    try:
        pass
    except* (E, F) as e:
        raise e from None
    finally: ...
    return f"{x!r:>{n}} {x=}" "b" f'{a["b"]}'
class C(B, metaclass=M):
    x = x
    def x(self): return __class__, super().x
for u, v in x:
    while not u is v not in w: continue
    else: break
else:
    assert u, v
match x:
    case {"a": [1, *rest], **kw} | C(x=y) as z if z: pass
    case -1 | None | a.b | "s" | _: print(z, rest)
if x if y else z: pass
elif u < v <= w == x != -y ** ~z // 2 @ 3: pass\tz
'''.replace("\tz", "")


def sources() -> list[object]:
    forms = pytest.param(FORMS.encode(), id="forms")
    return [forms, *(pytest.param(path.read_bytes(), id=path.name) for path in FILES)]


@pytest.fixture(params=sources())
def module(request: pytest.FixtureRequest) -> cst.Module:
    return cst.parse_module(request.param)


def test_parents_are_libcst_s(module: cst.Module) -> None:
    theirs = MetadataWrapper(module, unsafe_skip_copy=True).resolve(ParentNodeProvider)

    assert parents(module) == theirs


def test_places_are_libcst_s(module: cst.Module) -> None:
    text, spans = printed(module)
    theirs = MetadataWrapper(module, unsafe_skip_copy=True).resolve(ByteSpanPositionProvider)

    assert text == module.code
    assert list(spans.items()) == [(n, (s.start, s.start + s.length)) for n, s in theirs.items()]


def described(scope: Scope) -> tuple[object, ...]:
    """Say what a scope binds and reads, not by node: what is in a string is parsed anew."""
    bound = sorted((a.name, type(a).__name__, len(a.references)) for a in scope.assignments)
    read = sorted(
        (
            getattr(access.node, "value", "") if isinstance(access.node, cst.Name) else "",
            access.is_annotation,
            access.is_type_hint,
            sorted((type(r).__name__, r.name) for r in access.referents),
        )
        for access in scope.accesses
    )
    return type(scope).__name__, bound, read


def test_scopes_are_libcst_s(module: cst.Module) -> None:
    theirs = MetadataWrapper(module, unsafe_skip_copy=True).resolve(ScopeProvider)
    above = parents(module)
    ours = scopes(module)
    pairs = {(id(ours[n]), id(theirs[n])): (ours[n], theirs[n]) for n in above if n in ours}
    names = {n for n in theirs if n in above and isinstance(n, cst.Name)}

    assert names <= ours.keys()
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}) > 1
    for mine, other in pairs.values():
        assert mine is not None
        assert other is not None
        assert described(mine) == described(other)


def test_nodes_of_a_class_are_all_of_them(module: cst.Module) -> None:
    source = Source.parse(module.bytes)
    names = [node for node in source.spans if isinstance(node, cst.Name)]

    assert list(source.each(cst.Name)) == names
    assert not any(IS_TRIVIA[type(node)] for node in names)
