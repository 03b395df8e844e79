"""What other files can reach of a native bundle, and what they do with it.

Without `--project` they are not read. What they do then mostly raises where the framework has it
not; where it differs in silence, a public attribute makes the bundle go to bridge, and what has to
be imported by its name, which is rare, makes a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst
from libcst.metadata import GlobalScope

from codemods.analysis.facts import MethodCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.analysis.bundles import Bundle
    from codemods.analysis.facts import Slot
    from codemods.analysis.project import View
    from codemods.rules.uses import Words
    from codemods.syntax.source import Source

STEPS: Final = ("step", "zero_grad")
HINT: Final = "--project reads the other files of the run"


def misused(found: Bundle, words: Words, view: View | None) -> str | None:
    """Return what another file does with a bundle that native code has not, None if nothing."""
    for role, away in found.away():
        if unknown := sorted(away.uses - words.elsewhere[role]):
            return f"it is passed to `{away.callee}`, which does with it: {unknown[0]}"
    for name in (c.owner.name.value for c in found.schedulers if c.owner is not None):
        if view is not None and view.uses_of_global(name):
            return f"another file imports `{name}`, and may do more with it"
    for role, slot in found.slots():
        attribute = _attribute(slot)
        if view is None and attribute is not None and words.silent[role]:
            method = min(words.silent[role])
            return f"another file may call `{method}` of `{attribute}` ({HINT})"
        if view is not None and (function := _shared(slot, view)) is not None:
            return f"another file imports `{function}`, and may hand it another optimizer"
        if view is not None and (unknown := sorted(_uses(slot, view) - words.elsewhere[role])):
            return f"another file has, of something of the name `{_name(slot)}`: {unknown[0]}"
    return None


def warnings(source: Source, found: Bundle, words: Words, view: View | None) -> Iterator[str]:
    """Yield what is taken for granted of files that are not read."""
    for role, slot in found.slots():
        importable = _importable(slot)
        is_risk = view is None and importable and words.silent[role]
        if is_risk and not _is_script(source, found, slot):
            method = min(words.silent[role])
            others = f"no other file that imports `{importable}`"
            yield f"provided that {others} calls its `{method}` ({HINT})"


def _shared(slot: Slot, view: View) -> str | None:
    """Return the function that a slot is a parameter of, if others hand it what is not seen here.

    What a native bundle only steps is the same for every optimizer.
    """
    function = getattr(slot.key[0], "node", None)
    is_handed = any(inflow.is_argument for inflow in slot.inflows)
    is_only_stepped = all(isinstance(u, MethodCall) and u.method in STEPS for u in slot.uses)
    if not is_handed or is_only_stepped or not isinstance(function, cst.FunctionDef):
        return None
    return function.name.value if view.uses_of_global(function.name.value) else None


def _uses(slot: Slot, view: View) -> frozenset[str]:
    owner, name = slot.key
    if _attribute(slot) is not None and isinstance(owner, cst.ClassDef):
        return view.uses_of_attribute(owner.name.value, name)
    importable = _importable(slot)
    return view.uses_of_global(importable) if importable else frozenset()


def _name(slot: Slot) -> str:
    return _attribute(slot) or _importable(slot)


def _attribute(slot: Slot) -> str | None:
    """Return `Class.name` for an attribute that other files can reach."""
    owner, name = slot.key
    is_public = isinstance(owner, cst.ClassDef) and not name.startswith("_")
    return f"{owner.name.value}.{name}" if is_public and isinstance(owner, cst.ClassDef) else None


def _importable(slot: Slot) -> str:
    """Return the name by which other files can import a variable, or a function that returns it."""
    owner, name = slot.key
    if isinstance(owner, cst.FunctionDef):
        name = owner.name.value
    elif not isinstance(owner, GlobalScope):
        return ""
    return "" if name.startswith("_") else name


def _is_script(source: Source, found: Bundle, slot: Slot) -> bool:
    """Tell whether importing the file trains already: what a slot holds is used at the top."""
    used = [u.call if isinstance(u, MethodCall) else u.node for u in slot.uses]
    used += [i.node for _, other in found.slots() for i in other.inflows if i.origin == slot.key]
    used += [call for call, key in found.links.items() if key == slot.key]
    return any(source.enclosing(node, cst.FunctionDef, cst.Lambda) is None for node in used)
