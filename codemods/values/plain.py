"""What Python itself and the packages that know no tensor give: builtins, stdlib, numpy."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import libcst as cst
from libcst.helpers import get_full_name_for_node

from codemods.analysis.names import bindings_of
from codemods.values.kinds import (
    DICT,
    OPTIMIZER,
    UNKNOWN,
    VALUE,
    Type,
    element,
    join,
    list_of,
    tuple_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from codemods.syntax.source import Source

# Builtin functions whose result is nothing of torch's...
_VALUES: Final = """
bool float format frozenset hasattr hash hex id input int isinstance issubclass len open ord
print range repr round set slice str type
"""
# ... and those that hand on what is in their arguments.
_HANDED_ON: Final[Mapping[str, Callable[[Sequence[Type]], Type]]] = {
    **dict.fromkeys(
        ("iter", "list", "reversed", "sorted", "tuple"), lambda g: list_of(element(g[0]))
    ),
    **dict.fromkeys(("max", "min", "sum"), lambda g: element(g[0]) if len(g) == 1 else join(g)),
    "enumerate": lambda g: list_of(tuple_of((VALUE, element(g[0])))),
    "zip": lambda g: list_of(tuple_of(map(element, g))),
    "next": lambda g: element(g[0]),
    "abs": lambda g: g[0],
}
# Where the optimizers of a port come from: a second run knows them again.
OPTIMIZERS: Final = ("bridge.optim.", "oneflow.optim.", "paddle.optimizer.")
# Packages whose functions give arrays, numbers and objects of their own, and never a tensor...
_PACKAGES: Final = {"numpy", "PIL", "cv2", "matplotlib", "pandas", "scipy", "sklearn", "yaml"}
# ... and modules of Python that hand through what they are given.
_OPEN: Final = {
    "collections",
    "concurrent",
    "contextlib",
    "copy",
    "dataclasses",
    "functools",
    "importlib",
    "itertools",
    "multiprocessing",
    "operator",
    "pickle",
    "queue",
    "shelve",
    "threading",
    "types",
    "typing",
}


def builtin_call(name: str, given: Sequence[Type]) -> Type:
    """Return what a call of a builtin function gives.

    >>> builtin_call("len", [UNKNOWN]).kind
    'value'
    """
    if name == "dict":
        return DICT
    if name in _VALUES.split():
        return VALUE
    handed_on = _HANDED_ON.get(name)
    return handed_on(given) if handed_on is not None and given else UNKNOWN


def outside_name(source: Source, function: cst.BaseExpression) -> str | None:
    """Return the dotted name of an imported function, or a builtin's name; None for others."""
    root = function
    while isinstance(root, cst.Attribute):
        root = root.value
    dotted = get_full_name_for_node(function)
    scope = source.scopes.get(root)
    if not isinstance(root, cst.Name) or dotted is None or scope is None:
        return None
    nodes = [getattr(a, "node", None) for a in scope[root.value]]
    if all(n is None for n in nodes):
        return dotted
    imports = [n for n in nodes if isinstance(n, cst.Import | cst.ImportFrom)]
    found = {b.qualified for n in imports for b in bindings_of(n) if b.local == root.value}
    if len(found) != 1 or len(imports) != len(nodes):
        return None
    return found.pop() + dotted.removeprefix(root.value)


def outside_call(name: str, given: Sequence[Type]) -> Type:
    """Return what a call of a builtin or an imported function gives, by its name."""
    if "." not in name:
        return builtin_call(name, given)
    if name in ("copy.copy", "copy.deepcopy", "tqdm.tqdm", "tqdm.auto.tqdm"):
        return given[0] if given else UNKNOWN
    if name.startswith(OPTIMIZERS):
        return OPTIMIZER
    return VALUE if is_plain_package(name) else UNKNOWN


def is_plain_package(qualified: str) -> bool:
    """Tell whether nothing that comes out of a package is a tensor or a module.

    >>> is_plain_package("numpy.random"), is_plain_package("torchvision")
    (True, False)
    """
    root = qualified.partition(".")[0]
    return root in _PACKAGES or (root in sys.stdlib_module_names and root not in _OPEN)
