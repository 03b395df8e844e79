"""torch.optim.AdamW.

https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.optim._bias_correction import takes_do_bias_correction
from bridge.optim.adam import Adam

if TYPE_CHECKING:
    from bridge.backends._protocol import Tensor


class AdamW(Adam):
    """Adam with a weight decay that goes past the moments, straight to the parameters.

    >>> AdamW([], lr=-1.0)
    Traceback (most recent call last):
    ...
    ValueError: Invalid learning rate: -1.0
    """

    @takes_do_bias_correction
    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        # A state saved by Adam, or before torch knew the option, still decays as AdamW does.
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
