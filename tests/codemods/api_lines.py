"""More uses of torch's API that are run on both sides, one line each: see api_cases."""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = (
    "tan(x)", "sinh(x)", "cosh(x)", "atan(x)", "log1p(positive)", "log2(positive)",
    "log10(positive)", "expm1(x)", "erf(x)", "reciprocal(positive)", "isinf(x)", "isfinite(x)",
    "logical_not(x > 0)", "minimum(x, y)", "maximum(x, y)", "eq(x, y)", "ne(x, y)",
    "gt(x, y)", "ge(x, y)", "lt(x, y)", "le(x, y)", "logical_and(x > 0, y > 0)",
    "logical_or(x > 0, y > 0)", "atan2(x, y)", "all(x > 0)", "any(x > 0)", "prod(positive)",
    "dot(weight, weight)", "diag(weight)", "tril(x)", "tril(x, diagonal=-1)",
    "triu(x, 1)", "triu(x, diagonal=1)", "permute(image, (0, 2, 3, 1))", "reshape(x, (6, 4))",
    "reshape(x, (-1,))", "flip(x, [0])", "flip(x, (0, 1))", "roll(x, 1, 0)",
    "roll(x, (1, 2), (0, 1))", "tile(x, (2, 1))", "unbind(x)", "unbind(x, dim=1)",
    "concat([x, y], dim=1)", "concat((x, y))", "vstack([x, y])", "hstack([x, y])",
    "meshgrid(weight, weight, indexing='ij')", "gather(x, 1, labels.unsqueeze(1))",
    "index_select(x, 1, labels)", "masked_select(x, x > 0)",
    "scatter(x, 1, labels.unsqueeze(1), y[:, :1])", "nonzero(bits)", "unique(labels)",
    "logsumexp(x, 1)", "addmm(x.t() @ x, x.t(), y)", "baddbmm(stack3 @ other3, stack3, other3)",
    "std(x)", "var(x)", "norm(x)", "norm(x, dim=1)", "norm(x, p=1, dim=0)", "norm(x, p=2)",
    "randn_like(x).shape", "full_like(x, 3)", "full_like(labels, 3)", "empty(2, 3).shape",
    "empty((2, 3), dtype=torch.int64, device='cpu').dtype == torch.int64",
    "randint(2, 3, (3,))", "zeros_like(x, dtype=torch.int64)", "ones_like(x, dtype=torch.bool)",
    "randn(2, 3, device='cpu').shape", "rand((2,), dtype=torch.float64).dtype == torch.float64",
    "rand(3, 2, device=torch.device('cpu')).shape",
    "full((2,), 1.5, device='cpu')", "full((2,), 1, dtype=torch.int64, device='cpu')",
    "eye(3, device='cpu')", "arange(5, device='cpu')", "linspace(0, 1, 5, device='cpu')",
    "is_grad_enabled()",
)  # fmt: skip
FUNCTIONAL: Final = (
    "F.normalize(x)", "F.normalize(x, dim=0)", "F.normalize(x, p=1, dim=-1)",
    "F.normalize(x, 2, 1)", "F.embedding(labels, m)",
    "F.elu(x, alpha=0.5)", "F.relu6(x)", "F.mish(x)", "F.avg_pool2d(image, 2)",
    "F.avg_pool2d(image, kernel_size=3, stride=2, padding=1)", "F.adaptive_avg_pool2d(image, 1)",
    "F.adaptive_avg_pool2d(image, (2, 4))", "F.conv1d(stack3, other3.transpose(1, 2)[:, :3, :2])",
    "F.conv2d(image, image[:, :, :3, :3])", "F.conv2d(image, image[:, :, :3, :3], padding=1)",
    "F.conv2d(image, image[:, :, :3, :3], None, 2, 1)", "F.cosine_similarity(x, y)",
    "F.cosine_similarity(x, y, dim=0)", "F.layer_norm(x, (6,))", "F.layer_norm(x, [6], eps=1e-3)",
    "F.pad(x, (1, 2))", "F.pad(image, (1, 1, 2, 0))", "F.pad(image, (1, 1, 1, 1), value=0.5)",
    "F.pad(x, (1, 0, 2, 1))", "F.pad(image, (1, 1, 1, 1), mode='reflect')",
    "F.interpolate(image, scale_factor=2)",
    "F.interpolate(image, size=(4, 4))", "F.interpolate(image, size=(5, 7), mode='nearest')",
    "F.interpolate(image, size=(5, 7), mode='bilinear', align_corners=True)",
    "F.interpolate(image, scale_factor=2, mode='bilinear', align_corners=False)",
)  # fmt: skip
LAYERS: Final = (
    "nn.ELU()(x)", "nn.ELU(alpha=0.5)(x)", "nn.ReLU6()(x)",
    "nn.Hardswish()(x)", "nn.Mish()(x)", "sync(nn.Conv1d(3, 4, 2))(stack3)",
    "sync(nn.Conv1d(3, 6, kernel_size=3, stride=2, padding=1, groups=3, bias=False))(stack3)",
    "nn.AvgPool2d(2)(image)",
    "nn.AvgPool2d(3, stride=2, padding=1)(image)", "nn.AdaptiveAvgPool1d(2)(stack3)",
    "nn.MaxPool1d(2)(stack3)", "nn.MaxPool1d(3, stride=2, padding=1)(stack3)",
    "sync(nn.GroupNorm(2, 4))(torch.cat([stack3, stack3[:, :1]], 1))",
    "sync(nn.GroupNorm(3, num_channels=3, eps=1e-3))(image)",
    "nn.PixelShuffle(2)(torch.cat([image, image[:, :1]], 1))",
    "nn.SmoothL1Loss()(x, y)", "nn.SmoothL1Loss(reduction='sum')(x, y)",
)  # fmt: skip
RECURRENT: Final = (
    "nn.LSTM(4, 3)", "nn.LSTM(input_size=4, hidden_size=2, num_layers=2, bidirectional=True)",
    "nn.LSTM(4, 3, batch_first=True)", "nn.GRU(4, 3, 2, batch_first=bool(1))",
    "nn.GRU(4, 3, batch_first=False, bidirectional=bool(1))",
    "nn.GRU(4, 3, batch_first=(bool(0) or bool(1)))",
)  # fmt: skip
SCRIPTS: Final = (
    ("nn.init.constant_ nn.init.zeros_ nn.init.ones_", """\
a, b, c = (nn.Parameter(torch.full((2, 3), 0.5)) for _ in range(3))
nn.init.constant_(a, 0.25)
nn.init.zeros_(b)
nn.init.ones_(c)
a.detach(), b.detach(), c.detach()"""),
    ("nn.init.normal_ nn.init.uniform_", """\
a, b = (nn.Parameter(torch.zeros(200, 100)) for _ in range(2))
nn.init.normal_(a, mean=1.0, std=0.02)
nn.init.uniform_(b, -0.5, 0.25)
c = -0.5 <= b.min().item() < -0.49, 0.24 < b.max().item() <= 0.25
abs(a.mean().item() - 1.0) < 0.001, abs(a.std().item() - 0.02) < 0.001, c"""),
    ("nn.init.xavier_uniform_ nn.init.xavier_normal_", """\
a, b = (nn.Parameter(torch.zeros(200, 100)) for _ in range(2))
nn.init.xavier_uniform_(a, gain=2.0)
nn.init.xavier_normal_(b)
0.279 < a.max().item() <= 0.2829, abs(b.std().item() - 0.0816) < 0.003"""),
    ("nn.ModuleDict", """\
parts = nn.ModuleDict({"one": nn.Tanh(), "two": nn.Sigmoid()})
parts["one"](x), "two" in parts, len(parts)"""),
    ("inference_mode", """\
with torch.inference_mode():
    z = x * 2
z"""),
    ("cuda.synchronize cuda.empty_cache", """\
if torch.cuda.is_available():
    torch.cuda.synchronize()
    torch.cuda.empty_cache()
x"""),
    ("Size", "isinstance(x.shape, torch.Size)"),
)  # fmt: skip
PADDLE_ONLY: Final = (
    "sync(nn.RNN(4, 3))(stack3)", "sync(nn.RNN(4, 3, 2, batch_first=True))(stack3)",
    "torch.outer(weight, weight)", "torch.argsort(x)", "torch.argsort(x, 0, descending=True)",
    "torch.log_softmax(x, dim=1)", "torch.clone(x)", "F.elu(x)", "F.smooth_l1_loss(x, y)",
    "F.smooth_l1_loss(x, y, reduction='sum')", "nn.Dropout2d(0.3).eval()(image)",
)  # fmt: skip
ONEFLOW_ONLY: Final = (
    "torch.movedim(image, 1, 3)", "F.one_hot(labels, 6)", "F.one_hot(labels, num_classes=7)",
    "F.kl_div(F.log_softmax(x, dim=1), F.softmax(y, dim=1), reduction='batchmean')",
    "F.kl_div(F.log_softmax(x, dim=1), F.softmax(y, dim=1), reduction='sum')",
    "nn.KLDivLoss(reduction='batchmean')(F.log_softmax(x, dim=1), F.softmax(y, dim=1))",
)  # fmt: skip
