"""torch.optim.SparseAdam.

https://docs.pytorch.org/docs/stable/generated/torch.optim.SparseAdam.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/optimizer/Adam_en.html (lazy_mode)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.errors import UnsupportedError
from bridge.optim._scalars import check_betas, check_one_element
from bridge.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from bridge.backends._protocol import Tensor


class SparseAdam(Optimizer):
    """Adam for the entries that a sparse gradient holds; on torch's parameters only.

    >>> SparseAdam([], lr=0.0)
    Traceback (most recent call last):
    ...
    ValueError: Invalid learning rate: 0.0
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        check_one_element("lr", lr)
        if not lr > 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not eps > 0.0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        if self._backend.name != "torch":
            raise UnsupportedError(
                "SparseAdam steps by torch's sparse gradients, "
                f"and the parameters are {self._backend.name}'s.\n"
                "Hint: keep this optimizer on torch; or make the layer with sparse=False and use "
                "Adam, which moves the entries without a gradient too."
            )
