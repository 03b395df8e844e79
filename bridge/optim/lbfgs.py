"""torch.optim.LBFGS.

https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.errors import UnsupportedError
from bridge.optim._flat import FlatParams, dot, number
from bridge.optim._line_search import Point, strong_wolfe
from bridge.optim._master import is_narrow
from bridge.optim._scalars import check_lr, plain
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.backends._protocol import Group, State, Tensor

_LEAST_CURVATURE = 1e-10


class LBFGS(Optimizer):
    """Newton's method with the curvature guessed from the last steps; it asks for a closure.

    All parameters are one vector, so there is one group only.

    >>> LBFGS([], lr=-1)
    Traceback (most recent call last):
    ...
    ValueError: Invalid learning rate: -1
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_lr(lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
        xp = self._backend
        dtypes = {xp.dtype(param) for param in self.param_groups[0]["params"]}
        if xp.name != "torch" and any(dtype.startswith("complex") for dtype in dtypes):
            raise UnsupportedError(
                f"LBFGS steps real parameters only on {xp.name}, got {', '.join(sorted(dtypes))}.\n"
                "Hint: keep the real and the imaginary part as two parameters."
            )
        for dtype in sorted(dtypes):
            if is_narrow(xp, dtype):
                raise UnsupportedError(
                    f"LBFGS does not step {dtype} parameters on {xp.name}, its sums need more.\n"
                    "Hint: keep the parameters in float32."
                )

    def step(self, closure: Callable[[], Any]) -> Any:
        """Take up to `max_iter` steps; return the loss before them.

        Args:
            closure: clears the gradients, computes new ones and returns the loss.
        """
        (group,) = self.param_groups
        options = {name: plain(value) for name, value in group.items() if name != "params"}
        flat = FlatParams(self._backend, group["params"], closure)
        with self._backend.no_grad():
            return _minimize(flat, self.state[flat.params[0]], options)


def _minimize(flat: FlatParams, state: State, group: Group) -> Any:
    state.setdefault("func_evals", 0)
    state.setdefault("n_iter", 0)
    first_loss = flat.evaluate()
    loss, grad, evaluations = number(first_loss), flat.grad(), 1
    state["func_evals"] += 1
    if _largest(grad) <= group["tolerance_grad"]:
        return first_loss
    for iteration in range(1, group["max_iter"] + 1):
        state["n_iter"] += 1
        direction = state["d"] = _direction(state, grad, group["history_size"])
        state["prev_flat_grad"], state["prev_loss"] = grad, loss
        state["t"] = group["lr"]
        if state["n_iter"] == 1:
            state["t"] *= min(1.0, 1.0 / float(grad.abs().sum()))
        start = Point(0.0, loss, float(dot(grad, direction)), grad)
        if start.slope > -group["tolerance_change"]:
            break
        is_last = iteration == group["max_iter"]
        end, count = _advance(flat, state, start, group, evaluations, is_last=is_last)
        loss, grad = end.loss, end.grad
        evaluations += count
        state["func_evals"] += count
        if is_last or evaluations >= group["max_eval"] or _is_converged(state, end, group):
            break
    return first_loss


def _advance(
    flat: FlatParams, state: State, start: Point, group: Group, evaluations: int, *, is_last: bool
) -> tuple[Point, int]:
    """Move the parameters along the direction; return where that is and what it took."""
    direction = state["d"]
    if group["line_search_fn"] is None:
        flat.move(direction, state["t"])
        # As in torch, the last step's end is not looked at: its loss may be of other data.
        return (start, 0) if is_last else (flat.point(direction, state["t"]), 1)
    if group["line_search_fn"] != "strong_wolfe":
        raise RuntimeError("only 'strong_wolfe' is supported")
    origin = flat.copy()

    def evaluate(t: float) -> Point:
        flat.move(direction, t)
        point = flat.point(direction, t)
        flat.restore(origin)
        return point

    end, count = strong_wolfe(
        evaluate,
        start,
        state["t"],
        extent=_largest(direction),
        tolerance=group["tolerance_change"],
        budget=group["max_eval"] - evaluations,
    )
    state["t"] = end.t
    flat.move(direction, end.t)
    return end, count


def _direction(state: State, grad: Tensor, history_size: int) -> Tensor:
    """Multiply the gradient by the guessed inverse Hessian, after a look at the last step."""
    if state["n_iter"] == 1:
        state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
        return -grad
    changes, steps, scales = state["old_dirs"], state["old_stps"], state["ro"]
    change, step = grad - state["prev_flat_grad"], state["d"] * state["t"]
    curvature = dot(change, step)
    if float(curvature) > _LEAST_CURVATURE:
        if len(changes) == history_size:
            for oldest in (changes, steps, scales):
                oldest.pop(0)
        changes.append(change)
        steps.append(step)
        scales.append(1.0 / curvature)
        state["H_diag"] = curvature / dot(change, change)
    parts = state.setdefault("al", [None] * history_size)
    direction = -grad
    for i in reversed(range(len(changes))):
        parts[i] = dot(steps[i], direction) * scales[i]
        direction = direction - changes[i] * parts[i]
    direction = direction * state["H_diag"]
    for i in range(len(changes)):
        back = dot(changes[i], direction) * scales[i]
        direction = direction + steps[i] * (parts[i] - back)
    return direction


def _is_converged(state: State, end: Point, group: Group) -> bool:
    tolerance = group["tolerance_change"]
    return bool(
        _largest(end.grad) <= group["tolerance_grad"]
        or _largest(state["d"] * state["t"]) <= tolerance
        or abs(end.loss - state["prev_loss"]) < tolerance
    )


def _largest(vector: Tensor) -> float:
    return float(vector.abs().max())
