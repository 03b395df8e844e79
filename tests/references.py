"""LAMB and Lion as torch optimizers, written down from their papers: torch has neither.

https://arxiv.org/abs/1904.00962 (algorithm 2), https://arxiv.org/abs/2302.06675 (program 1)
"""

from __future__ import annotations

from typing import Any

import torch


class LAMB(torch.optim.Optimizer):  # type: ignore[misc] # torch is not there for the type checker
    """Algorithm 2, with the trust ratio 1 where the parameter or its update is zero."""

    def __init__(self, params: Any, **options: Any) -> None:
        defaults = {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0}
        variants = {"adam_w_mode": True, "do_bias_correction": True, "maximize": False}
        super().__init__(params, {**defaults, **variants, **options})

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def step(self) -> None:
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for x in group["params"]:
                if x.grad is None:
                    continue
                state = self.state[x]
                g = -x.grad if group["maximize"] else x.grad
                if not group["adam_w_mode"]:
                    g = g.add(x, alpha=group["weight_decay"])
                m, v = (state.get(name, torch.zeros_like(x)) for name in ("exp_avg", "exp_avg_sq"))
                m, v = m.lerp(g, 1 - beta1), beta2 * v + (1 - beta2) * g**2
                t = state.get("step", 0) + 1
                state.update(step=t, exp_avg=m, exp_avg_sq=v)
                if group["do_bias_correction"]:
                    m, v = m / (1 - beta1**t), v / (1 - beta2**t)
                u = m / (v.sqrt() + group["eps"])
                if group["adam_w_mode"]:
                    u = u.add(x, alpha=group["weight_decay"])
                ratio = x.norm() / u.norm()
                x.sub_(group["lr"] * (ratio if 0 < ratio < float("inf") else 1.0) * u)


class Lion(torch.optim.Optimizer):  # type: ignore[misc] # as above
    """Program 1."""

    def __init__(self, params: Any, **options: Any) -> None:
        super().__init__(
            params, {"betas": (0.9, 0.99), "weight_decay": 0.0, "maximize": False, **options}
        )

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def step(self) -> None:
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for x in group["params"]:
                if x.grad is None:
                    continue
                g = -x.grad if group["maximize"] else x.grad
                m = self.state[x].get("exp_avg", torch.zeros_like(x))
                direction = torch.sign(beta1 * m + (1 - beta1) * g)
                self.state[x]["exp_avg"] = m.lerp(g, 1 - beta2)
                x.mul_(1 - group["lr"] * group["weight_decay"]).sub_(group["lr"] * direction)
