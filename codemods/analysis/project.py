"""The files of a run, as far as one of them has to know of the others: `port --project`."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from codemods.analysis.outline import VALUE, Outline, Passed, Signature, outline
from codemods.notebooks.json_cells import BrokenNotebookError
from codemods.notebooks.notebook import NOTEBOOK, Notebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path, PurePath

DEEPEST: Final = 8  # functions that hand an object on to each other


@dataclass(frozen=True, slots=True)
class Project:
    """An outline of every file of a run, by its path.

    It can be sent to another process. `digest` says which bytes it was read from.
    """

    outlines: Mapping[PurePath, Outline] = field(default_factory=dict)
    digest: str = ""

    @classmethod
    def read(cls, files: Iterable[tuple[PurePath, bytes]]) -> Project:
        """Read the files of a run."""
        found: dict[PurePath, Outline] = {}
        digest = hashlib.sha256()
        for path, raw in sorted(files):
            digest.update(str(path).encode() + hashlib.sha256(raw).digest())
            found[path] = outline(raw)
        return cls(found, digest.hexdigest())

    def seen_from(self, path: PurePath) -> View:
        """Return what one file may ask."""
        return View(self, path)

    def signature(self, path: PurePath, name: str) -> tuple[PurePath, Signature] | None:
        """Return the function that a dotted name means in a file, and the file it stands in."""
        found = self._located(path, name)
        known = self.outlines[found[0]].functions if found is not None else {}
        return (found[0], known[found[1]]) if found is not None and found[1] in known else None

    def class_of(self, path: PurePath, name: str) -> tuple[PurePath, str] | None:
        """Return the class whose instances a call makes, and its file; None if unclear."""
        found = self._located(path, name) if name else None
        known = self.outlines[found[0]].classes if found is not None else {}
        return found if found is not None and known.get(found[1]) else None

    def _located(
        self, path: PurePath, name: str, depth: int = DEEPEST
    ) -> tuple[PurePath, str] | None:
        """Return in which file of the run the function or class stands that a name means."""
        here = self.outlines.get(path)
        if here is None or depth == 0:
            return None
        first, _, rest = name.partition(".")
        if not rest and (name in here.functions or name in here.classes):
            return path, name
        meant = here.imports.get(first)
        if meant is None:
            return None
        wanted = ".".join(part for part in (meant.name, rest) if part)
        for module, inner in _splits(meant.module, wanted):
            target = self._file(path, meant.level, module)
            if target is not None and target != path and inner:
                return self._located(target, inner, depth - 1)
        return None

    def _file(self, path: PurePath, level: int, module: str) -> PurePath | None:
        """Return the file of a module; None if the run has none, or several that may be it."""
        parts = module.split(".") if module else []
        if level:
            roots = [path.parents[level - 1]] if level <= len(path.parents) else []
        else:
            roots = list(path.parents)
        found = [
            file
            for root in roots
            for file in (
                root.joinpath(*parts).with_suffix(".py") if parts else root / "__init__.py",
                root.joinpath(*parts, "__init__.py"),
            )
            if file in self.outlines
        ]
        return found[0] if len(set(found)) == 1 else None


def read_project(paths: Iterable[Path]) -> Project:
    """Read the files of a run; one that cannot be read is not there."""
    found: list[tuple[PurePath, bytes]] = []
    for path in paths:
        with suppress(OSError, BrokenNotebookError):
            raw = path.read_bytes()
            found.append((path, Notebook.parse(raw).module if path.suffix == NOTEBOOK else raw))
    return Project.read(found)


@dataclass(frozen=True, slots=True)
class View:
    """The other files of a run, seen from one of them."""

    project: Project
    path: PurePath

    def uses_of_argument(self, callee: str, place: int | str) -> frozenset[str] | None:
        """Return what a function of another file does with an argument; None if that is unclear."""
        return self._uses(self.path, Passed(callee, place), DEEPEST)

    def uses_of_attribute(self, owner: str, name: str) -> frozenset[str]:
        """Return what other files do with attributes of a name, of a class of this file.

        What is surely an instance of another class of the run is none of it; all else may be one.
        """
        found: set[str] = set()
        for path, other in self._others():
            for maker, uses in other.attributes.get(name, {}).items():
                made = self.project.class_of(path, maker)
                found |= uses if made in (None, (self.path, owner)) else frozenset()
            found |= {VALUE} if name in other.words else frozenset()
        return frozenset(found)

    def uses_of_global(self, name: str) -> frozenset[str]:
        """Return what other files do with a name of this one that they import."""
        found: set[str] = set()
        for _, other in self._others():
            found |= {VALUE} if name in other.words else frozenset()
            for meant in other.imports.values():
                if meant.name in (name, "*") and self._may_be_here(meant.module):
                    found.add(VALUE)
                elif self._may_be_here(meant.module if meant.name is None else meant.name):
                    found.update(*other.attributes.get(name, {}).values())
        return frozenset(found)

    def is_named(self, beginning: str) -> bool:
        """Tell whether other files have a name that begins so, of a module or imported."""
        return any(
            name.startswith(beginning)
            for _, other in self._others()
            for name in (
                *other.attributes,
                *other.words,
                *(i.name or "" for i in other.imports.values()),
            )
        )

    def _others(self) -> Iterator[tuple[PurePath, Outline]]:
        yield from ((path, o) for path, o in self.project.outlines.items() if path != self.path)

    def _may_be_here(self, module: str) -> bool:
        last = module.rpartition(".")[2]
        return last == self.path.stem or (
            self.path.stem == "__init__" and last in ("", self.path.parent.name)
        )

    def _uses(self, path: PurePath, passed: Passed, depth: int) -> frozenset[str] | None:
        found = self.project.signature(path, passed.callee) if passed.callee else None
        if found is None or depth == 0:
            return None
        file, signature = found
        name = _parameter(signature, passed.place)
        if name is None:
            return None
        uses: set[str] = set()
        for use in signature.uses[name]:
            if isinstance(use, str):
                uses.add(use)
                continue
            inner = self._uses(file, use, depth - 1)
            uses |= inner if inner is not None else {f"it is passed to `{use.callee or VALUE}`"}
        return frozenset(uses)


def _parameter(signature: Signature, place: int | str) -> str | None:
    if isinstance(place, str):
        return place if place in signature.uses else None
    return signature.positional[place] if place < len(signature.positional) else None


def _splits(module: str, wanted: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to part a dotted name into a module and what is in it, the longest first."""
    parts = [p for p in f"{module}.{wanted}".split(".") if p]
    for at in range(len(parts) - 1, -1, -1):
        yield ".".join(parts[:at]), ".".join(parts[at:])
