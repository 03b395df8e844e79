"""torch.backends: switches of libraries that do the work, which a port leaves out.

On the CPU they change nothing, and on a GPU the choice of an algorithm, never its meaning.

https://docs.pytorch.org/docs/2.13/backends.html
https://www.paddlepaddle.org.cn/documentation/docs/en/guides/flags/flags_en.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.arguments import is_query
from codemods.api._model import HINT, Api
from codemods.model import Blocked, Converted, RewriteStatement

if TYPE_CHECKING:
    from codemods.api._model import Rows
    from codemods.model import Outcome
    from codemods.syntax.source import Source

_SWITCHES: Final = (
    "backends.cudnn.allow_tf32", "backends.cudnn.benchmark",
    "backends.cudnn.deterministic", "backends.cudnn.enabled", "backends.cuda.matmul.allow_tf32",
)  # fmt: skip
_WORDS: Final = frozenset(name.rpartition(".")[2] for name in _SWITCHES)


def _dropped(note: str) -> Rows:
    return {name: Api(is_setting=True, note=note) for name in _SWITCHES}


PADDLE: Final[Rows] = _dropped(
    "left out: it chooses algorithms of cuDNN, and has no effect on the CPU"
    f"{HINT}on a GPU Paddle has FLAGS_cudnn_deterministic and FLAGS_cudnn_exhaustive_search"
)
ONEFLOW: Final[Rows] = _dropped(
    "left out: it chooses algorithms of cuDNN, and has no effect on the CPU"
    f"{HINT}on a GPU OneFlow has oneflow.backends.cudnn.enable_conv_heuristic_search_algo"
)


def without(source: Source, node: cst.BaseExpression, name: str, note: str) -> Outcome:
    """Leave out the assignment to a switch."""
    target = source.parents[node]
    statement = source.parents.get(target)
    if not isinstance(target, cst.AssignTarget) or not isinstance(statement, cst.Assign):
        return Blocked(f"`{name}` is read")
    if len(statement.targets) > 1 or not is_query(source, statement.value):
        return Blocked(f"`{source.text(statement.value)}` would be left out with `{name}`")
    block = source.enclosing(statement, cst.IndentedBlock)
    is_emptied = block is not None and all(_is_switch(line) for line in block.body)
    is_first = block is not None and block.body[0] is source.parents[statement]
    edit = RewriteStatement(statement, ("pass",) if is_emptied and is_first else ())
    return Converted((edit,), (note,), is_absorbed=True)


def _is_switch(line: cst.BaseStatement) -> bool:
    """Tell whether a line may be left out as well, so that its block would be empty."""
    return isinstance(line, cst.SimpleStatementLine) and all(
        isinstance(s, cst.Assign)
        and isinstance(s.targets[0].target, cst.Attribute)
        and s.targets[0].target.attr.value in _WORDS
        for s in line.body
    )
