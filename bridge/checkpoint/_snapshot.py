"""What a training run is, as plain values and arrays laid out as in torch; from and to objects."""

from __future__ import annotations

from contextlib import ExitStack
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from bridge.backends import backend_of
from bridge.checkpoint import _optimizer
from bridge.checkpoint._named import collect, is_counter
from bridge.checkpoint._values import BFloat16, as_array, detached
from bridge.errors import StateMismatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bridge.backends._protocol import Backend, Tensor
    from bridge.checkpoint._named import Named


def take(
    *, optimizer: Any, scheduler: Any, params: Any, transposed: Iterable[str] | None
) -> dict[str, Any]:
    """Return the parts that are given, under their names, with nothing alive in them."""
    _check_asked(optimizer, scheduler, params, transposed)
    named = None if params is None else collect(params, transposed)
    parts: dict[str, Any] = {}
    if named is not None:
        parts["params"] = {name: _value(each) for name, each in named.items()}
        parts["layout"] = _layout(named)
    if optimizer is not None:
        parts["optimizer"] = _optimizer.take(optimizer, named)
    if scheduler is not None:
        parts["scheduler"] = {
            "class": type(scheduler).__name__,
            "state": detached(scheduler.state_dict()),
        }
    return parts


def put(
    parts: Mapping[str, Any],
    *,
    optimizer: Any,
    scheduler: Any,
    params: Any,
    transposed: Iterable[str] | None,
) -> None:
    """Check every part that is asked for, then load them all, or none where one fails."""
    _check_asked(optimizer, scheduler, params, transposed)
    asked = {"optimizer": optimizer, "scheduler": scheduler, "params": params}
    for name in (name for name, value in asked.items() if value is not None):
        if name not in parts:
            saved = ", ".join(part for part in asked if part in parts)
            raise StateMismatchError(
                f"{name} was not saved, only {saved}.\nHint: load without {name}=, or save with it."
            )
    named = None if params is None else collect(params, transposed)
    # Everything is checked and made ready before anything is written.
    writes = [] if named is None else _fit_params(parts["params"], named)
    if named is not None:
        _check_layout(parts.get("layout", _layout(named)), named)
    if scheduler is not None:
        _check_kind(parts["scheduler"], scheduler)
    state_dict = None if optimizer is None else _optimizer.fit(parts["optimizer"], optimizer, named)
    with ExitStack() as undo:
        if scheduler is not None:
            undo.callback(scheduler.load_state_dict, deepcopy(scheduler.state_dict()))
            scheduler.load_state_dict(parts["scheduler"]["state"])
        if optimizer is not None:
            before = {"state": optimizer.state, "param_groups": optimizer.param_groups}
            undo.callback(optimizer.__setstate__, before)
            optimizer.load_state_dict(state_dict)
        undo.pop_all()
    for xp, tensor, value in writes:
        with xp.no_grad():
            xp.assign(tensor, value)


def _check_asked(
    optimizer: Any, scheduler: Any, params: Any, transposed: Iterable[str] | None
) -> None:
    if optimizer is None and scheduler is None and params is None:
        raise TypeError("nothing is given: give optimizer=, scheduler= or params=.")
    if transposed is not None and params is None:
        raise TypeError("transposed names parameters: give params= too.")


def _value(each: Named) -> Any:
    value = detached(each.tensor)
    if not each.is_transposed:
        return value
    return BFloat16(value.array.T) if isinstance(value, BFloat16) else value.T


def _fit_params(
    saved: Mapping[str, Any], named: Mapping[str, Named]
) -> list[tuple[Backend, Tensor, Tensor]]:
    missing = [name for name in named if name not in saved and not is_counter(name)]
    extra = [name for name in saved if name not in named and not is_counter(name)]
    if missing or extra:
        raise StateMismatchError(
            "the parameters are not those that were saved: "
            f"missing in the saved state: {', '.join(missing) or 'none'}; "
            f"only in the saved state: {', '.join(extra) or 'none'}.\n"
            "Hint: build the model as it was when it was saved."
        )
    return [
        _fit_param(each, as_array(saved[each.name]))
        for each in named.values()
        if each.name in saved
    ]


def _fit_param(each: Named, array: Any) -> tuple[Backend, Tensor, Tensor]:
    xp = backend_of([each.tensor])
    value = array.T if each.is_transposed else array
    found, wanted = list(value.shape), list(each.tensor.shape)
    if found != wanted:
        hint = (
            "it lies the other way round: name it in transposed=, or give the model as params."
            if found == wanted[::-1]
            else "build the model with the sizes it was saved with."
        )
        raise StateMismatchError(
            f"{each.name} was saved as {found}, the parameter is {wanted}.\nHint: {hint}"
        )
    return xp, each.tensor, xp.from_numpy(value, each.tensor)


def _layout(named: Mapping[str, Named]) -> dict[str, Any]:
    """Return whose parameters they are, and of which of them nothing tells how they lie."""
    xp = backend_of(each.tensor for each in named.values())
    return {"framework": xp.name, "unclear": [n for n, each in named.items() if each.is_unclear]}


def _check_layout(saved: Mapping[str, Any], named: Mapping[str, Named]) -> None:
    ours = _layout(named)
    if saved["framework"] == ours["framework"]:
        return
    for name in sorted({*saved["unclear"], *ours["unclear"]}):
        shape = list(named[name].tensor.shape)
        if shape == shape[::-1] and shape != [1, 1]:
            raise StateMismatchError(
                f"nothing tells how {name}, {shape}, lies: Paddle keeps the weight of a Linear the "
                "other way round than torch and OneFlow.\n"
                "Hint: give the models as params, or name the weights of Linear in transposed=; "
                "transposed=[] says that there are none."
            )


def _check_kind(saved: Mapping[str, Any], scheduler: Any) -> None:
    kind = type(scheduler).__name__
    if saved["class"] != kind:
        raise StateMismatchError(
            f"the saved scheduler is {saved['class']}, got {kind} to load it into.\n"
            f"Hint: build {saved['class']}, or load without scheduler=."
        )
