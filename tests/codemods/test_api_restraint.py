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
    ("nn.init.kaiming_normal_(net.weight)", "in no table"),
    ("w = nn.init.zeros_(net.weight)", "what `torch.nn.init.zeros_` returns is used"),
    ("anything.addcmul_(a, b)", "what `.addcmul_` is called on is not known"),
    ("torch.Tensor(3)", "a call of `torch.Tensor` is in no table"),
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
    ("nn.ReLU(True)", "has no counterpart"),
    ("nn.Softmax()", "gets no `dim`"),
    ("F.log_softmax(x)", "gets no `dim`"),
    ("F.cross_entropy", "is used as a value"),
    ("F.cross_entropy(x, y, ignore_index=-1)", "`ignore_index=-1` is not known to be a class"),
    ("torch.full((2,), 1)", "gets no `dtype`"),
    ("torch.full((2,), n)", "gets no `dtype`"),
    ("next(net.parameters())", "what `.parameters` is called on is not known"),
    ("net.sort(dim=1)", "what `.sort` is called on is not known"),
    ("net.max(1)", "what `.max` is called on is not known"),
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
        "if isinstance(m, nn.LayerNorm): w = m.weight[0]",
    ],
)
def test_a_weight_whose_axes_do_not_matter_is_not_left(lines: str) -> None:
    text = f"{HEADER}net.fc = nn.Linear(2, 3)\n{lines}\n"
    result = check_sound(text.encode(), "paddle")

    assert "`weight`" not in [f.what for f in result.findings]


def test_a_gradient_is_changed_in_place_only_where_paddle_can() -> None:
    line = "p.grad.zero_()\n"
    without_grad = f"import torch\nwith torch.no_grad():\n    {line}"

    check_refused(f"import torch\n{line}", "paddle", 2, "write `.grad.detach()`")
    check_rewritten(without_grad, without_grad.replace("torch", "paddle"), "paddle")
    check_rewritten(f"import torch\n{line}", f"import oneflow\n{line}", "oneflow")


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


def test_arguments_are_renamed_moved_dropped_and_packed() -> None:
    check_rewritten(
        """\
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
a = nn.Linear(2, 3, False)
b = nn.Linear(2, 3, bias=args.bias)
c = nn.BatchNorm1d(3, 1e-3, 0.1)
d = nn.BatchNorm2d(num_features=3, momentum=1 / n, eps=1e-3)
e = nn.Sequential(nn.ReLU(inplace=True), nn.Flatten(start_dim=1), nn.Softmax(dim=-1))
f = DataLoader(TensorDataset(x, y), 32, True, num_workers=2)
g = DataLoader(TensorDataset(*tensors), batch_size=8)
h = torch.load(path, weights_only=True)
""",
        """\
import paddle
from paddle import nn
from paddle.io import DataLoader, TensorDataset
a = nn.Linear(2, 3, bias_attr=False)
b = nn.Linear(2, 3, bias_attr=None if args.bias else False)
c = nn.BatchNorm1D(3, epsilon=1e-3, momentum=0.9)
d = nn.BatchNorm2D(num_features=3, momentum=1 - (1 / n), epsilon=1e-3)
e = nn.Sequential(nn.ReLU(), nn.Flatten(start_axis=1), nn.Softmax(axis=-1))
f = DataLoader(TensorDataset([x, y]), batch_size=32, shuffle=True, num_workers=2)
g = DataLoader(TensorDataset([*tensors]), batch_size=8)
h = paddle.load(path)
""",
        "paddle",
    )


def test_methods_become_functions_and_properties_with_what_is_inside_them() -> None:
    check_rewritten(
        """\
import torch
from torch import nn
net = nn.Linear(2, 3)
_, best = net(x).max(1)  # the class
size = sum(p.numel() for p in net.parameters())
y = net(torch.zeros(2, 2).max(dim=0)[0].unsqueeze(0)).relu().log_softmax(dim=1)
""",
        """\
import paddle
from paddle import nn
net = nn.Linear(2, 3)
_, best = paddle.compat.max(net(x), 1)  # the class
size = sum(p.size for p in net.parameters())
y = paddle.nn.functional.log_softmax(paddle.nn.functional.relu(\
net(paddle.compat.max(paddle.zeros(2, 2), dim=0)[0].unsqueeze(0))), axis=1)
""",
        "paddle",
    )


def test_a_function_of_a_target_that_is_not_imported_is_not_written() -> None:
    check_refused(
        "from torch import nn\ny = nn.Linear(2, 3)(x).relu()\n",
        "paddle",
        2,
        "is the function `paddle.nn.functional.relu` there",
    )


def test_a_default_that_differs_is_written_out() -> None:
    check_rewritten(
        """\
import torch
from torch import nn
import torch.nn.functional as F
a = nn.CrossEntropyLoss()
b = nn.CrossEntropyLoss(
    reduction="sum",  # not the mean
)
c = F.cross_entropy(x, F.softmax(y, 1), ignore_index=0)
d = F.avg_pool2d(nn.AvgPool2d(3, padding=1)(x), 2)
""",
        """\
import paddle
from paddle import nn
import paddle.nn.functional as F
a = nn.CrossEntropyLoss(axis=1)
b = nn.CrossEntropyLoss(
    reduction="sum", axis=1,  # not the mean
)
c = F.cross_entropy(x, F.softmax(y, axis=1), ignore_index=0, axis=1)
d = F.avg_pool2d(nn.AvgPool2D(3, padding=1, exclusive=False)(x), 2, exclusive=False)
""",
        "paddle",
    )


def test_gradients_become_none_as_in_torch_whatever_zero_grad_is_called_on() -> None:
    text = """\
import torch
from torch import optim
def train(model):
    model.zero_grad()
    optimizer.zero_grad()
    model.zero_grad(set_to_none=False)
optimizer = optim.SGD([p for p in choose()], lr=0.1)
optimizer.load_state_dict(state)
"""
    after = check_sound(text.encode(), "oneflow", style="bridge").after.decode()

    assert "model.zero_grad(set_to_none=True)" in after
    assert "optimizer.zero_grad()" in after
    assert "model.zero_grad(set_to_none=False)" in after


def test_an_argument_that_is_checked_may_be_rewritten_itself() -> None:
    text = "import torch\ny = torch.where(x > 0, torch.zeros_like(x), torch.ones_like(x))\n"

    check_rewritten(text, text.replace("torch", "oneflow"), "oneflow")
    text = "import torch\ny = torch.nn.Linear(2, 3, bias=torch.cuda.is_available())\n"
    after = "bias_attr=None if paddle.cuda.is_available() else False"
    assert after in check_sound(text.encode(), "paddle").after.decode()


def test_what_is_left_inside_a_call_that_is_rewritten_is_marked_above_its_line() -> None:
    text = "import torch\nif torch.ones(2):\n    k = torch.randn(3, layout=a).topk(2, dim=0)[1]\n"
    after = check_sound(text.encode(), "oneflow", partial=True).after.decode()

    assert "\n    # optbridge: OF999 left: torch.randn" in after
    assert "    k = oneflow.topk(torch.randn(3, layout=a), 2, dim=0)[1]" in after


def test_a_list_that_was_an_iterator_is_made_one() -> None:
    text = "import torch\nfirst = next(torch.nn.Linear(2, 3).parameters())\n"
    check_rewritten(
        text,
        "import paddle\nfirst = next(iter(paddle.nn.Linear(2, 3).parameters()))\n",
        "paddle",
    )


def test_a_function_may_be_handed_on() -> None:
    check_rewritten(
        "import torch\nimport torch.nn.functional as F\nnet = Net(torch.tanh, loss=F.mse_loss)\n",
        "import paddle\nimport paddle.nn.functional as F\n"
        "net = Net(paddle.tanh, loss=F.mse_loss)\n",
        "paddle",
    )


def test_a_method_that_only_needs_a_note_may_be_called_on_anything() -> None:
    text = "import torch\nx = torch.ones(3)\narray = batch.numpy()\nsquare = batch.pow(2.0)\n"
    result = check_sound(text.encode(), "paddle")

    notes = [(f.line, f.what) for f in result.findings if f.kind == "note"]
    assert not result.incomplete
    assert notes == [(3, ".numpy"), (4, ".pow")]


def test_what_numel_becomes_is_known_again_where_torch_is_left() -> None:
    text = "import torch\nx = torch.lobpcg(torch.ones(3, layout=a))\nn = torch.ones(3).numel()\n"
    after = check_sound(text.encode(), "paddle", partial=True).after.decode()

    assert "n = paddle.ones(3).size" in after


def test_a_note_is_shown_once_for_a_file() -> None:
    text = "from torch import nn\na = nn.Linear(1, 2)\nb = nn.Linear(2, 3)\n"
    result = check_sound(text.encode(), "paddle")

    notes = [(f.line, f.what) for f in result.findings if f.kind == "note"]
    assert notes == [(2, "torch.nn.Linear")]


def test_an_order_that_is_not_drawn_needs_no_note() -> None:
    text = "from torch.utils.data import DataLoader\na = DataLoader(d, shuffle={})\n"
    drawn = check_sound(text.format("True").encode(), "oneflow")
    fixed = check_sound(text.format("False").encode(), "oneflow")

    assert drawn.counts["note"] == 1
    assert fixed.counts["note"] == 0
