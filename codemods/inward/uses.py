"""What is done with a native optimizer or scheduler, as bridge's are used.

https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Optimizer_en.html
https://oneflow.readthedocs.io/en/v0.9.0/optim.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

from codemods.analysis.facts import MethodCall
from codemods.model import Blocked, Converted, Replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.analysis.facts import AttributeUse, Role
    from codemods.syntax.source import Source

SAME: Final = ""

# Method and number of arguments -> what stands for the call; {0} is the object, {1} the argument.
# A native zero_grad keeps gradients as zeros unless it is told otherwise, torch's removes them.
METHODS: Final[Mapping[str, Mapping[Role, Mapping[tuple[str, int], str]]]] = {
    "paddle": {
        "optimizer": {
            ("step", 0): SAME,
            ("clear_grad", 0): "{0}.zero_grad(set_to_none=False)",
            ("clear_gradients", 0): "{0}.zero_grad(set_to_none=False)",
            ("get_lr", 0): '{0}.param_groups[0]["lr"]',
            ("state_dict", 0): SAME,
            ("set_state_dict", 1): "{0}.load_state_dict({1})",
        },
        "scheduler": {
            ("step", 0): SAME,
            ("step", 1): SAME,
            ("state_dict", 0): SAME,
            ("set_state_dict", 1): "{0}.load_state_dict({1})",
        },
    },
    "oneflow": {
        "optimizer": {
            ("step", 0): SAME,
            ("zero_grad", 0): "{0}.zero_grad(set_to_none=False)",
            ("zero_grad", 1): SAME,
            ("clip_grad", 0): SAME,
            ("state_dict", 0): SAME,
            ("load_state_dict", 1): SAME,
        },
        "scheduler": {
            ("step", 0): SAME,
            ("step", 1): SAME,
            ("get_last_lr", 0): SAME,
            ("state_dict", 0): SAME,
            ("load_state_dict", 1): SAME,
        },
    },
}
ATTRIBUTES: Final[Mapping[str, Mapping[Role, Mapping[str, str]]]] = {
    "paddle": {
        "optimizer": {},
        "scheduler": {"last_lr": "{0}.get_last_lr()[0]", "last_epoch": SAME},
    },
    "oneflow": {
        "optimizer": {"param_groups": SAME},
        "scheduler": {"last_step": SAME},
    },
}
# `scheduler()` is Paddle's way to ask for the learning rate.
CALLED: Final = "{0}.get_last_lr()[0]"


def convert_use(
    source: Source, framework: str, role: Role, use: MethodCall | AttributeUse
) -> Converted | Blocked:
    """Convert one use, or say why it cannot be."""
    if isinstance(use, MethodCall):
        arguments = use.call.args
        template = METHODS[framework][role].get((use.method, len(arguments)))
        if template is None or any(a.star for a in arguments):
            return Blocked(f"`{source.text(use.call)}` has no counterpart in bridge")
        return _written(use.call, template, (use.holder, *(a.value for a in arguments)))
    template = ATTRIBUTES[framework][role].get(use.attribute)
    is_written = isinstance(source.parents.get(use.node), cst.AssignTarget | cst.AugAssign)
    if template is None or is_written:
        return Blocked(f"`{source.text(use.node)}` has no counterpart in bridge")
    return _written(use.node, template, (use.holder,))


def convert_called(call: cst.Call) -> Converted:
    """Convert `scheduler()`."""
    return _written(call, CALLED, (call.func,))


def _written(node: cst.CSTNode, template: str, values: tuple[cst.BaseExpression, ...]) -> Converted:
    if template == SAME:
        return Converted()
    parts: list[str | cst.CSTNode] = []
    for number, piece in enumerate(template.replace("{1}", "{0}").split("{0}")):
        parts += [values[number - 1], piece] if number else [piece]
    kept = tuple(part for part in parts if part != "")
    return Converted((Replace(node, kept),))
