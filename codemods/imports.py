"""Move names to where they live now: edit their uses and their imports, as little as possible.

`import torch.nn as nn` becomes `import paddle.nn as nn` and every `nn.Linear` stays as it is; a
name that does not fit its old import is written out in full (`paddle.optimizer.Momentum`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import ImportAssignment

from codemods.analysis.names import bindings_of
from codemods.model import Replace, RewriteStatement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from libcst.metadata import BaseAssignment

    from codemods.analysis.names import Binding, Dotted, Names, Reference
    from codemods.model import Edit
    from codemods.syntax.source import Source


@dataclass(frozen=True, slots=True)
class Move:
    """The dotted name at `node`, `qualified` in torch, means `target` from now on."""

    node: Dotted
    qualified: str
    target: str
    reference: Reference


@dataclass(slots=True)
class _Import:
    """What becomes of one bound name: the new place it is bound to, and roots to import beside."""

    binding: Binding
    moves: list[Move] = field(default_factory=list)
    is_kept: bool = False
    unused_to: str | None = None
    place: str | None = None
    roots: set[str] = field(default_factory=set)


def taken_names(source: Source, roots: Iterable[str]) -> dict[str, cst.CSTNode]:
    """Return which of the module names to import the file already uses for something else."""
    taken: dict[str, cst.CSTNode] = {}
    for scope in source.all_scopes:
        for assignment in scope.assignments:
            name = assignment.name
            if name in roots and not _is_import_of(assignment, name):
                taken.setdefault(name, getattr(assignment, "node", source.module))
    return taken


def _is_import_of(assignment: BaseAssignment, root: str) -> bool:
    node = assignment.node if isinstance(assignment, ImportAssignment) else None
    if not isinstance(node, cst.Import | cst.ImportFrom):
        return False
    found = [b.qualified for b in bindings_of(node) if b.local == root]
    return bool(found) and all(qualified == root for qualified in found)


def plan_moves(
    source: Source,
    names: Names,
    moves: Sequence[Move],
    kept: Iterable[Binding],
    unused: Iterable[tuple[Binding, str]],
    gone: Iterable[Binding] = (),
) -> list[Edit]:
    """Return the edits that make every move, with the imports that they need.

    Names in `kept` stay bound to what they are; names in `unused` are bound anew, without a use;
    a use of those in `gone` is no more, and with the last one goes the name.
    """
    imports: dict[cst.ImportAlias, _Import] = {}

    def entry(binding: Binding) -> _Import:
        return imports.setdefault(binding.alias, _Import(binding))

    for move in moves:
        entry(move.reference.binding).moves.append(move)
    for binding in gone:
        entry(binding)
    for binding in kept:
        entry(binding).is_kept = True
    for binding, target in unused:
        entry(binding).unused_to = target
    again = list(_again(names, imports, entry))
    edits: list[Edit] = []
    for found in imports.values():
        found.place = _place(found)
        edits.extend(_uses(source, found))
    for found, first in again:
        # In another branch it may be the one that is run.
        if _block(source, found.binding.statement) is not _block(source, first.binding.statement):
            found.place, found.roots = first.place, first.roots
    return edits + _statements(source, list(imports.values()))


def _again(
    names: Names,
    imports: Mapping[cst.ImportAlias, _Import],
    entry: Callable[[Binding], _Import],
) -> Iterator[tuple[_Import, _Import]]:
    """Yield a second `import torch.nn`, which binds the same name, with the first: it goes too."""
    first = list(imports.values())
    for binding in names.bindings:
        same = [e for e in first if e.binding.local == binding.local]
        if same and binding.alias not in imports:
            entry(binding).is_kept = any(e.is_kept for e in same)
            yield entry(binding), same[0]


def _place(found: _Import) -> str | None:
    """Choose what the old name shall be bound to, None where every use is written out."""
    if found.is_kept or "." not in found.binding.qualified:
        return None
    if found.unused_to is not None:
        return found.unused_to
    votes: Counter[str] = Counter()
    for move in found.moves:
        rest = move.qualified.removeprefix(found.binding.qualified)
        if rest and move.target.endswith(rest):
            votes[move.target.removesuffix(rest)] += 1
        elif not rest and move.target.rpartition(".")[2] == move.qualified.rpartition(".")[2]:
            votes[move.target] += 1
    return votes.most_common(1)[0][0] if votes else None


def _uses(source: Source, found: _Import) -> Iterator[Edit]:
    if found.unused_to is not None and found.place is None:
        found.roots.add(found.unused_to.partition(".")[0])
    for move in found.moves:
        place = found.place
        if place is not None and (move.target + ".").startswith(place + "."):
            text = found.binding.local + move.target.removeprefix(place)
        else:
            text = move.target
            found.roots.add(text.partition(".")[0])
        if text != source.text(move.node):
            yield Replace(move.node, (text,))


def _statements(source: Source, imports: list[_Import]) -> list[Edit]:
    by_statement: dict[cst.BaseSmallStatement, list[_Import]] = {}
    for found in sorted(imports, key=lambda i: source.start(i.binding.statement)):
        by_statement.setdefault(found.binding.statement, []).append(found)
    present = _Present(source)
    edits: list[Edit] = []
    for statement, founds in by_statement.items():
        roots = sorted({r for f in founds for r in f.roots})
        new = [f"import {r}" for r in roots if present.add(r, statement)]
        edits.extend(_statement(source, statement, founds, new))
    return edits


class _Present:
    """Which module names are already imported where a statement stands."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.blocks: dict[str, set[cst.CSTNode]] = {}
        for node in source.each(cst.Import):
            for binding in bindings_of(node):
                if binding.local == binding.qualified.partition(".")[0]:
                    self.blocks.setdefault(binding.local, set()).add(_block(source, node))

    def add(self, root: str, statement: cst.BaseSmallStatement) -> bool:
        """Note that the root is imported at a statement; tell whether that has to be written."""
        blocks = self.blocks.setdefault(root, set())
        block = _block(self.source, statement)
        if block in blocks or self.source.module in blocks:
            return False
        blocks.add(block)
        return True


def _block(source: Source, statement: cst.BaseSmallStatement) -> cst.CSTNode:
    return source.parents[source.parents[statement]]


def _statement(
    source: Source,
    statement: cst.BaseSmallStatement,
    founds: list[_Import],
    new: list[str],
) -> Iterator[Edit]:
    """Rewrite one import statement: whole where a part of it goes, else only the changed words."""
    aliases = [] if not isinstance(statement, cst.Import | cst.ImportFrom) else statement.names
    if isinstance(aliases, cst.ImportStar):
        return
    fate = {f.binding.alias: f for f in founds}
    changed = [a for a in aliases if a in fate and not fate[a].is_kept]
    if len(changed) == len(aliases) and not new and (small := _in_place(statement, fate)):
        yield from small
        return
    if not changed and not new:
        return
    stay = [source.text(a).rstrip(", \t") for a in aliases if a not in changed]
    lines = [_spell(source, statement, stay)] if stay else []
    moved: dict[str, list[str]] = {}
    for alias in changed:
        place, local = fate[alias].place, fate[alias].binding.local
        if place is not None:
            module, _, name = place.rpartition(".")
            words = name if name == local else f"{name} as {local}"
            moved.setdefault(module, []).append(words)
    lines += [f"from {module} import {', '.join(words)}" for module, words in moved.items()]
    # What a comment inside the old statement says is kept above the new ones.
    comments = [] if not lines and not new else _comments(source, statement)
    yield RewriteStatement(statement, (*comments, *new, *lines))


def _in_place(
    statement: cst.BaseSmallStatement, fate: dict[cst.ImportAlias, _Import]
) -> list[Edit]:
    places = [f.place for f in fate.values()]
    if any(p is None for p in places):
        return []
    if isinstance(statement, cst.Import):
        if all(a.asname is not None for a in fate):
            return [Replace(a.name, (f.place or "",)) for a, f in fate.items()]
        return []
    modules = {(p or "").rpartition(".")[0] for p in places}
    same_names = all(
        (f.place or "").rpartition(".")[2] == a.evaluated_name for a, f in fate.items()
    )
    if isinstance(statement, cst.ImportFrom) and len(modules) == 1 and same_names:
        module = statement.module
        return [Replace(module, (modules.pop(),))] if module is not None else []
    return []


def _spell(source: Source, statement: cst.BaseSmallStatement, names: list[str]) -> str:
    if isinstance(statement, cst.ImportFrom) and statement.module is not None:
        return f"from {source.text(statement.module)} import {', '.join(names)}"
    return f"import {', '.join(names)}"


def _comments(source: Source, statement: cst.BaseSmallStatement) -> list[str]:
    text = source.text(statement)
    return [line[line.index("#") :].rstrip() for line in text.splitlines() if "#" in line]
