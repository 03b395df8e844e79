"""Annotations that name a class of torch.optim: the framework's own, where all else is native."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import libcst as cst

from codemods.analysis.facts import class_of
from codemods.model import Native

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.analysis.bundles import Bundle
    from codemods.judge import Judgement
    from codemods.syntax.source import Source

# What the classes of torch that a file makes became, and the bases of all.
Natives: TypeAlias = "Mapping[str, str]"

_OPTIMIZERS: Final = ("Optimizer", "optimizer.Optimizer")
_SCHEDULERS: Final = ("lr_scheduler.LRScheduler", "lr_scheduler._LRScheduler")
BASES: Final[Mapping[str, Mapping[str, str]]] = {
    "paddle": {
        **dict.fromkeys(_OPTIMIZERS, "paddle.optimizer.Optimizer"),
        **dict.fromkeys(_SCHEDULERS, "paddle.optimizer.lr.LRScheduler"),
    },
    "oneflow": {
        **dict.fromkeys(_OPTIMIZERS, "oneflow.optim.Optimizer"),
        **dict.fromkeys(_SCHEDULERS, "oneflow.optim.lr_scheduler._LRScheduler"),
    },
}


def natives_of(framework: str, judged: Iterable[tuple[Bundle, Judgement]]) -> Natives:
    """Return what annotations of a file may name natively.

    That is nothing where one bundle is not native, or where there is none: then bridge's classes
    are what an annotation means.
    """
    found = list(judged)
    if not found or not all(isinstance(j.verdict, Native) for _, j in found):
        return {}
    made: dict[str, set[str]] = {}
    for bundle, judgement in found:
        for construct in bundle.constructs:
            made.setdefault(construct.name, set()).add(judgement.outcomes[construct.call].native)
    single = {name: next(iter(natives)) for name, natives in made.items() if len(natives) == 1}
    return {**BASES.get(framework, {}), **single}


def native_annotation(
    source: Source, node: cst.CSTNode, qualified: str, natives: Natives
) -> str | None:
    """Return the native class that a name in an annotation means, None where bridge's is."""
    if not natives or not _is_annotation(source, node):
        return None
    found = class_of(qualified)
    name = found[1] if found is not None else qualified.removeprefix("torch.optim.")
    return natives.get(name)


def _is_annotation(source: Source, node: cst.CSTNode) -> bool:
    for ancestor in source.ancestors(node):
        if isinstance(ancestor, cst.Annotation):
            return True
        if isinstance(ancestor, cst.BaseStatement | cst.Call):
            return False
    return False
