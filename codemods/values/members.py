"""Convert methods and attributes of tensors, modules and loaders, by what their receiver is.

A receiver that is not known keeps what it has, unless the name is torch's alone and reads
differently in the target: a list's `.sort()` stays what it is, and nothing passes unseen.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.api import torch_members
from codemods.api.convert import choose
from codemods.model import Blocked, Converted, RemoveArgument, Replace
from codemods.values.flow import is_store
from codemods.values.kinds import UNKNOWN
from codemods.values.plain import outside_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.analysis.names import Names
    from codemods.api import Api, Table
    from codemods.api._model import Holder
    from codemods.model import Edit, Outcome
    from codemods.syntax.source import Source
    from codemods.values.infer import Types

OWNERS: Final = {
    "tensor": "Tensor",
    "module": "Module",
    "loader": "DataLoader",
    "scaler": "GradScaler",
}
# Names of torch's members that numpy's arrays, files, loggers, optimizers, ... have as well.
NUMPY: Final = """
all any argmax argmin argsort astype choose clip conj copy cumprod cumsum diagonal dot fill flatten
imag item max mean min nbytes ndim nonzero prod ptp put ravel real repeat reshape resize round shape
size sort squeeze std strides sum swapaxes take tolist trace transpose var view
"""
OTHERS: Final = """
apply compile eval load_state_dict log map register_hook requires_grad share_memory state_dict step
storage train type where zero_grad
"""
COMMON: Final = frozenset(NUMPY.split()).union(
    OTHERS.split(), *(dir(kind) for kind in (list, dict, set, str, bytes, int, float, io.StringIO))
)
# Keywords that no numpy or builtin method takes: with them a receiver is a tensor.
TORCH_KEYWORDS: Final = frozenset(("dim", "keepdim", "descending", "unbiased", "non_blocking"))
# What the code of a port imports: its functions have names of torch's members.
OUTPUTS: Final = ("bridge", "oneflow", "paddle")
MODULE_STATE: Final = frozenset(("running_mean", "running_var", "num_batches_tracked"))


@dataclass(frozen=True, slots=True)
class MemberUse:
    """A member of torch's objects in the file, and what becomes of it."""

    node: cst.Attribute
    name: str
    outcome: Outcome
    new_name: str = ""


def member_uses(
    source: Source,
    names: Names,
    types: Types,
    table: Table,
    *,
    is_imported: bool,
    is_whole: bool,
) -> Iterator[MemberUse]:
    """Yield every use of a member that changes, that needs a note, or that is left.

    `is_imported` tells whether the port can name the target's functions everywhere, `is_whole`
    whether no name of torch stays, which could make tensors of torch's.
    """
    found = _Members(source, names, types, table, is_imported=is_imported, is_whole=is_whole)
    nodes = sorted(found.candidates(), key=source.end)
    found.types.settle([n.value for n in nodes])
    for node in nodes:
        use = found.use(node)
        if use is not None:
            yield use


def member_names(table: Table) -> frozenset[str]:
    """Return the members that need a look: those that differ, and those of torch's own objects."""
    listed = {name for rows in table.members.values() for name in rows}
    known = torch_members.TENSOR | torch_members.MODULE | torch_members.SCALER
    lacking = {name.removeprefix("Module.") for name in table.left if name.startswith("Module.")}
    return frozenset(listed | known | lacking | MODULE_STATE)


class _Members:
    def __init__(
        self,
        source: Source,
        names: Names,
        types: Types,
        table: Table,
        *,
        is_imported: bool,
        is_whole: bool,
    ) -> None:
        self.source, self.types, self.table = source, types, table
        self.is_imported, self.is_whole = is_imported, is_whole
        self.torch_nodes: set[cst.CSTNode] = set()
        roots = [r.node for r in names.references] + [a.node for a in names.ambiguous]
        for root in roots:
            node: cst.BaseExpression = root
            while isinstance(node, cst.Attribute):
                self.torch_nodes.add(node)
                node = node.value

    def candidates(self) -> Iterator[cst.Attribute]:
        members = member_names(self.table)
        for node in self.source.each(cst.Attribute):
            if (
                node not in self.torch_nodes
                and node.attr.value in members
                and self.source.enclosing(node, cst.Import, cst.ImportFrom) is None
            ):
                yield node

    def use(self, node: cst.Attribute) -> MemberUse | None:
        of, name = self.types.of(node.value), node.attr.value
        holder = self.types.holder(of)
        if holder is not None:
            if isinstance(of.owner, cst.ClassDef) and self._is_own(of.owner, name):
                return None
            return self._known(node, holder, name)
        return self._unknown(node, name) if of == UNKNOWN else None

    def _is_own(self, owner: cst.ClassDef, name: str) -> bool:
        return self.types.definitions.is_open(owner) or (self.types.defines(owner, name))

    def _known(self, node: cst.Attribute, holder: Holder, name: str) -> MemberUse | None:
        row = self.table.members[holder].get(name)
        full = f"{OWNERS[holder]}.{name}"
        if row is None:
            torch_names = torch_members.MODULE | MODULE_STATE
            if holder == "module" and name not in torch_names and full not in self.table.left:
                return None  # a part of the model, or an attribute of the user's own
            return MemberUse(node, full, Blocked(self.table.why_left(full)))
        return self._by_row(node, full, row)

    def _by_row(self, node: cst.Attribute, full: str, row: Api) -> MemberUse | None:
        if is_store(self.types, node) and not row.is_writable:
            return MemberUse(node, full, Blocked(f"`{full}` is written"))
        row, outcome = choose(self.source, node, full, row)
        call = self.source.parents[node]
        if isinstance(outcome, Blocked):
            return MemberUse(node, full, outcome)
        if row.is_property and isinstance(call, cst.Call):
            edits: tuple[Edit, ...] = (Replace(call, (node.value, f".{row.to}")),)
        elif row.is_function and isinstance(call, cst.Call):
            if not self.is_imported or "#" in self.source.text(call):
                return MemberUse(node, full, Blocked(f"`{full}` is the function `{row.to}` there"))
            edits = (*outcome.edits, _as_function(row.to, node, call))
        elif row.to:
            edits = (*outcome.edits, Replace(node.attr, (row.to,)))
        else:
            edits = outcome.edits
        if not edits and not outcome.notes:
            return None
        return MemberUse(node, full, Converted(edits, outcome.notes), row.to or node.attr.value)

    def _unknown(self, node: cst.Attribute, name: str) -> MemberUse | None:
        call = self.source.parents.get(node)
        if not isinstance(call, cst.Call) or call.func is not node or self._is_module(node.value):
            return None
        rows = [r[name] for r in self.table.members.values() if name in r]
        if any(row.written for row in rows):  # torch's own default may be written out anywhere
            return self._by_row(node, f".{name}", rows[0])
        is_common = name in COMMON or name in torch_members.SCALER
        if is_common and not self._is_torch_call(call, name):
            return None
        uses = [self._by_row(node, f".{name}", row) for row in rows]
        if rows and None in uses:
            return None  # it reads the same in the target
        noted = [u for u in uses if u and isinstance(u.outcome, Converted) and not u.outcome.edits]
        # `iter()` does no harm to anything, and what becomes a property has torch's tensors alone.
        always = [
            use
            for use, row in zip(uses, rows, strict=True)
            if row.is_list or (row.is_property and self.is_whole)
        ]
        # An argument that has no effect on any of torch's objects has none on this one.
        dropping = [u for u in uses if u is not None and _only_drops(u.outcome)]
        is_alike = len(dropping) == len(rows) and len({u.outcome for u in dropping}) == 1
        if not is_alike:
            dropping = []
        if found := [*dropping, *always, *noted]:
            return found[0]
        reason = f"what `.{name}` is called on is not known here"
        return MemberUse(node, f".{name}", Blocked(reason))

    def _is_module(self, node: cst.BaseExpression) -> bool:
        """Tell whether a receiver is a module: of an `import x`, or of what a port imports."""
        if (name := outside_name(self.source, node)) is None:
            return False
        if name.partition(".")[0] in OUTPUTS:
            return True
        scope = self.source.scopes.get(node)
        if not isinstance(node, cst.Name) or scope is None:
            return False
        bound = [getattr(a, "node", None) for a in scope[node.value]]
        return bool(bound) and all(isinstance(n, cst.Import) for n in bound)

    def _is_torch_call(self, call: cst.Call, name: str) -> bool:
        if any(a.keyword and a.keyword.value in TORCH_KEYWORDS for a in call.args):
            return True
        if name == "split":  # a string's takes a string
            first = call.args[0].value if call.args else None
            return isinstance(first, cst.Integer | cst.List | cst.Tuple)
        if name == "sort":  # a list's and an array's return nothing
            return not isinstance(self.source.parents.get(call), cst.Expr)
        return name in ("max", "min") and any(a.keyword is None for a in call.args)


def _only_drops(outcome: Outcome) -> bool:
    """Tell whether all that becomes of a use is that it loses arguments."""
    return isinstance(outcome, Converted) and all(
        isinstance(edit, RemoveArgument) for edit in outcome.edits
    )


def _as_function(name: str, node: cst.Attribute, call: cst.Call) -> Replace:
    """Write `receiver.method(arguments)` as `name(receiver, arguments)`."""
    separated = [part for argument in call.args for part in (", ", argument)]
    return Replace(call, (f"{name}(", node.value, *separated, ")"))
