"""`from torch.optim import *`, written out as the names that the file uses, to be ported as usual.

The names are those of `__all__` in torch 2.13.
https://github.com/pytorch/pytorch/blob/v2.13.0/torch/optim/__init__.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst
from libcst.helpers import get_full_name_for_node
from libcst.metadata import GlobalScope

from codemods.codes import PREFIXES
from codemods.model import Replace
from codemods.syntax.edits import apply
from codemods.syntax.source import Source
from codemods.wishes.skips import Skips

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.model import Edit

_OPTIM: Final = """
Adafactor Adadelta Adagrad Adam Adamax AdamW ASGD LBFGS lr_scheduler Muon NAdam Optimizer RAdam
RMSprop Rprop SGD SparseAdam swap_in_optimizer_params_and_state swa_utils
"""
_LR_SCHEDULER: Final = """
LambdaLR MultiplicativeLR StepLR MultiStepLR ConstantLR LinearLR ExponentialLR SequentialLR
CosineAnnealingLR ChainedScheduler ReduceLROnPlateau CyclicLR CosineAnnealingWarmRestarts OneCycleLR
PolynomialLR LRScheduler
"""
EXPORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "torch.optim": tuple(_OPTIM.split()),
    "torch.optim.lr_scheduler": tuple(_LR_SCHEDULER.split()),
}


def written_out(source: Source) -> Source:
    """Return the file with the star imports of torch.optim written out where that is certain."""
    edits = list(_edits(source)) if b"*" in source.data else []
    return Source.parse(apply(source, edits)) if edits else source


def _edits(source: Source) -> Iterator[Edit]:
    stars = [n for n in source.each(cst.ImportFrom) if _is_star(n)]
    if not stars:
        return
    used, skips = _unbound(source), Skips(source)
    for star in stars:
        module = get_full_name_for_node(star.module) if star.module is not None else None
        exported = () if star.relative else EXPORTS.get(module or "", ())
        names = [name for name in exported if name in used]
        # A later star may bind the same names again, to something else.
        is_last = not any(
            source.start(star) < source.start(later) and not _is_ours(later) for later in stars
        )
        is_skipped = any(skips.covering(star, f"{p}998") for p in PREFIXES.values())
        if names and is_last and not is_skipped and isinstance(star.names, cst.ImportStar):
            yield Replace(star.names, (", ".join(names),))


def _is_star(node: cst.ImportFrom) -> bool:
    return isinstance(node.names, cst.ImportStar)


def _is_ours(node: cst.ImportFrom) -> bool:
    module = get_full_name_for_node(node.module) if node.module is not None else None
    return not node.relative and module in EXPORTS


def _unbound(source: Source) -> set[str]:
    """Return the names that are read in the file, and that nothing in it binds."""
    read: set[str] = set()
    bound: set[str] = set()
    for scope in source.all_scopes:
        read |= {a.node.value for a in scope.accesses if isinstance(a.node, cst.Name)}
        read |= {_root(a.node) for a in scope.accesses if isinstance(a.node, cst.Attribute)}
        if isinstance(scope, GlobalScope):
            bound |= {a.name for a in scope.assignments if a.scope is scope}
    return read - bound


def _root(node: cst.BaseExpression) -> str:
    while isinstance(node, cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""
