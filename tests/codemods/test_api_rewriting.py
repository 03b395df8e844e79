"""What the tables of torch's API write: arguments, methods, defaults, imports, notes."""

from __future__ import annotations

from tests.rewriting import check_refused, check_rewritten, check_sound

HEADER = "import torch\nfrom torch import nn\n"
HEADER_F = "import torch.nn.functional as F; from torch import nn; import torch\n\n"


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


def test_a_switch_of_cudnn_is_left_out_with_its_import() -> None:
    check_rewritten(
        """\
import torch
import torch.backends.cudnn as cudnn
torch.manual_seed(0)
cudnn.benchmark = args.fast  # faster
if args.seed:
    cudnn.deterministic = True
    cudnn.benchmark = torch.cuda.is_available()
""",
        """\
import paddle
paddle.seed(0)
# faster
if args.seed:
    pass
""",
        "paddle",
    )


def test_a_switch_of_cudnn_that_is_read_is_left() -> None:
    text = "import torch.backends.cudnn as cudnn\n"

    check_refused(f"{text}print(cudnn.benchmark)\n", "paddle", 2, "is read")
    check_refused(f"{text}cudnn.benchmark = f()\n", "oneflow", 2, "`f()` would be left out")
    check_refused(f"{text}cudnn.enabled = x = True\n", "paddle", 2, "would be left out")


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


def test_an_argument_without_effect_is_dropped_whatever_has_it() -> None:
    text = "import torch\nx = torch.ones(batch.to(device, non_blocking=True).shape)\n"
    after = "import oneflow\nx = oneflow.ones(batch.to(device).shape)\n"

    check_rewritten(text, after, "oneflow")


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
