"""What has to hold of a bundle for a schedule of bridge's to take the native one's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.analysis.facts import AttributeUse, MethodCall

if TYPE_CHECKING:
    from codemods.analysis.bundles import Bundle
    from codemods.inward.links import Links
    from codemods.syntax.source import Source

SAVED = ("state_dict", "set_state_dict")


def unfit_schedule(source: Source, found: Bundle, links: Links) -> str | None:
    """Say why the schedules of a bundle would not go as they did."""
    if not found.schedulers:
        return None
    uses = [use for _, use in found.uses()]
    classes = {c.reference.qualified for c in found.schedulers}
    inner = {c.call for c in links.held.values()}
    if "oneflow.optim.lr_scheduler.WarmUpLR" in classes:
        inner |= {c.call for c in found.schedulers if not c.name.startswith("WarmUp")}
    if any(c.reference.qualified.startswith("oneflow.") for c in found.schedulers):
        if len([c for c in found.schedulers if c.call not in inner]) > 1:
            return "of two schedulers OneFlow's second one writes over the first"
        # OneFlow's schedules start from initial_lr each time, torch's from what they find.
        if any(isinstance(u, AttributeUse) and not _is_read(source, u) for u in uses):
            return "something else may write the learning rate that the scheduler sets"
    if "paddle.optimizer.lr.CosineAnnealingWarmRestarts" in classes and any(
        isinstance(u, MethodCall) and u.method in SAVED for u in uses
    ):
        return "Paddle's schedule starts a new cycle when it is loaded, bridge's goes on"
    for construct in found.schedulers:
        function = construct.call.args[-1].value if construct.call.args else None
        if construct.name == "MultiplicativeDecay" and not isinstance(function, cst.Lambda):
            return "Paddle calls the function again for every earlier step, bridge once"
    return None


def _is_read(source: Source, use: AttributeUse) -> bool:
    """Tell whether groups are only asked: `optimizer.param_groups[0]["lr"]`."""
    if use.attribute != "param_groups":
        return True
    group = source.parents.get(use.node)
    value = source.parents.get(group) if isinstance(group, cst.Subscript) else None
    if not (isinstance(value, cst.Subscript) and value.value is group):
        return False
    return not isinstance(source.parents.get(value), cst.AssignTarget | cst.AugAssign)
