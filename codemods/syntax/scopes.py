"""The scopes of a file, as libcst's provider finds them, many times as fast.

A visitor of libcst builds every node that it passes once more, also one that changes nothing, and
passes all that only prints something. Here only what means something is passed, each node once, and
what is found are libcst's own scopes. A test compares them with the provider's.

https://libcst.readthedocs.io/en/latest/metadata.html#scope-metadata
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

import libcst as cst
from libcst.helpers import get_full_name_for_node
from libcst.metadata import ClassScope, ComprehensionScope, FunctionScope, GlobalScope
from libcst.metadata.scope_provider import Access, AnnotationScope

from codemods.analysis.parsing import parsed
from codemods.syntax import UnknownSyntaxError, read
from codemods.syntax.metadata import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from libcst.metadata import Scope

Comprehension: TypeAlias = cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp
# What a name is bound in, by the field that it stands in.
TARGETS: Final[Mapping[type[cst.CSTNode], str]] = {
    cst.AssignTarget: "target",
    cst.AnnAssign: "target",
    cst.AugAssign: "target",
    cst.NamedExpr: "target",
    cst.AsName: "name",
    cst.CompFor: "target",
}
# What may stand around the names in such a field.
CONTAINERS: Final = (cst.Tuple, cst.List, cst.Element, cst.StarredElement)
# Behind these a name that is read may have another value than before them.
BINDING: Final = frozenset(
    (
        *(cst.AnnAssign, cst.AsName, cst.Assign, cst.AugAssign, cst.ClassDef, cst.CompFor),
        *(cst.FunctionDef, cst.Global, cst.Import, cst.ImportFrom, cst.NamedExpr, cst.Nonlocal),
        *(cst.Parameters, cst.WithItem, cst.TypeVar, cst.TypeAlias, cst.TypeVarTuple),
        cst.ParamSpec,
    )
)
TYPING: Final = ("typing", "typing_extensions")
LITERALS: Final = frozenset(f"{module}.Literal" for module in TYPING)


def scopes(module: cst.Module) -> Mapping[cst.CSTNode, Scope | None]:
    """Return the scope that every node stands in, but for those that only print something."""
    walk = _Walk()
    walk.visit(module)
    walk.resolve()
    return walk.found


class _Read(NamedTuple):
    """A name that is read: in which dotted name, and in the string of which annotation."""

    access: Access
    dotted: cst.Attribute | None
    quoted: cst.BaseString | None


class _Walk:
    def __init__(self) -> None:
        self.found: dict[cst.CSTNode, Scope | None] = {}
        self.scope: Scope = GlobalScope()
        self.bound: set[cst.CSTNode] = set()
        self.read: list[_Read] = []
        self.typing: set[str] = set()
        self.long: set[str] = set()
        self.dotted: cst.Attribute | None = None
        self.quoted: cst.BaseString | None = None
        self.is_annotation = self.is_hint = False
        self.literals = 0

    def visit(self, node: cst.CSTNode) -> None:
        kind = type(node)
        if (visit := VISITS.get(kind)) is not None:
            visit(self, node)
        else:
            if kind in TARGETS:
                self._bind(getattr(node, TARGETS[kind]))
            for child in parts(node):
                self.visit(child)
        self.found[node] = self.scope
        if kind in BINDING:
            self.scope._assignment_count += 1  # noqa: SLF001  # as libcst's own visitor does

    def _bind(self, target: cst.CSTNode) -> None:
        if isinstance(target, cst.Name):
            self.bound.add(target)
        elif isinstance(target, CONTAINERS):
            for child in parts(target):
                self._bind(child)

    @contextmanager
    def _inside(self, scope: Scope) -> Iterator[None]:
        outer, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = outer

    def name(self, node: cst.Name) -> None:
        if node in self.bound:
            self.scope.record_assignment(node.value, node)
            return
        access = Access(node, self.scope, self.is_annotation, self.is_hint)
        self.read.append(_Read(access, self.dotted, self.quoted))

    def attribute(self, node: cst.Attribute) -> None:
        is_first = self.dotted is None
        if is_first:
            self.dotted = node
        self.visit(node.value)
        if is_first:
            self.dotted = None

    def argument(self, node: cst.Arg) -> None:
        self.visit(node.value)

    def call(self, node: cst.Call) -> None:
        dotted, self.dotted = self.dotted, None
        is_hint, self.is_hint = self.is_hint, False
        meant = self._typing_names(node.func)
        self.visit(node.func)
        if {"typing.NewType", "typing.TypeVar"} & meant:
            self.is_hint = True
            arguments = node.args[1:]
        elif "typing.cast" in meant and node.args:
            self.is_hint = True
            self.visit(node.args[0])
            self.is_hint = False
            arguments = node.args[1:]
        else:
            arguments = node.args
        for argument in arguments:
            self.visit(argument)
        self.dotted, self.is_hint = dotted, is_hint

    def _typing_names(self, node: cst.BaseExpression) -> set[str]:
        """Return what a dotted name means, if it begins with one that typing is imported by."""
        root = node
        while isinstance(root, cst.Attribute):
            root = root.value
        if not isinstance(root, cst.Name) or root.value not in self.typing:
            return set()
        return {found.name for found in self.scope.get_qualified_names_for(node)}

    def subscript(self, node: cst.Subscript) -> None:
        outer = self.is_hint
        meant = self._typing_names(node.value) if isinstance(node.value, cst.Name) else set()
        is_literal = not LITERALS.isdisjoint(meant)
        self.literals += is_literal
        self.is_hint = any(name.startswith(("typing.", "typing_extensions.")) for name in meant)
        for child in parts(node):
            self.visit(child)
        self.is_hint = outer
        self.literals -= is_literal

    def annotation(self, node: cst.Annotation) -> None:
        outer, self.is_annotation = self.is_annotation, True
        self.visit(node.annotation)
        self.is_annotation = outer

    def string(self, node: cst.SimpleString | cst.ConcatenatedString) -> None:
        is_type = (self.is_hint or self.is_annotation) and not self.literals
        text = node.evaluated_value if is_type else None
        if text:
            outer, self.quoted = self.quoted, self.quoted or node
            if (module := _read_annotation(text)) is not None:
                self.visit(module)
            self.quoted = outer
        elif isinstance(node, cst.ConcatenatedString):
            self.visit(node.left)
            self.visit(node.right)

    def imports(self, node: cst.Import | cst.ImportFrom) -> None:
        if isinstance(node.names, cst.ImportStar):
            return
        module = node.module if isinstance(node, cst.ImportFrom) else None
        for alias in node.names:
            self.found[alias] = self.scope
            bound = alias.name if alias.asname is None else alias.asname.name
            names = list(_dotted_names(bound))
            for name, _ in names:
                self.scope.record_import_assignment(name, node, bound)
                if "." in name:
                    self.long.add(name)
            if (get_full_name_for_node(module or alias.name) or "").startswith(TYPING):
                self.typing.add(names[-1][0])

    def function(self, node: cst.FunctionDef) -> None:
        self.scope.record_assignment(node.name.value, node)
        self.found[node.name] = self.scope
        with self._parameters_of(node):
            with self._inside(FunctionScope(self.scope, node, node.name.value)):
                self.visit(node.params)
                self.visit(node.body)
            for decorator in node.decorators:
                self.visit(decorator)
            if node.returns is not None:
                self.visit(node.returns)

    @contextmanager
    def _parameters_of(self, node: cst.FunctionDef | cst.ClassDef) -> Iterator[None]:
        if node.type_parameters is None:
            yield
            return
        with self._inside(AnnotationScope(self.scope, node, None)):
            self.visit(node.type_parameters)
            yield

    def nameless(self, node: cst.Lambda) -> None:
        with self._inside(FunctionScope(self.scope, node)):
            self.visit(node.params)
            self.visit(node.body)

    def parameter(self, node: cst.Param) -> None:
        self.scope.record_assignment(node.name.value, node)
        self.found[node.name] = self.scope
        with self._inside(self.scope.parent):
            for part in (node.default, node.annotation):
                if part is not None:
                    self.visit(part)

    def owner(self, node: cst.ClassDef) -> None:
        self.scope.record_assignment(node.name.value, node)
        self.found[node.name] = self.scope
        for decorator in node.decorators:
            self.visit(decorator)
        with self._parameters_of(node):
            for argument in (*node.bases, *node.keywords):
                self.visit(argument)
            with self._inside(ClassScope(self.scope, node, node.name.value)):
                for statement in node.body.body:
                    self.visit(statement)

    def globals(self, node: cst.Global) -> None:
        for item in node.names:
            self.scope.record_global_overwrite(item.name.value)

    def nonlocals(self, node: cst.Nonlocal) -> None:
        for item in node.names:
            self.scope.record_nonlocal_overwrite(item.name.value)

    def comprehension(self, node: Comprehension) -> None:
        loop = node.for_in
        self.visit(loop.iter)
        self.found[loop] = self.scope
        self._bind(loop.target)
        with self._inside(ComprehensionScope(self.scope, node)):
            self.visit(loop.target)
            # what follows sees the target
            self.scope._assignment_count += 1  # noqa: SLF001  # as libcst's own visitor does
            parts = (node.key, node.value) if isinstance(node, cst.DictComp) else (node.elt,)
            inner = () if loop.inner_for_in is None else (loop.inner_for_in,)
            for part in (*loop.ifs, *inner, *parts):
                self.visit(part)

    def loop(self, node: cst.For) -> None:
        self._bind(node.target)
        self.visit(node.target)
        self.scope._assignment_count += 1  # noqa: SLF001  # as libcst's own visitor does
        self.visit(node.iter)
        self.visit(node.body)
        if node.orelse is not None:
            self.visit(node.orelse)

    def alias(self, node: cst.TypeAlias) -> None:
        self.scope.record_assignment(node.name.value, node)
        with self._inside(AnnotationScope(self.scope, node, None)):
            if node.type_parameters is not None:
                self.visit(node.type_parameters)
            self.visit(node.value)

    def variable(self, node: cst.TypeVar | cst.TypeVarTuple | cst.ParamSpec) -> None:
        self.scope.record_assignment(node.name.value, node)
        if isinstance(node, cst.TypeVar) and node.bound is not None:
            self.visit(node.bound)

    def resolve(self) -> None:
        """Connect what is read with what it may have been bound by."""
        together: dict[tuple[Scope, str], set[Access]] = defaultdict(set)
        for access, dotted, quoted in self.read:
            name = cast("cst.Name", access.node).value  # until here it is one
            for longer, node in _dotted_names(dotted) if dotted is not None and self.long else ():
                if longer in self.long and longer in access.scope:
                    access.node, name = node, longer
                    break
            if quoted is not None:
                access.node = quoted
            together[access.scope, name].add(access)
            access.scope.record_access(name, access)
        for (scope, name), accesses in together.items():
            _connect(scope, name, accesses)


def _connect(scope: Scope, name: str, accesses: set[Access]) -> None:
    found = scope._resolve_scope_for_access(name, scope)  # noqa: SLF001  # as libcst's own visitor
    for access in accesses:
        for assignment in found:
            access.record_assignment(assignment)
        if found and not access.referents:  # all of them come later
            for assignment in scope.parent._resolve_scope_for_access(name, scope):  # noqa: SLF001  # likewise
                access.record_assignment(assignment)
    for assignment in found:
        assignment.record_accesses(accesses)


def _dotted_names(node: cst.CSTNode) -> Iterator[tuple[str, cst.Name | cst.Attribute]]:
    """Yield `a.b.c`, `a.b` and `a` for the first of them; a call stands for what is called."""
    if isinstance(node, cst.Name):
        yield node.value, node
    elif isinstance(node, cst.Attribute):
        value = node.value
        is_call = isinstance(value, cst.Call)
        inner = list(_dotted_names(value.func if isinstance(value, cst.Call) else value))
        if inner and not is_call:
            yield f"{inner[0][0]}.{node.attr.value}", node
        yield from inner


def _read_annotation(text: str | bytes) -> cst.Module | None:
    raw = text.encode() if isinstance(text, str) else text
    try:
        if (tree := parsed(raw)) is not None:
            return read(raw, tree, "utf-8").module
        return cst.parse_module(raw)
    except UnknownSyntaxError:
        return cst.parse_module(raw)
    except cst.ParserSyntaxError:
        return None


VISITS: Final[Mapping[type[cst.CSTNode], Callable[[_Walk, Any], None]]] = {
    cst.Name: _Walk.name,
    cst.Attribute: _Walk.attribute,
    cst.Arg: _Walk.argument,
    cst.Call: _Walk.call,
    cst.Subscript: _Walk.subscript,
    cst.Annotation: _Walk.annotation,
    cst.SimpleString: _Walk.string,
    cst.ConcatenatedString: _Walk.string,
    cst.Import: _Walk.imports,
    cst.ImportFrom: _Walk.imports,
    cst.FunctionDef: _Walk.function,
    cst.Lambda: _Walk.nameless,
    cst.Param: _Walk.parameter,
    cst.ClassDef: _Walk.owner,
    cst.Global: _Walk.globals,
    cst.Nonlocal: _Walk.nonlocals,
    cst.ListComp: _Walk.comprehension,
    cst.SetComp: _Walk.comprehension,
    cst.DictComp: _Walk.comprehension,
    cst.GeneratorExp: _Walk.comprehension,
    cst.For: _Walk.loop,
    cst.TypeAlias: _Walk.alias,
    cst.TypeVar: _Walk.variable,
    cst.TypeVarTuple: _Walk.variable,
    cst.ParamSpec: _Walk.variable,
}
