"""Uses of torch's API that training scripts are full of, run on both sides: see api_cases."""

from __future__ import annotations

from typing import Final

# What both frameworks have.
LINES: Final = (
    "torch.FloatTensor([1, 2.5])", "torch.FloatTensor([[1.5, 2], [3, 4]])",
    "torch.LongTensor([1, 2])", "torch.Tensor([1, 2])", "torch.Tensor([[x[0, 0].item(), 2]])",
    "torch.Tensor(2, 3).shape", "torch.FloatTensor(4).shape",
    "torch.LongTensor(2, 1).dtype == torch.int64",
    "torch.Tensor(x.detach().numpy().astype('f8'))",
    "torch.LongTensor(labels.numpy()[:2])", "torch.Tensor(labels.numpy())",
    "torch.Tensor(bits.tolist())", "torch.FloatTensor((1, 2))",
    "torch.is_floating_point(x)",
    "torch.as_tensor([1.0, 2.0])", "torch.as_tensor([1, 2])", "torch.as_tensor(labels.numpy())",
    "torch.as_tensor(bits.numpy(), dtype=torch.int64)",
    "torch.empty_like(x, device='cpu').shape",
    "torch.empty_like(x, dtype=torch.int64).dtype == torch.int64",
    "torch.narrow(x, 1, 2, 3)", "torch.randint(5, 6, (2,), dtype=torch.int32)",
    "torch.zeros_like(x, device='cpu')", "torch.ones_like(labels, dtype=torch.float32)",
    "torch.zeros_like(x, memory_format=torch.preserve_format)",
    "torch.zeros(2, 3, requires_grad=True).requires_grad", "torch.eye(2, 3)",
    "torch.ones(2, requires_grad=False).requires_grad",
    "torch.randn(2, requires_grad=True).requires_grad", "torch.rand(2, requires_grad=True).shape",
    "torch.eye(3, dtype=torch.float64)", "torch.linspace(0, 1, steps=5)",
    "torch.linspace(-1.0, 2.0, steps=4, device='cpu')",
    "F.linear(x, m.t())", "F.linear(x, m.t(), m[0])", "F.linear(x, weight=m.t(), bias=None)",
    "torch.multinomial((bits[:, :1] > -1) * 1.0, num_samples=1)",
    "torch.multinomial((bits[:, :2] > -1) * 1.0, 3, replacement=True).shape",
    "F.glu(x)", "F.selu(x)", "F.logsigmoid(x)", "F.max_pool1d(stack3, 2)",
    "F.max_pool1d(stack3, kernel_size=3, stride=1, padding=1)",
    "nn.PReLU()(x)", "nn.PReLU(6, 0.1)(x)", "nn.Hardtanh()(x)", "nn.SELU()(x)",
    "nn.LogSigmoid()(x)", "nn.Softsign()(x)", "nn.CosineSimilarity()(x, y)",
    "nn.CosineSimilarity(dim=0, eps=1e-6)(x, y)", "nn.Upsample(scale_factor=2)(image)",
    "nn.Upsample(size=(4, 5), mode='bilinear', align_corners=True)(image)",
    "nn.ZeroPad2d(2)(image)", "nn.ReflectionPad2d((1, 2, 0, 1))(image)",
    "sync(nn.ConvTranspose2d(3, 4, 3))(image)",
    "sync(nn.ConvTranspose2d(3, 4, 4, 2, 1, bias=False))(image)",
    "sync(nn.ConvTranspose2d(3, 6, 3, stride=2, padding=1, output_padding=1, groups=3))(image)",
    "nn.CrossEntropyLoss(label_smoothing=0.1)(x, labels)",
    "F.cross_entropy(x, labels, label_smoothing=0.2)",
)  # fmt: skip
IN_PLACE: Final = (
    "nn.ReLU(inplace=True)(x * 2)",
    "nn.LeakyReLU(0.2, inplace=True)(x * 2)", "nn.SiLU(inplace=True)(x * 2)",
    "nn.Mish(inplace=True)(x * 2)",
    "nn.SELU(inplace=True)(x * 2)", "nn.LeakyReLU(inplace=False)(x)", "F.relu(x, False)",
)  # fmt: skip
METHODS: Final = (
    "maximum(y)", "minimum(y)", "reciprocal()", "isinf()", "erf()",
    "element_size()", "is_contiguous()", "is_floating_point()", "flip([0])",
    "flip((0, 1))", "flip(1)", "tril()", "triu(1)", "roll(1, 0)", "narrow(1, 2, 3)", "unbind()",
    "unbind(1)[2]", "unbind(dim=0)", "logsumexp(1)", "swapaxes(0, 1)",
    "new_zeros(2, 3)", "new_ones((2,))", "new_zeros(2, dtype=torch.int64)", "new_full((2,), 0.5)",
    "norm(2)", "norm(dim=1)", "norm(2, 1)", "norm(p=2, dim=-1, keepdim=True)",
    "lt(y)", "le(y)", "gt(y)", "ge(y)",
)  # fmt: skip
PLAIN: Final = (
    "weight.dot(weight)", "bits.nonzero()",
    "bits.bool().logical_not()", "x.masked_select(bits.bool())",
    "x.detach().clone().clamp_(-0.5, 0.5)", "x.detach().clone().clamp_(min=0)",
    "x.detach().clone().masked_fill_(bits.bool(), 0.5)", "x.detach().clone().mul_(0.5)",
    "torch.zeros(3, 6).index_add_(0, labels[:2], y.detach()[:2])",
)  # fmt: skip
PADDLE_ONLY: Final = (
    "nn.ReLU6(True)(x * 9)", "nn.Hardswish(inplace=True)(x * 9)", "nn.ELU(0.5, True)(x * 2)",
    "x.isfinite()", "x.ravel()", "x.lerp(y, 0.25)", "x.norm(p=1)",
    "x.detach().clone().exp_()", "x.detach().square().sqrt_()", "x.detach().clone().detach_()",
    "x.detach().clone().unsqueeze_(1)", "x.detach().clone().unsqueeze(0).squeeze_(0)",
    "torch.as_tensor(bits.numpy(), dtype=torch.int64, device='cpu')", "F.hardtanh(x)",
    "torch.rand_like(x).shape", "nn.HuberLoss()(x, y)",
    "nn.HuberLoss(reduction='sum', delta=0.5)(x, y)",
    "torch.randint(0, 1, (2, 3))", "x.repeat_interleave(2, dim=0)", "x.remainder(2)",
    "nn.PReLU(num_parameters=1, init=0.3)(x)",
)  # fmt: skip
ONEFLOW_ONLY: Final = (
    "x.mul(2)", "x.mul(y)", "x.div(2)", "x.add(1)", "x.add(y, alpha=0.5)", "x.sub(y)",
    "torch.randint(0, 1, (2, 3), device='cpu')", "x.lt(0.5)", "x.ge(0)",
    "x.detach().clone().mul_(y.detach())",
    "F.cross_entropy(x, labels, weight=weight, label_smoothing=0.2)",
    "x.detach().clone().add_(y.detach(), alpha=0.5)", "x.detach().clone().sub_(1)",
    "x.detach().clone().div_(2)",
)  # fmt: skip
# The rows that a piece proves, and the piece; the last line is what is compared.
SCRIPTS: Final = (
    ("nn.functional.relu", """\
z = x * 2
y = z
a = F.relu(z, inplace=True)
b = F.relu(x * 3, True)
y, z, a, b"""),
    ("bfloat16 int8 dtype", """\
def width(dtype: torch.dtype):
    return dtype in (torch.int8, torch.bfloat16)
a = x.to(torch.bfloat16).float(), x.to(torch.int8), torch.zeros(2, dtype=torch.int8)
a, isinstance(x.dtype, torch.dtype), width(torch.int8)"""),
    ("tensor.log1p tensor.expm1 tensor.cuda", """\
y = x.cuda(non_blocking=True) if torch.cuda.is_available() else x
y.expm1(), positive.log1p()"""),
    ("tensor.uniform_ tensor.normal_", """\
a = torch.empty(200, 100).uniform_(-0.5, 0.25)
b, c = torch.empty(200, 100).normal_(), torch.empty(200, 100).normal_(mean=1.0, std=0.02)
d = -0.5 <= a.min().item() < -0.49, 0.24 < a.max().item() <= 0.25
e = abs(c.mean().item() - 1) < 0.001, abs(c.std().item() - 0.02) < 0.001
d, abs(b.std().item() - 1) < 0.02, e"""),
    ("nn.init.kaiming_normal_ nn.init.kaiming_uniform_", """\
fc = nn.Linear(400, 100)
conv = nn.Conv2d(16, 64, 5)
weight, core = list(fc.parameters())[0], list(conv.parameters())[0]
nn.init.kaiming_normal_(fc.weight, mode="fan_out", nonlinearity="relu")
one = abs(weight.std().item() - 0.1414) < 0.004
nn.init.kaiming_normal_(fc.weight)
other = abs(weight.std().item() - 0.0707) < 0.002
for m in (fc, conv):
    if isinstance(m, (nn.Conv2d, nn.Linear)):
        nn.init.kaiming_uniform_(m.weight.data, a=5**0.5)
        nn.init.constant_(m.bias.data, 0.5)
one, other, abs(weight.std().item() - 0.0289) < 0.001, abs(core.std().item() - 0.0289) < 0.001"""),
    ("nn.init.normal_ nn.init.uniform_ nn.init.xavier_normal_", """\
norm = nn.BatchNorm2d(3000)
nn.init.normal_(norm.weight.data, 1.0, 0.02)
nn.init.constant_(norm.bias.data, 0.25)
one, other = norm.weight.std().item(), norm.bias.mean().item()
nn.init.uniform_(norm.bias.data, 2.0, 3.0)
abs(one - 0.02) < 0.002, other, norm.bias.min().item() >= 2.0"""),
    ("tensor.backward", """\
z = (x * y).sum()
z.backward(retain_graph=True)
z.backward()
w = y.detach().clone().requires_grad_()
(w * w).backward(torch.ones_like(w))
w.grad.detach()"""),
    ("module.to module.buffers module.named_buffers", """\
net = nn.Linear(6, 3)
sync(net)
net.register_buffer("mean", torch.ones(3))
same = net.to(device="cpu", dtype=torch.float64).to(torch.float32).to("cpu", non_blocking=True)
same(x), [n for n, _ in net.named_buffers()], [b.dtype == torch.float32 for b in net.buffers()]"""),
    ("module.register_forward_hook module.register_forward_pre_hook", """\
net = nn.Linear(6, 3)
sync(net)
seen = []
net.register_forward_hook(lambda m, given, out: seen.append((len(given), out.shape[1])))
net.register_forward_pre_hook(lambda m, given: seen.append(len(given)))
net(x), seen"""),
    ("nn.ParameterList", """\
parts = nn.ParameterList([nn.Parameter(torch.ones(2)), nn.Parameter(torch.zeros(3))])
[p.shape[0] for p in parts], len(parts), parts[1].detach()"""),
    ("utils.data.IterableDataset utils.data.DataLoader", """\
class Numbers(torch.utils.data.IterableDataset):
    def __iter__(self):
        yield from (torch.ones(2) * i for i in range(5))
def batches(loader: DataLoader):
    return [b for b in loader]
loader = DataLoader(Numbers(), batch_size=2)
batches(loader), isinstance(loader, torch.utils.data.DataLoader)"""),
    ("utils.data.Subset utils.data.ConcatDataset", """\
data = TensorDataset(y.detach(), labels)
part = torch.utils.data.Subset(data, [2, 0])
whole = torch.utils.data.ConcatDataset([part, data])
len(part), part[0], len(whole), whole[1][1]"""),
    ("tensor.numel", """\
def count(model):
    return sum(p.numel() for p in model.parameters()), next(model.parameters()).requires_grad
count(nn.Linear(6, 3))"""),
)  # fmt: skip
ONEFLOW_SCRIPTS: Final = (("device", "isinstance(torch.device('cpu'), torch.device)"),)
PADDLE_SCRIPTS: Final = (
    ("tensor.outer", "weight.outer(weight)"),
    ("nn.init.trunc_normal_", """\
a, b = (nn.Parameter(torch.zeros(200, 100)) for _ in range(2))
nn.init.trunc_normal_(a, std=0.02)
nn.init.trunc_normal_(b, 0.0, 1.0, -1.0, 1.0)
c = abs(a.std().item() - 0.02) < 0.001, a.abs().max().item() > 0.05
c, b.abs().max().item() <= 1.0, abs(b.std().item() - 0.54) < 0.01"""),
    ("cuda.manual_seed cuda.manual_seed_all", """\
torch.cuda.manual_seed(1)
torch.cuda.manual_seed_all(1)
x"""),
    ("module.register_forward_hook module.register_forward_pre_hook", """\
net = nn.Linear(6, 3)
sync(net)
seen = []
after = net.register_forward_hook(lambda m, given, out: seen.append((len(given), out.shape[1])))
before = net.register_forward_pre_hook(lambda m, given: seen.append(len(given)))
a = net(x)
after.remove()
before.remove()
net(x), a, seen"""),
    ("utils.data.random_split", """\
one, other = torch.utils.data.random_split(TensorDataset(y.detach(), labels), [1, 3])
len(one), len(other)"""),
    ("nn.init.orthogonal_", """\
def error(t: torch.Tensor, gain: float):
    t = t.detach().reshape(t.shape[0], -1)
    t = t if t.shape[0] < t.shape[1] else t.t()
    return (t @ t.t() - torch.eye(t.shape[0]) * gain**2).abs().max().item() < 1e-4
fc, conv = nn.Linear(40, 10), nn.Conv2d(4, 6, 3)
nn.init.orthogonal_(fc.weight)
nn.init.orthogonal_(conv.weight, gain=2.0)
error(list(fc.parameters())[0], 1.0), error(list(conv.parameters())[0], 2.0)"""),
)  # fmt: skip
