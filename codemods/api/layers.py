"""torch.nn: layers, losses and containers.

https://docs.pytorch.org/docs/2.13/nn.html
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/Overview_en.html
https://oneflow.readthedocs.io/en/v0.9.0/nn.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from codemods.api._model import HINT, Api, call, layer, signature
from codemods.api.functions import CLASSES, IGNORED, IN_PLACE, PADDING, SMOOTHED
from codemods.api.rewrites import complement, false_or_none, not_negative

if TYPE_CHECKING:
    from codemods.api._model import Rows

SHARED: Final[Rows] = {
    "nn.Module": layer(""),
    "nn.Parameter": replace(call("data, requires_grad"), is_value=True),
    "nn.Sequential": layer("*modules"),
    "nn.ModuleList": Api(signature("/modules"), returns="layers", is_value=True),
    "nn.Identity": layer(""),
    "nn.Tanh": layer(""),
    "nn.Sigmoid": layer(""),
    "nn.ReLU": layer("inplace"),
    "nn.LeakyReLU": layer("negative_slope, inplace"),
    "nn.SiLU": layer("inplace"),
    "nn.Softplus": layer("beta, threshold"),
    "nn.GELU": layer(""),
    "nn.Softmax": layer("dim"),
    "nn.LogSoftmax": layer("dim"),
    "nn.Dropout": layer("p, inplace"),
    "nn.Flatten": layer("start_dim, end_dim"),
    "nn.Linear": layer("in_features, out_features, bias"),
    "nn.Conv2d": layer(
        "in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias"
    ),
    "nn.MaxPool2d": layer("kernel_size, stride, padding"),
    "nn.AdaptiveAvgPool2d": layer("output_size"),
    "nn.BatchNorm1d": layer("num_features, eps, momentum, affine"),
    "nn.BatchNorm2d": layer("num_features, eps, momentum, affine"),
    "nn.LayerNorm": layer("normalized_shape, eps, elementwise_affine"),
    "nn.Embedding": layer("num_embeddings, embedding_dim"),
    "nn.Conv1d": layer(
        "in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias"
    ),
    "nn.AvgPool2d": layer("kernel_size, stride, padding"),
    "nn.AdaptiveAvgPool1d": layer("output_size"),
    "nn.MaxPool1d": layer("kernel_size, stride, padding"),
    "nn.GroupNorm": layer("num_groups, num_channels, eps"),
    "nn.ELU": layer("alpha"),
    "nn.ReLU6": layer(""),
    "nn.Hardswish": layer(""),
    "nn.Mish": layer("inplace"),
    "nn.PixelShuffle": layer("upscale_factor"),
    "nn.ModuleDict": Api(signature("/modules"), returns="module", is_value=True),
    "nn.SmoothL1Loss": layer("|, reduction"),
    "nn.PReLU": layer("num_parameters, init"),
    "nn.Hardtanh": layer(""),
    "nn.SELU": layer("inplace"),
    "nn.LogSigmoid": layer(""),
    "nn.Softsign": layer(""),
    "nn.Upsample": layer("size, scale_factor, mode, align_corners"),
    "nn.ZeroPad2d": layer("padding"),
    "nn.ReflectionPad2d": layer("padding"),
    "nn.CosineSimilarity": layer("dim, eps"),
    "nn.ConvTranspose2d": layer(
        "in_channels, out_channels, kernel_size, stride, padding, output_padding, groups, bias"
    ),
    "nn.ParameterList": Api(signature("/values"), returns="tensors", is_value=True),
    "nn.MSELoss": layer("|, reduction"),
    "nn.L1Loss": layer("|, reduction"),
    "nn.BCELoss": layer("weight, |, reduction"),
    "nn.BCEWithLogitsLoss": layer("weight, |, reduction, pos_weight"),
    "nn.CrossEntropyLoss": layer("weight, |, ignore_index, reduction, label_smoothing"),
    "nn.NLLLoss": layer("weight, |, ignore_index, reduction"),
    "nn.utils.clip_grad_norm_": call("/parameters, max_norm, norm_type"),
    "nn.utils.clip_grad_value_": call("/parameters, clip_value", "value"),
}

# Measured: with these a layer's initial weights and biases have torch's distribution.
_KAIMING = (
    f"{HINT}for torch's pass weight_attr=paddle.nn.initializer.KaimingUniform("
    'negative_slope=5**0.5, nonlinearity="leaky_relu"), '
    "bias_attr=paddle.nn.initializer.Uniform(-k, k), k = fan_in**-0.5"
)
_RUNNING = (
    "Paddle's running variance is the biased one, torch's is larger by n / (n - 1): outputs after "
    "eval() differ; the running statistics also stand among parameters()"
)
_BATCH_NORM = replace(
    layer("num_features, *, eps=epsilon, momentum", note=_RUNNING),
    values={"momentum": complement},
)

PADDLE: Final[Rows] = {
    "nn.Module": layer("", "nn.Layer"),
    "nn.ModuleList": Api(signature("/modules"), "nn.LayerList", "layers", is_value=True),
    "nn.ReLU": replace(layer("~inplace"), notes=IN_PLACE),
    "nn.ReLU6": replace(layer("~inplace"), notes=IN_PLACE),
    "nn.SELU": replace(layer("~inplace"), notes=IN_PLACE),
    "nn.ELU": replace(layer("alpha, ~inplace"), notes=IN_PLACE),
    "nn.LeakyReLU": replace(layer("negative_slope, ~inplace"), notes=IN_PLACE),
    "nn.SiLU": replace(layer("~inplace"), notes=IN_PLACE),
    "nn.Hardswish": replace(layer("~inplace"), notes=IN_PLACE),
    "nn.Mish": replace(layer("~inplace"), notes=IN_PLACE),
    "nn.Softmax": layer("!dim=axis"),
    "nn.LogSoftmax": layer("!dim=axis"),
    "nn.CrossEntropyLoss": replace(
        layer("weight, |, ignore_index, reduction, label_smoothing", note=IGNORED),
        alone=SMOOTHED,
        values={"ignore_index": not_negative},
        written=CLASSES,
    ),
    "nn.Flatten": layer("start_dim=start_axis, end_dim=stop_axis"),
    "nn.Linear": replace(
        layer(
            "in_features, out_features, *, bias=bias_attr",
            note=f"the weight is [in, out] and starts Xavier-uniform, the bias 0{_KAIMING}",
        ),
        values={"bias": false_or_none},
    ),
    "nn.Conv2d": replace(
        layer(
            "in_channels, out_channels, kernel_size, stride, padding, dilation, groups, "
            "*, bias=bias_attr",
            "nn.Conv2D",
            note=f"the weight starts normal, the bias 0{_KAIMING}",
        ),
        values={"bias": false_or_none},
    ),
    "nn.Conv1d": replace(
        layer(
            "in_channels, out_channels, kernel_size, stride, padding, dilation, groups, "
            "*, bias=bias_attr",
            "nn.Conv1D",
            note=f"the weight starts normal, the bias 0{_KAIMING}",
        ),
        values={"bias": false_or_none},
    ),
    "nn.Dropout2d": layer("p", "nn.Dropout2D"),
    "nn.CosineSimilarity": layer("dim=axis, eps"),
    "nn.HuberLoss": layer("|, reduction, delta"),
    "nn.ConvTranspose2d": replace(
        layer(
            "in_channels, out_channels, kernel_size, stride, padding, output_padding, "
            "*, groups, bias=bias_attr",
            "nn.Conv2DTranspose",
            note=f"the weight starts Xavier-uniform, the bias 0{_KAIMING}",
        ),
        values={"bias": false_or_none},
    ),
    "nn.AvgPool2d": replace(layer("kernel_size, stride, padding", "nn.AvgPool2D"), written=PADDING),
    "nn.AdaptiveAvgPool1d": layer("output_size", "nn.AdaptiveAvgPool1D"),
    "nn.MaxPool1d": layer("kernel_size, stride, padding", "nn.MaxPool1D"),
    "nn.GroupNorm": layer("num_groups, num_channels, eps=epsilon"),
    "nn.ModuleDict": Api(signature("/modules"), "nn.LayerDict", "module", is_value=True),
    "nn.MaxPool2d": layer("kernel_size, stride, padding", "nn.MaxPool2D"),
    "nn.AdaptiveAvgPool2d": layer("output_size", "nn.AdaptiveAvgPool2D"),
    "nn.BatchNorm1d": replace(_BATCH_NORM, to="nn.BatchNorm1D"),
    "nn.BatchNorm2d": replace(_BATCH_NORM, to="nn.BatchNorm2D"),
    "nn.LayerNorm": layer("normalized_shape, eps=epsilon"),
    "nn.Embedding": layer(
        "num_embeddings, embedding_dim",
        note=f"its weight starts Xavier-uniform{HINT}for torch's pass "
        "weight_attr=paddle.nn.initializer.Normal(0.0, 1.0)",
    ),
}

ONEFLOW: Final[Rows] = {
    "nn.KLDivLoss": layer("|, !reduction"),
    "nn.BCELoss": layer("|, reduction"),
    "nn.BCEWithLogitsLoss": layer("|, reduction, pos_weight"),
}
