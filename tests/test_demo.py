"""The harness behind `make demo`: that it carries a state right, and that it can object."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from rich.console import Console

from demo import conclude
from environments import ROOT
from side_by_side.logs import LogError, Step, compare, objections, read_log
from side_by_side.ports import EXAMPLES, port_examples
from side_by_side.run_script import MODULE_CLASS, at_first_call
from side_by_side.runs import ENVIRONMENT, RUNS, Run, Trained, train_nudged, train_original
from side_by_side.sources import lost_comments, verdict
from side_by_side.state import export_state, load_state, nudge
from side_by_side.training import Compared, Failed, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from tests.frameworks import Framework

# Paddle's BatchNorm says at every training step that it keeps running statistics.
paddle_tracks = pytest.mark.filterwarnings("ignore:When training, we now always track")

SHORT = Run("range_test.py", "short", (("--steps", "40"),))


def small_model(framework: Any) -> Any:
    """Build the same net on every framework; a square weight hides a missing transposition."""
    norm = framework.nn.BatchNorm1D if framework.__name__ == "paddle" else framework.nn.BatchNorm1d
    layers = [framework.nn.Linear(3, 3), norm(3), framework.nn.Tanh(), framework.nn.Linear(3, 2)]
    return framework.nn.Sequential(*layers)


def trained_torch_model() -> Any:
    torch.manual_seed(0)
    model = small_model(torch)
    # so that the running statistics are no longer what every framework begins with
    model(torch.randn(16, 3) * 2 + 1)
    return model


def difference_of(name: str, factor: float) -> Any:
    """Compare a log with itself after one number of it was multiplied."""
    steps = [Step(i, (0.1, 0.01 * (i + 1)), (0.9, 0.9), 1.0 / (i + 1)) for i in range(5)]
    changed = {
        "lr": steps[3]._replace(lr=(0.1, 0.04 * factor)),
        "momentum": steps[3]._replace(momentum=(0.9, 0.9 * factor)),
        "loss": steps[3]._replace(loss=0.25 * factor),
    }
    return compare(steps, [*steps[:3], changed[name], *steps[4:]])


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Trained]:
    """Train one real script for a few steps, as the demo does."""
    out = tmp_path_factory.mktemp("runs")
    return out, train_original(SHORT, EXAMPLES, out)


def test_a_run_from_a_nudged_state_logs_the_same_rates_and_nearly_the_same_losses(
    original: tuple[Path, Trained],
) -> None:
    out, trained = original
    found = compare(trained.steps, train_nudged(SHORT, EXAMPLES, out).steps)

    assert found.steps == 40
    assert found.lr == 0
    assert 0 < found.loss_relative < 1e-6


def test_a_log_with_another_rate_is_objected_to(original: tuple[Path, Trained]) -> None:
    steps = original[1].steps
    port = [*steps[:-1], steps[-1]._replace(lr=(np.nextafter(steps[-1].lr[0], 1.0),))]
    found = compare(steps, port)

    assert found.lr > 0
    assert "learning rates differ" in objections(found, 1e-7, "bridge")[0]
    assert objections(found, 1e-7, "native") == []


@pytest.mark.parametrize(
    ("name", "factor", "objection"),
    [
        ("lr", 1 + 1e-9, "learning rates differ by 4.0e-10 of the largest, allowed is 1e-12"),
        ("momentum", 1 + 1e-9, "momenta differ by 1.0e-09 of the largest, allowed is 1e-12"),
        ("loss", 1 + 8e-6, "losses differ by 2.0e-06 of the largest, allowed is 10 times torch's"),
    ],
)
def test_what_differs_too_much_is_said(name: str, factor: float, objection: str) -> None:
    found = objections(difference_of(name, factor), 1e-7, "native")

    assert len(found) == 1
    assert objection in found[0]


def test_a_loss_within_ten_times_torchs_own_spread_is_accepted() -> None:
    assert objections(difference_of("loss", 1 + 3.9e-6), 1e-7, "bridge") == []


def test_a_second_group_is_compared_like_the_first() -> None:
    assert difference_of("lr", 2.0).lr == pytest.approx(0.04)


def test_runs_of_other_lengths_are_not_compared(original: tuple[Path, Trained]) -> None:
    with pytest.raises(LogError, match="the original took 40 steps, the port 39"):
        compare(original[1].steps, original[1].steps[:-1])


def test_runs_with_other_groups_are_not_compared(original: tuple[Path, Trained]) -> None:
    steps = original[1].steps
    with pytest.raises(LogError, match="step 0: the port has other parameter groups"):
        compare(steps, [step._replace(lr=(*step.lr, 0.1)) for step in steps])


@pytest.mark.parametrize(
    "line", ["", "{}", "loss 0.3", '{"step": 0, "lr": [0.1], "momentum": [0.9], "loss": NaN}']
)
def test_a_log_that_is_none_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(line + "\n")

    with pytest.raises(LogError, match=r"log\.jsonl:1: "):
        read_log(log)


@paddle_tracks
def test_a_carried_state_makes_every_framework_compute_the_same(xp: Framework) -> None:
    theirs = trained_torch_model()
    ours = small_model(xp.module)
    load_state(ours, xp.module, export_state(theirs, "torch"))
    batch = np.linspace(-2, 2, 12, dtype=np.float32).reshape(4, 3)

    # eval first: a training step moves the running variance, and Paddle's by another rule
    for mode in ("eval", "train"):
        expected = getattr(theirs, mode)()(torch.from_numpy(batch)).detach().numpy()
        output = xp.numpy(getattr(ours, mode)()(xp.tensor(batch)))
        assert np.abs(output - expected).max() <= 1e-6


def test_a_carried_state_comes_back_as_it_was(xp: Framework) -> None:
    state = export_state(trained_torch_model(), "torch")
    model = small_model(xp.module)
    load_state(model, xp.module, state)
    back = export_state(model, xp.name)

    assert all((back[key] == state[key]).all() for key in back)
    assert set(state) - set(back) <= {"1/BatchNorm1d/num_batches_tracked"}


def test_a_layer_that_the_tables_do_not_know_is_refused(xp: Framework) -> None:
    model = xp.module.nn.Sequential(xp.module.nn.Embedding(3, 2))

    with pytest.raises(KeyError, match=r"no layer in LAYERS.*0\.weight"):
        export_state(model, xp.name)


def test_a_layer_that_the_port_lacks_is_refused(xp: Framework) -> None:
    state = export_state(trained_torch_model(), "torch")
    model = xp.module.nn.Sequential(xp.module.nn.Linear(3, 3))

    with pytest.raises(KeyError, match="the port has no 1/BatchNorm1d/bias"):
        load_state(model, xp.module, state)


def test_a_layer_that_the_original_lacks_is_refused(xp: Framework) -> None:
    state = export_state(torch.nn.Sequential(torch.nn.Linear(3, 3)), "torch")

    with pytest.raises(KeyError, match="the original has no 1/BatchNorm1d/weight"):
        load_state(small_model(xp.module), xp.module, state)


@paddle_tracks
def test_the_state_is_carried_at_the_first_call_of_a_module_with_parameters(xp: Framework) -> None:
    module_class = getattr(xp.module.nn, MODULE_CLASS[xp.name])
    before = module_class.__call__
    seen: list[Any] = []
    model = small_model(xp.module)
    batch = xp.tensor(np.ones((4, 3), dtype=np.float32))
    at_first_call(module_class, seen.append)

    xp.module.nn.Tanh()(batch)
    assert seen == []
    model(batch)
    model(batch)
    assert seen == [model]
    assert module_class.__call__ is before


def test_only_trained_weights_are_nudged_and_by_one_ulp() -> None:
    state = export_state(trained_torch_model(), "torch")
    nudged = nudge(state)
    moved = {key for key in state if (nudged[key] != state[key]).all()}

    assert {key.rpartition("/")[2] for key in moved} == {"weight", "bias"}
    assert all(
        (np.nextafter(nudged[key], np.float32(-np.inf)) == state[key]).all() for key in moved
    )


def test_a_script_that_calls_no_model_is_an_error(tmp_path: Path) -> None:
    script = tmp_path / "empty.py"
    script.write_text("print('no model')\n")
    arguments = ["torch", "--save-state", str(tmp_path / "state.npz"), str(script)]
    done = subprocess.run(
        [sys.executable, "-m", "side_by_side.run_script", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | ENVIRONMENT,
    )

    assert done.returncode == 1
    assert "no model with parameters was ever called" in done.stderr


def test_a_lost_comment_is_found_and_a_moved_one_is_not() -> None:
    original = "x = 1  # one\n# two\n# two\ny = '# no comment'\n"

    assert lost_comments(original, "# two\nx = 1\n# two\ny = 1  # one\n# new\n") == []
    assert lost_comments(original, "x = 1  # one\n# two\n") == ["# two"]


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("import paddle\nopt = paddle.optimizer.SGD(0.1)\n", "native"),
        ("import bridge.optim\n", "bridge"),
        ("def main():\n    from bridge.optim import Adam\n", "bridge"),
        ("import bridges\nfrom . import bridge\n", "native"),
    ],
)
def test_a_port_that_imports_bridge_is_no_native_one(port: str, expected: str) -> None:
    assert verdict(port) == expected


@pytest.mark.parametrize("target", ["paddle", "oneflow"])
def test_the_examples_port_whole_and_keep_every_comment(target: str, tmp_path: Path) -> None:
    # It raises where something is left or a comment is lost.
    ported = port_examples(target, tmp_path)

    assert set(ported.verdicts) == {path.name for path in EXAMPLES.glob("*.py")}
    assert ported.verdicts["range_test.py"] == "native"
    assert ported.verdicts["yolo_style.py"] == "bridge"


def test_every_example_is_run_and_under_a_name_of_its_own() -> None:
    assert {run.script for run in RUNS} == {path.name for path in EXAMPLES.glob("*.py")}
    assert len({run.slug for run in RUNS}) == len(RUNS)


@pytest.mark.parametrize(
    ("objections", "code", "line"),
    [
        ([], 0, "1 scripts of examples/ agree with their ports on paddle"),
        (["losses differ"], 1, "does not agree: short on paddle: losses differ"),
    ],
)
def test_the_demo_ends_with_a_table_a_plot_and_a_line_for_each_objection(
    tmp_path: Path,
    original: tuple[Path, Trained],
    objections: list[str],
    code: int,
    line: str,
) -> None:
    trained = original[1]
    difference = compare(trained.steps, trained.steps)
    port = Compared("paddle", "bridge", trained, difference, objections)
    printed = StringIO()
    outcome = Outcome(SHORT, trained.steps, 1.5e-7, 1.0, [port])

    assert conclude([outcome] * 3, tmp_path, Console(file=printed, width=120)) == code
    assert line in printed.getvalue()
    assert "1.5e-07" in printed.getvalue()
    assert (tmp_path / "lr_curves.png").read_bytes().startswith(b"\x89PNG")


def test_a_port_that_does_not_run_fails_the_demo_and_not_the_other_ports(
    tmp_path: Path, original: tuple[Path, Trained]
) -> None:
    trained = original[1]
    good = Compared("paddle", "bridge", trained, compare(trained.steps, trained.steps), [])
    bad = Failed("oneflow", "native", ["NameError: torch"])
    printed = StringIO()
    outcome = Outcome(SHORT, trained.steps, 1e-7, 1.0, [good, bad])

    assert conclude([outcome], tmp_path, Console(file=printed, width=120)) == 1
    assert "does not agree: short on oneflow: NameError: torch" in printed.getvalue()
    assert "yes" in printed.getvalue()


@pytest.mark.parametrize(
    ("backends", "message"),
    [
        ("paddle,oneflow", "Hint: `make demo` makes it"),
        ("jax", "--backends takes paddle and oneflow, got jax"),
    ],
)
def test_a_demo_that_cannot_start_says_what_is_missing(
    tmp_path: Path, backends: str, message: str
) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools/demo.py", "--backends", backends, "--out", tmp_path],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"VENV": str(tmp_path)},
    )

    assert done.returncode == 1
    assert message in done.stdout
