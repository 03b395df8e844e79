"""What a file does with what it is handed, told from `ast` alone: fast, and with few types."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from codemods.analysis.makers import QUIET_BASES, Makers, dotted, is_plain_class

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
BY_NAME: Final = frozenset(("getattr", "setattr", "delattr"))
VALUE: Final = "a value"
WORD: Final = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a local name stands for: a module, or `name` in it; `level` counts leading dots."""

    level: int
    module: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Passed:
    """A use that hands the object on: to which function, at which position or by which name."""

    callee: str
    place: int | str


@dataclass(frozen=True, slots=True)
class Signature:
    """A function of the module: its parameters, and what it does with each.

    A use is written as code: `step()`, `zero_grad(...)`, `param_groups`; see `_use`.
    """

    positional: tuple[str, ...]
    uses: Mapping[str, tuple[str | Passed, ...]]


@dataclass(frozen=True, slots=True)
class Outline:
    """A file's imports, functions and classes, and what it does with attributes by their names.

    `classes` says of each whether its instances are of no other class. `attributes` has the uses by
    the name that was called for the object, as `Trainer` in `t = Trainer()`; empty where that is
    not known. Of a file that cannot be read there are its `words`.
    """

    imports: Mapping[str, Imported] = field(default_factory=dict)
    functions: Mapping[str, Signature] = field(default_factory=dict)
    classes: Mapping[str, bool] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()


def outline(raw: bytes) -> Outline:
    """Read a file, or a notebook, as far as this interpreter can."""
    try:
        return _Reader(ast.parse(raw)).run()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Outline(words=frozenset(WORD.findall(raw.decode(errors="replace"))))


class _Reader:
    def __init__(self, module: ast.Module) -> None:
        self.module = module
        self.nodes = list(ast.walk(module))
        self.parents = {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}
        self.makers = Makers(self.nodes, self.parents)

    def run(self) -> Outline:
        functions: dict[str, Signature] = {}
        classes: dict[str, bool] = {}
        seen: set[str] = set()
        for statement in ast.iter_child_nodes(self.module):
            for name in _bound(statement):
                functions.pop(name, None)
                classes.pop(name, None)
                if isinstance(statement, ast.FunctionDef) and name not in seen:
                    functions[name] = self._signature(statement)
                elif isinstance(statement, ast.ClassDef) and name not in seen:
                    classes[name] = is_plain_class(statement)
                seen.add(name)
        return Outline(dict(self._imports()), functions, classes, self._attributes())

    def _imports(self) -> Iterator[tuple[str, Imported]]:
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    meant = Imported(node.level, node.module or "", alias.name)
                    yield alias.asname or alias.name, meant
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    module = alias.name if alias.asname else alias.name.partition(".")[0]
                    yield alias.asname or module, Imported(0, module, None)

    def _signature(self, function: ast.FunctionDef) -> Signature:
        given = function.args
        positional = [a.arg for a in (*given.posonlyargs, *given.args)]
        names = {*positional, *(a.arg for a in given.kwonlyargs)}
        is_known = not function.decorator_list
        uses: dict[str, list[str | Passed]] = {n: [] if is_known else [VALUE] for n in names}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in names:
                uses[node.id] += self._use(node)
        return Signature(tuple(positional), {n: tuple(dict.fromkeys(u)) for n, u in uses.items()})

    def _attributes(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """Return what is done with attributes, but for those of a class's own instances."""
        found: dict[str, dict[str, set[str]]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Attribute) and not self._is_own(node):
                maker = self.makers.of(node.value) if isinstance(node.value, ast.Name) else ""
                uses = found.setdefault(sys.intern(node.attr), {}).setdefault(maker, set())
                uses |= {u if isinstance(u, str) else VALUE for u in self._use(node)}
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                named = node.args[1] if node.func.id in BY_NAME and len(node.args) > 1 else None
                if isinstance(named, ast.Constant) and isinstance(named.value, str):
                    uses = found.setdefault(sys.intern(named.value), {}).setdefault("", set())
                    uses.add(VALUE)
        return {
            name: {maker: frozenset(map(sys.intern, uses)) for maker, uses in by_maker.items()}
            for name, by_maker in found.items()
        }

    def _is_own(self, node: ast.Attribute) -> bool:
        """Tell whether `self.name` stands in a class that can be no subclass of another file's."""
        if not isinstance(node.value, ast.Name) or node.value.id != "self":
            return False
        above: ast.AST | None = node
        while above is not None and not isinstance(above, ast.ClassDef):
            above = self.parents.get(above)
        return above is not None and all(
            ast.unparse(base).rpartition(".")[2] in QUIET_BASES for base in above.bases
        )

    def _use(self, node: ast.Name | ast.Attribute) -> Iterator[str | Passed]:
        """Yield how an object is used there, as code; nothing where it is only looked at."""
        parent = self.parents.get(node)
        match parent:
            case ast.Attribute(attr=name):
                yield self._member(parent, name)
            case ast.Call(args=args) if parent.func is not node:
                is_hidden = any(isinstance(a, ast.Starred) for a in args)
                yield VALUE if is_hidden else Passed(dotted(parent.func), args.index(node))
            case ast.keyword(arg=str(name)):
                call = self.parents.get(parent)
                is_call = isinstance(call, ast.Call)
                yield Passed(dotted(call.func), name) if is_call else VALUE  # type: ignore[union-attr]
            case ast.Compare(ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(None)]):
                pass
            case ast.If() | ast.While() | ast.IfExp() if parent.test is node:
                pass
            case _:
                yield VALUE

    def _member(self, node: ast.Attribute, name: str) -> str:
        parent = self.parents.get(node)
        if isinstance(parent, ast.Call) and parent.func is node:
            if name == "zero_grad" or not parent.args + parent.keywords:
                given = ast.unparse(ast.Call(ast.Name(name), parent.args, parent.keywords))
                return given if len(given) < len(name) + 20 else f"{name}(...)"
            return f"{name}(...)"
        if not isinstance(node.ctx, ast.Load):
            return f"{name} = ..."
        option = self.parents.get(parent) if isinstance(parent, ast.Subscript) else None
        if name == "param_groups" and isinstance(option, ast.Subscript):
            is_read = isinstance(option.ctx, ast.Load) and parent is option.value
            is_lr = isinstance(option.slice, ast.Constant) and option.slice.value == "lr"
            return "param_groups[...]['lr']" if is_read and is_lr else name
        return name


def _bound(statement: ast.AST) -> Iterator[str]:
    """Yield the names that a statement of the module binds, also within its blocks."""
    if isinstance(statement, Function | ast.ClassDef):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, Function | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
