"""Whole pieces of a script that prove rows which one expression cannot."""

from __future__ import annotations

from typing import Final

# The rows that a piece proves, and the piece; the last line is what is compared.
SCRIPTS: Final = (
    (
        """\
nn.ModuleList
""",
        """\
layers = nn.ModuleList([nn.Linear(6, 6), nn.Tanh()])
for layer in layers:
    x = sync(layer)(x)
x, len(layers)
""",
    ),
    (
        """\
nn.Module nn.Parameter module.parameters module.named_parameters tensor.requires_grad
""",
        """\
class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 5)
        self.scale = nn.Parameter(torch.ones(5))
    def forward(self, x):
        return self.fc(x) * self.scale
net = sync(Scaled())
names = sorted(name for name, _ in net.named_parameters())
net(x), names, [p.requires_grad for p in net.parameters()]
""",
    ),
    (
        """\
module.train module.eval module.training module.modules module.children module.named_modules
module.named_children module.add_module
""",
        """\
net = nn.Sequential(nn.Linear(6, 3), nn.Tanh())
net.add_module('last', nn.Identity())
modes = [net.eval().training, net.train().training, net.train(False).training]
counts = [len(list(net.modules())), len(list(net.children()))]
names = [n for n, _ in net.named_modules()] + [n for n, _ in net.named_children()]
modes, counts, names
""",
    ),
    (
        """\
module.state_dict module.load_state_dict module.to module.cpu module.float
""",
        """\
one, two = sync(nn.Linear(6, 3)), nn.Linear(6, 3)
two.load_state_dict(one.state_dict())
two.load_state_dict(one.state_dict(), strict=True)
two.to('cpu').to(torch.device('cpu')).cpu().float()(x), sorted(two.state_dict())
""",
    ),
    (
        """\
module.requires_grad_ module.apply module.zero_grad module.forward
""",
        """\
net, seen = sync(nn.Linear(6, 3)), []
net.apply(lambda m: seen.append(1))
net(x).sum().backward()
net.zero_grad()
net.requires_grad_(False)
net.forward(x), len(seen), [p.requires_grad for p in net.parameters()]
""",
    ),
    (
        """\
module.register_buffer module.register_parameter module.double
""",
        """\
net = nn.Linear(6, 3).double()
net.register_buffer('mask', torch.ones(3))
net.register_parameter('free', nn.Parameter(torch.zeros(2)))
sorted(net.state_dict()), net(x.double()).dtype == torch.float64
""",
    ),
    (
        """\
tensor.backward tensor.grad tensor.detach tensor.requires_grad_ tensor.zero_
""",
        """\
w = y.detach().clone().requires_grad_()
(x * w).sum().backward()
w.grad.detach(), torch.zeros(2).zero_(), torch.ones(2).requires_grad_(False).requires_grad
""",
    ),
    (
        """\
tensor.fill_ tensor.copy_ tensor.data
""",
        """\
a, b = torch.zeros(2, 3), torch.zeros(4, 6)
a.fill_(0.5)
b.copy_(y.detach())
a.data = torch.ones(2, 3)
a, b
""",
    ),
    (
        """\
nn.utils.clip_grad_norm_ nn.utils.clip_grad_value_
""",
        """\
net = sync(nn.Linear(6, 3))
(net(x) * 100.0).sum().backward()
norm = nn.utils.clip_grad_norm_(net.parameters(), 1.5)
bias = net.bias.grad.clone()
nn.utils.clip_grad_value_(net.parameters(), 0.05)
norm.detach(), bias.detach(), net.bias.grad.detach()
""",
    ),
    (
        """\
no_grad enable_grad set_grad_enabled
""",
        """\
with torch.no_grad():
    a = x * 2
    with torch.enable_grad():
        b = x * 3
with torch.set_grad_enabled(False):
    c = x * 4
a.requires_grad, b.requires_grad, c.requires_grad, a, b, c
""",
    ),
    (
        """\
no_grad
""",
        """\
@torch.no_grad()
def double(t):
    return t * 2
double(x).requires_grad, double(y)
""",
    ),
    (
        """\
manual_seed randn rand randperm
""",
        """\
torch.manual_seed(3)
shapes = torch.randn(2, 3).shape, torch.rand((2, 2)).shape
list(shapes), sorted(torch.randperm(5).tolist())
""",
    ),
    (
        """\
cuda.is_available
""",
        """\
device = 'cuda' if torch.cuda.is_available() else 'cpu'
x.to(device)
""",
    ),
    (
        """\
from_numpy tensor
""",
        """\
import numpy as np
array = np.arange(6, dtype='f4').reshape(2, 3)
torch.from_numpy(array), torch.tensor(array), torch.tensor([1.0, 2.0], requires_grad=True)
""",
    ),
    (
        """\
save load
""",
        """\
import tempfile
path = tempfile.mkdtemp() + '/last.pt'
torch.save({'epoch': 3, 'x': x.detach(), 'net': nn.Linear(2, 2).state_dict()}, path)
loaded = torch.load(path, weights_only=False)
loaded['epoch'], loaded['x'], sorted(loaded['net'])
""",
    ),
    (
        """\
utils.data.TensorDataset utils.data.DataLoader loader.dataset
""",
        """\
data = TensorDataset(y.detach(), labels)
loader = DataLoader(data, 3, False, drop_last=False, num_workers=0)
[(a, b) for a, b in loader], len(loader), len(loader.dataset), data[1]
""",
    ),
    (
        """\
utils.data.Dataset utils.data.DataLoader
""",
        """\
class Numbers(Dataset):
    def __len__(self):
        return 5
    def __getitem__(self, i):
        return y.detach()[i % 4], i
loader = DataLoader(Numbers(), batch_size=2, shuffle=False, drop_last=True)
[(i, a, b) for i, (a, b) in enumerate(loader)]
""",
    ),
    (
        """\
utils.data.DataLoader
""",
        """\
loader = DataLoader(TensorDataset(labels), batch_size=2, shuffle=True)
sorted(n for (batch,) in loader for n in batch.tolist())
""",
    ),
    (
        """\
cuda.manual_seed cuda.manual_seed_all
""",
        """\
torch.cuda.manual_seed(1)
torch.cuda.manual_seed_all(1)
x
""",
        ("paddle",),
    ),
    (
        """\
module.zero_grad
""",
        """\
net = sync(nn.Sequential(nn.Linear(6, 3)))
net(x).sum().backward()
net.zero_grad()
[p.grad is None for p in net.parameters()], next(nn.Linear(2, 2).parameters()).requires_grad
""",
    ),
    (
        """\
backends.cudnn.allow_tf32 backends.cudnn.benchmark
backends.cudnn.deterministic backends.cudnn.enabled backends.cuda.matmul.allow_tf32
""",
        """\
torch.backends.cudnn.allow_tf32 = True
torch.backends.cuda.matmul.allow_tf32 = True
if x.is_cuda:
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.deterministic = False
torch.backends.cudnn.enabled = not torch.cuda.is_available()
x * 2
""",
    ),
    (
        """\
cuda.amp.GradScaler cuda.amp.autocast scaler.scale scaler.step scaler.unscale_ scaler.update
scaler.state_dict scaler.load_state_dict scaler.is_enabled
""",
        """\
net = sync(nn.Linear(6, 5))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
from torch.cuda.amp import GradScaler, autocast
scaler = GradScaler(2.0**10, growth_interval=5, enabled=bool(1))
for _ in range(5):
    optimizer.zero_grad()
    with autocast(enabled=scaler.is_enabled()):
        loss = F.mse_loss(net(x), m.t()[:4, :5] * 2)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    scaler.step(optimizer)
    scaler.update()
    scheduler.step()
scaler.load_state_dict(scaler.state_dict())
loss.detach(), net(x), scaler.is_enabled(), scaler.state_dict() == {}
""",
        ("paddle",),
    ),
    (
        """\
amp.GradScaler amp.autocast autocast
""",
        """\
net = sync(nn.Linear(6, 5))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
scaler = torch.amp.GradScaler("cuda")
@torch.autocast("cuda")
def forward(x: torch.Tensor):
    return net(x)
for _ in range(5):
    with torch.amp.autocast(device_type="cuda", dtype=torch.float16):
        loss = (forward(x) ** 2).mean()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad(set_to_none=True)
loss.detach(), net(x)
""",
        ("paddle",),
    ),
    (
        """\
cuda.amp.autocast amp.autocast autocast
""",
        """\
net = sync(nn.Linear(6, 5))
with torch.cuda.amp.autocast(True):
    one = net(x)
with torch.autocast("cuda", dtype=torch.float16), torch.amp.autocast("cuda", enabled=False):
    other = net(x)
one, other
""",
    ),
)
