"""What is no row of a table stays as it was and is reported; what is not torch's is not touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rewriting import check_refused, check_rewritten, check_sound, check_untouched

if TYPE_CHECKING:
    from codemods.model import Target

HEADER = "import torch\nfrom torch import nn\n"
HEADER_F = "import torch.nn.functional as F; from torch import nn; import torch\n\n"

LEFT = [
    ("torch.addcmul(a, b, c)", "in no table"),
    ("torch.sum(x, dtype=torch.int64)", "gets `dtype`, which the port does not know"),
    ("torch.sum(x, 1, False, None)", "more arguments than the port knows"),
    ("torch.sum(**options)", "`**` hides"),
    ("torch.sum(*arguments)", "`*` hides"),
    ("torch.sum", "is used as a value"),
    ("getattr(torch, name)", "in no table"),
    ("nn.Module.__init__(self)", "in no table"),
    ("torch.zeros(3).addcmul_(a, b)", "`Tensor.addcmul_` is in no table"),
    ("torch.zeros(3).sum(dtype=d)", "gets `dtype`"),
    ("torch.zeros(3).grad_fn", "`Tensor.grad_fn` is in no table"),
    ("nn.Linear(2, 3).register_full_backward_hook(f)", "in no table"),
    ("torch.manual_seed(0).initial_seed()", "what `torch.manual_seed` returns is used"),
    ("torch.tensor([1.0], pin_memory=True)", "gets `pin_memory`"),
    ("torch.load(path, map_location=device, pickle_module=p)", "`torch.load` gets"),
    ("torch.utils.data.DataLoader(data, sampler=s)", "gets `sampler`"),
    ("torch.randint(5, (3,))", "gets no `size`"),
    ("torch.meshgrid(a, b)", "gets no `indexing`"),
    ("nn.init.sparse_(net.weight, 0.1)", "in no table"),
    ("nn.init.kaiming_normal_(w, nonlinearity='tanh')", "is not known to be"),
    ("w = nn.init.zeros_(net.weight)", "what `torch.nn.init.zeros_` returns is used"),
    ("anything.addcmul_(a, b)", "what `.addcmul_` is called on is not known"),
    ("torch.Tensor(3, device=d)", "`torch.Tensor` gets `device`"),
    ("torch.backends.cudnn.version()", "in no table"),
    ("d: torch.finfo = 3", "in no table"),
    ("loader = make(torch.utils.data.DataLoader)", "is used as a value"),
    ("net.norm(dim=(0, 1), keepdim=True)", "what `.norm` is called on is not known"),
    ("torch.zeros(3).norm(dim=(0, 1))", "`0, 1` is not known to be an integer"),
]
LEFT_ON_PADDLE = [
    ("nn.BatchNorm1d(3, momentum=None)", "averages over all batches"),
    ("nn.BatchNorm1d(3, affine=False)", "gets `affine`"),
    ("torch.load(path, map_location=lambda s, _: s)", "would be dropped"),
    ("F.kl_div(x, y, reduction='sum')", "in no table"),
    ("F.one_hot(labels, 3)", "in no table"),
    ("torch.gt(x, 1)", "Paddle takes no number here, got `1`"),
    ("torch.ones(3).ne(0.5)", "Paddle takes no number here, got `0.5`"),
    ("torch.load(path, weights_only=choose())", "`choose()` would be dropped"),
    ("nn.ReLU(choose())", "`choose()` would be dropped"),
    ("nn.Softmax()", "gets no `dim`"),
    ("F.log_softmax(x)", "gets no `dim`"),
    ("F.cross_entropy", "is used as a value"),
    ("F.cross_entropy(x, y, ignore_index=-1)", "`ignore_index=-1` is not known to be a class"),
    ("torch.full((2,), 1)", "gets no `dtype`"),
    ("torch.full((2,), n)", "gets no `dtype`"),
    ("torch.Tensor(x.shape)", "`x.shape` may be a torch.Size: write torch.empty(x.shape)"),
    ("torch.FloatTensor(x.size())", "list(x.size()) for its numbers"),
    ("nn.init.kaiming_normal_(net.weight)", "not known to be the weight of a Linear"),
    ("nn.CrossEntropyLoss(w, label_smoothing=0.1)", "`label_smoothing` and `weight`, which differ"),
    ("isinstance(d, torch.device)", "`torch.device` is used as a value"),
    ("torch.randint(0, 3, (2,), device=d)", "gets `device`"),
    ("torch.zeros(3).mul_(decay)", "`decay` is not known to be a number"),
    ("net.sort(dim=1)", "what `.sort` is called on is not known"),
    ("net.max(1)", "what `.max` is called on is not known"),
    ("parts = net.split(2)", "what `.split` is called on is not known"),
    ("parts = net.split([1, 2], 1)", "what `.split` is called on is not known"),
]
UNTOUCHED = [
    "steps.sort()",
    "names.split()",
    "table.max(axis=1)",
    "np.zeros(3).max(1)",
    "np.zeros(3).numel",
    "log.write(text)",
    "batch.item()",
    "logger.log(3, text)",
    "frame.apply(f)",
    "optimizer.step()",
    "optimizer.zero_grad(set_to_none=False)",
    "scheduler.state_dict()",
    "n % 2",
    "args.flag & 1",
]


@pytest.mark.parametrize("to", ["paddle", "oneflow"])
@pytest.mark.parametrize(("line", "reason"), LEFT)
def test_what_no_row_covers_is_left(line: str, reason: str, to: Target) -> None:
    check_refused(f"{HEADER}{line}\n", to, 3, reason)


@pytest.mark.parametrize("to", ["paddle", "oneflow"])
def test_what_is_left_on_purpose_has_a_reason_and_a_hint(to: Target) -> None:
    writer = "from torch.utils.tensorboard import SummaryWriter\nw = SummaryWriter()\n"
    found = check_refused(writer, to, 2, "it imports torch itself")
    assert found.hint.startswith("tensorboardX has a SummaryWriter")

    group = "import torch.distributed as dist\ndist.init_process_group('nccl')\n"
    found = check_refused(group, to, 2, "by other calls there")
    assert found.hint.startswith("port the script for one device first")


@pytest.mark.parametrize(("line", "reason"), LEFT_ON_PADDLE)
def test_what_paddle_does_otherwise_is_left(line: str, reason: str) -> None:
    check_refused(f"{HEADER_F}{line}\n", "paddle", 3, reason)


def test_what_oneflow_does_otherwise_is_left() -> None:
    remainder = f"{HEADER}x = torch.ones(3)\ny = x % 2\n"
    bits = f"{HEADER}x = torch.ones(3)\ny = (x > 0) & 1\n"
    default = "import torch.nn.functional as F\nF.leaky_relu(x)\n"
    divided = f"{HEADER}x = torch.ones(3)\ny = x // 2\n"
    in_place = f"{HEADER}x = torch.ones(3)\nx //= 2\n"
    number = f"{HEADER}x = torch.where(mask, y, 0.0)\n"

    check_refused(remainder, "oneflow", 4, "the sign of the dividend")
    check_refused(bits, "oneflow", 4, "give booleans")
    check_refused(default, "oneflow", 2, "gets no `negative_slope`")
    check_refused(divided, "oneflow", 4, "towards zero")
    check_refused(in_place, "oneflow", 4, "towards zero")
    check_refused(number, "oneflow", 3, "with the number `0.0` the dtype is another one")


@pytest.mark.parametrize("to", ["paddle", "oneflow"])
@pytest.mark.parametrize("line", UNTOUCHED)
def test_what_is_not_torchs_is_untouched(line: str, to: Target) -> None:
    check_untouched(f"# torch\nimport numpy as np\n{line}\n", to)


@pytest.mark.parametrize("to", ["paddle", "oneflow"])
def test_the_users_own_members_are_untouched(to: Target) -> None:
    text = f"""{HEADER}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.steps = []
        self.norm = nn.Identity()

    def sort(self, x):
        self.steps.sort()
        return self.norm(x)

    def forward(self, x):
        return self.sort(x)


net = Net()
net.sort(3)
net.steps.sort()
"""
    result = check_sound(text.encode(), to)

    assert not result.incomplete
    body = result.after.decode().partition("__init__")[2]
    assert body == text.partition("__init__")[2]


@pytest.mark.parametrize(
    "line",
    [
        "import torchvision",
        "from torchvision.transforms import functional as F",
        "import torch_geometric.nn as gnn",
        "from transformers import AutoModel, AutoTokenizer",
        "from timm import create_model as make",
    ],
)
def test_a_library_that_computes_on_torch_is_left(line: str) -> None:
    text = f"{line}\nimport torch\ny = torch.ones(3)\n"

    check_refused(text, "paddle", 1, "it works with torch's tensors")
    check_untouched(text, "paddle", scope="optim")
    check_untouched(text, "bridge")


def test_functions_of_other_modules_are_not_methods_of_tensors() -> None:
    imports = "import jax.numpy as jnp\nimport paddle\nfrom paddle import nn\n"
    uses = "y = jnp.cos(x, out) + paddle.rsqrt(x, 2) + nn.functional.relu(x, True)\n"

    unknown = f"import torch\nz = torch.ones(3)\n{uses}"

    check_untouched(f"# torch\n{imports}{uses}", "paddle")
    check_refused(unknown, "paddle", 3, "what `.cos` is called on is not known")


def test_a_tensor_that_others_hold_is_not_written_by_augmented_assignment() -> None:
    text = f"""{HEADER}def descend(params):
    for p in params:
        p -= 0.1 * p.grad
"""
    check_refused(text, "paddle", 5, "makes a new tensor")
    check_rewritten(text, text.replace("torch", "oneflow"), "oneflow")


@pytest.mark.parametrize(
    "line",
    [
        "rows = net.fc.weight[0]",
        "y = x @ net.fc.weight.t()",
        "net.fc.weight = embedding.weight",
        "net.fc.weight.data[0] = 1",
        "for m in net.modules(): w = m.weight.sum(1)",
    ],
)
def test_a_weight_that_lies_the_other_way_round_is_left(line: str) -> None:
    text = f"{HEADER}net.fc = nn.Linear(2, 3)\n{line}\n"

    check_refused(text, "paddle", 4, "is [in, out] in Paddle")
    result = check_sound(text.encode(), "oneflow")
    assert "`weight`" not in [f.what for f in result.findings]


@pytest.mark.parametrize(
    "lines",
    [
        "net.fc.weight.data.normal_(0, 0.1)",
        "nn.init.normal_(net.fc.weight, std=0.1)",
        "net.fc.weight.requires_grad = False",
        "if net.fc.weight is None: pass",
        "net.norm = nn.LayerNorm(3)\nscale = net.norm.weight[0]",
        "class A(nn.Module):\n    def f(self):\n        self.weight = f()\n        self.weight[0]",
        "if isinstance(m, nn.LayerNorm): w = m.weight[0]",
    ],
)
def test_a_weight_whose_axes_do_not_matter_is_not_left(lines: str) -> None:
    text = f"{HEADER}net.fc = nn.Linear(2, 3)\n{lines}\n"
    result = check_sound(text.encode(), "paddle")

    assert "`weight`" not in [f.what for f in result.findings]


def test_a_weight_that_a_linear_layer_is_given_is_left() -> None:
    own = "class A({}):\n    def f(self):\n        self.weight = make()\n        self.weight[0]\n"

    check_refused(HEADER + own.format("nn.Linear"), "paddle", 6, "is [in, out] in Paddle")
    assert not check_sound((HEADER + own.format("nn.Module")).encode(), "paddle").incomplete


def test_a_gradient_is_changed_in_place_only_where_paddle_can() -> None:
    line = "p.grad.zero_()\n"
    without_grad = f"import torch\nwith torch.no_grad():\n    {line}"

    check_refused(f"import torch\n{line}", "paddle", 2, "write `.grad.detach()`")
    check_rewritten(without_grad, without_grad.replace("torch", "paddle"), "paddle")
    check_rewritten(f"import torch\n{line}", f"import oneflow\n{line}", "oneflow")


@pytest.mark.parametrize("target", ["p.grad.data", "p.grad.data *", "p.grad.data +"])
def test_what_is_assigned_to_a_gradients_data_would_be_lost_on_paddle(target: str) -> None:
    line = f"{target}= p.grad * 0.5\n"

    check_refused(f"import torch\nz = torch.ones(1)\n{line}", "paddle", 3, "assign to `.grad`")
    text = f"import torch\nz = torch.ones(1)\n{line.replace('grad.data', 'grad')}"
    check_rewritten(text, text.replace("torch", "paddle"), "paddle")


def test_a_part_of_a_gradient_is_written_only_where_paddle_can() -> None:
    line = "p.grad[0] = 0.0\n"
    without_grad = f"import torch\nwith torch.no_grad():\n    {line}"

    check_refused(f"import torch\nz = torch.ones(1)\n{line}", "paddle", 3, "`.grad.detach()`")
    check_rewritten(without_grad, without_grad.replace("torch", "paddle"), "paddle")


def test_data_is_not_assigned_between_backward_and_step_on_oneflow() -> None:
    lines = ["loss.backward()", "p.data = p.data * 0.9", "opt.step()"]
    text = "import torch\nz = torch.ones(1)\n" + "\n".join(lines) + "\n"
    last = "import torch\nz = torch.ones(1)\n" + "\n".join(lines[::2] + lines[1:2]) + "\n"

    check_refused(text, "oneflow", 4, "drops the gradient")
    check_rewritten(last, last.replace("torch", "oneflow"), "oneflow")
    check_rewritten(text, text.replace("torch", "paddle"), "paddle")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('m.__class__.__name__ == "Conv2d"', "is called `Conv2D` there"),
        ('type(m).__name__.find("BatchNorm1d")', "is called `BatchNorm1D` there"),
        ('hasattr(m, "reset_parameters")', "have no `reset_parameters`"),
        ('getattr(m, "in_features", 0)', "have no `in_features`"),
        ("nn.Linear(2, 3).in_features", "have no `in_features`"),
    ],
)
def test_what_paddle_has_under_another_name_is_not_asked_for(line: str, reason: str) -> None:
    text = f"from torch import nn\n{line}\n"

    check_refused(text, "paddle", 2, reason)
    assert not check_sound(text.encode(), "oneflow").incomplete


@pytest.mark.parametrize(
    "line",
    [
        'x = eval("torch.ones(3)")',
        'optim = importlib.import_module("torch.optim")',
        'x = globals()["torch"].ones(3)',
        'x = sys.modules["torch"]',
        'x = str(y.dtype) == "torch.float32"',
        'x = y.type() in ("torch.FloatTensor", "torch.DoubleTensor")',
    ],
)
def test_a_name_of_torch_in_a_string_that_is_run_is_left(line: str) -> None:
    for to in ("paddle", "oneflow"):
        check_refused(f"import torch\ny = torch.ones(1)\n{line}\n", to, 3, "in a string")


def test_a_word_that_is_a_classs_name_too_is_a_word() -> None:
    text = 'from torch import nn\nname = "Conv2d"\nx = hasattr(nn.ReLU(), "weight")\n'

    check_rewritten(text, text.replace("torch", "paddle"), "paddle")


def test_gradients_are_switched_in_a_with_on_oneflow() -> None:
    check_refused("import torch\ntorch.set_grad_enabled(False)\n", "oneflow", 2, "`with` only")


def test_bits_of_integers_are_left() -> None:
    text = "import torch\ny = torch.arange(4) & 1\n"

    check_refused(text, "paddle", 2, "take tensors only")
    check_refused(text, "oneflow", 2, "give booleans")


def test_a_string_that_is_formatted_is_no_tensor() -> None:
    text = 'import torch\nprint("%.3f" % torch.ones(1))\n'

    check_rewritten(text, text.replace("torch", "oneflow"), "oneflow")


@pytest.mark.parametrize(
    "lines",
    [
        "total = 0\nfor x in torch.ones(3):\n    total += x",
        "y = torch.exp(x) * 2\ny += 1",
        "n = 3\nn += 1",
        "y[0] += 1",
    ],
)
def test_a_tensor_of_ones_own_may_be_augmented(lines: str) -> None:
    result = check_sound(f"import torch\nz = torch.zeros(2)\n{lines}\n".encode(), "paddle")

    assert not result.incomplete


def test_an_initialiser_that_was_ported_before_is_one() -> None:
    before = b"import torch\ndef f(layer, **options):\n    torch.nn.init.normal_(layer.weight)\n"
    left = b"    return torch.nn.Linear(2, 3, **options)\n"

    result = check_sound(before + left, "paddle", partial=True)  # the second run too
    assert b"paddle.nn.init.normal_(layer.weight)" in result.after
