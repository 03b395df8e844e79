"""What the native classes take, and by default: Paddle 3.3's and OneFlow 0.9's own signatures.

A test holds every line against the framework's.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from typing import Final

_PADDLE: Final = {
    "SGD": "learning_rate=0.001, parameters=None, weight_decay=None, grad_clip=None, "
    "multi_precision=False, name=None",
    "Momentum": "learning_rate=0.001, momentum=0.9, parameters=None, use_nesterov=False, "
    "weight_decay=None, grad_clip=None, multi_precision=False, rescale_grad=1.0, "
    "use_multi_tensor=False, name=None",
    "Adam": "learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08, parameters=None, "
    "weight_decay=None, grad_clip=None, lazy_mode=False, multi_precision=False, "
    "use_multi_tensor=False, amsgrad=False, name=None",
    "AdamW": "learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08, parameters=None, "
    "weight_decay=0.01, use_lowprecision_moment=False, lr_ratio=None, "
    "apply_decay_param_fun=None, grad_clip=None, lazy_mode=False, multi_precision=False, "
    "amsgrad=False, name=None",
    "Adagrad": "learning_rate, epsilon=1e-06, parameters=None, weight_decay=None, "
    "grad_clip=None, name=None, initial_accumulator_value=0.0",
    "Adadelta": "learning_rate=0.001, epsilon=1e-06, rho=0.95, parameters=None, "
    "weight_decay=None, grad_clip=None, name=None",
    "NAdam": "learning_rate=0.002, beta1=0.9, beta2=0.999, epsilon=1e-08, "
    "momentum_decay=0.004, parameters=None, weight_decay=None, grad_clip=None, name=None",
    "RAdam": "learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08, parameters=None, "
    "weight_decay=None, grad_clip=None, name=None",
    "lr.CosineAnnealingDecay": "learning_rate, T_max, eta_min=0, last_epoch=-1, verbose=False",
    "lr.CosineAnnealingWarmRestarts": "learning_rate, T_0, T_mult=1, eta_min=0, last_epoch=-1, "
    "verbose=False",
    "lr.CyclicLR": "base_learning_rate, max_learning_rate, step_size_up, step_size_down=None, "
    "mode='triangular', exp_gamma=1.0, scale_fn=None, scale_mode='cycle', last_epoch=-1, "
    "verbose=False",
    "lr.ExponentialDecay": "learning_rate, gamma, last_epoch=-1, verbose=False",
    "lr.InverseTimeDecay": "learning_rate, gamma, last_epoch=-1, verbose=False",
    "lr.LambdaDecay": "learning_rate, lr_lambda, last_epoch=-1, verbose=False",
    "lr.LinearLR": "learning_rate, total_steps, start_factor=0.3333333333333333, "
    "end_factor=1.0, last_epoch=-1, verbose=False",
    "lr.LinearWarmup": "learning_rate, warmup_steps, start_lr, end_lr, last_epoch=-1, "
    "verbose=False",
    "lr.MultiStepDecay": "learning_rate, milestones, gamma=0.1, last_epoch=-1, verbose=False",
    "lr.MultiplicativeDecay": "learning_rate, lr_lambda, last_epoch=-1, verbose=False",
    "lr.NaturalExpDecay": "learning_rate, gamma, last_epoch=-1, verbose=False",
    "lr.NoamDecay": "d_model, warmup_steps, learning_rate=1.0, last_epoch=-1, verbose=False",
    "lr.OneCycleLR": "max_learning_rate, total_steps, divide_factor=25.0, "
    "end_learning_rate=0.0001, phase_pct=0.3, anneal_strategy='cos', three_phase=False, "
    "last_epoch=-1, verbose=False",
    "lr.PiecewiseDecay": "boundaries, values, last_epoch=-1, verbose=False",
    "lr.PolynomialDecay": "learning_rate, decay_steps, end_lr=0.0001, power=1.0, cycle=False, "
    "last_epoch=-1, verbose=False",
    "lr.ReduceOnPlateau": "learning_rate, mode='min', factor=0.1, patience=10, "
    "threshold=0.0001, threshold_mode='rel', cooldown=0, min_lr=0, epsilon=1e-08, verbose=False",
    "lr.StepDecay": "learning_rate, step_size, gamma=0.1, last_epoch=-1, verbose=False",
}
_ONEFLOW: Final = {
    "SGD": "params, lr=0.001, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, "
    "maximize=False, fused=False",
    "Adam": "params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, amsgrad=False, "
    "do_bias_correction=True, fused=False",
    "AdamW": "params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, amsgrad=False, "
    "do_bias_correction=True, fused=False",
    "Adagrad": "params, lr=0.001, lr_decay=0.0, weight_decay=0, initial_accumulator_value=0.0, "
    "eps=1e-10",
    "Adadelta": "params, lr=1.0, rho=0.9, eps=1e-06, weight_decay=0, maximize=False",
    "lr_scheduler.ConstantLR": "optimizer, factor=0.3333333333333333, total_iters=5, "
    "last_step=-1, verbose=False",
    "lr_scheduler.CosineAnnealingLR": "optimizer, T_max, eta_min=0.0, last_step=-1, verbose=False",
    "lr_scheduler.CosineAnnealingWarmRestarts": "optimizer, T_0, T_mult=1, eta_min=0.0, "
    "decay_rate=1.0, restart_limit=0, last_step=-1, verbose=False",
    "lr_scheduler.CosineDecayLR": "optimizer, decay_steps, alpha=0.0, last_step=-1, verbose=False",
    "lr_scheduler.ExponentialLR": "optimizer, gamma, last_step=-1, verbose=False",
    "lr_scheduler.LambdaLR": "optimizer, lr_lambda, last_step=-1, verbose=False",
    "lr_scheduler.LinearLR": "optimizer, start_factor=0.3333333333333333, end_factor=1.0, "
    "total_iters=5, last_step=-1, verbose=False",
    "lr_scheduler.MultiStepLR": "optimizer, milestones, gamma=0.1, last_step=-1, verbose=False",
    "lr_scheduler.PolynomialLR": "optimizer, decay_batch, end_learning_rate=0.0001, power=1.0, "
    "cycle=False, last_step=-1, verbose=False",
    "lr_scheduler.ReduceLROnPlateau": "optimizer, mode='min', factor=0.1, patience=10, "
    "threshold=0.0001, threshold_mode='rel', cooldown=0, min_lr=0, eps=1e-08, verbose=False",
    "lr_scheduler.StepLR": "optimizer, step_size, gamma=0.1, last_step=-1, verbose=False",
    "lr_scheduler.WarmUpLR": "scheduler_or_optimizer, warmup_factor=0.3333333333333333, "
    "warmup_iters=5, warmup_method='linear', warmup_prefix=False, last_step=-1, verbose=False",
}
SIGNATURES: Final = {
    **{f"paddle.optimizer.{name}": text for name, text in _PADDLE.items()},
    **{f"oneflow.optim.{name}": text for name, text in _ONEFLOW.items()},
}


@cache
def native_signature(qualified: str) -> inspect.Signature:
    """Return what a native class takes.

    >>> native_signature("paddle.optimizer.lr.StepDecay")
    <Signature (learning_rate, step_size, gamma=0.1, last_epoch=-1, verbose=False)>
    """
    function = ast.parse(f"def f({SIGNATURES[qualified]}): ...").body[0]
    assert isinstance(function, ast.FunctionDef)  # noqa: S101  # it is what was written above
    names = [a.arg for a in function.args.args]
    defaults = [ast.literal_eval(d) for d in function.args.defaults]
    given = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    return inspect.Signature(
        [
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=given.get(name, inspect.Parameter.empty),
            )
            for name in names
        ]
    )
