"""Programs that tests run in two processes: train on half of each batch, in step with the other.

    python -m tests.bridge.parallel_runs NAME FOLDER

Every process writes what it ended with to FOLDER, as `RANK.json`. The problem is small, the same
for all, and its gradients are means, so that two halves averaged are the whole.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bridge import optim
from bridge.optim.lr_scheduler import CosineAnnealingLR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Array = NDArray[np.float32]

STEPS, WORLD = 6, 2
_random = np.random.default_rng(0)
WEIGHT: Array = _random.standard_normal((4, 6)).astype("f4")
BIAS: Array = _random.standard_normal(4).astype("f4")
INPUTS: Array = _random.standard_normal((STEPS, 8, 6)).astype("f4")


def groups(weight: Any, bias: Any) -> list[dict[str, Any]]:
    """Group the two parameters, the bias without decay and at a rate of its own."""
    return [{"params": [weight]}, {"params": [bias], "lr": 0.02, "weight_decay": 0.0}]


def halves(rank: int) -> Array:
    """Return this process's part of each batch."""
    return INPUTS[:, rank::WORLD]


def drive(model: Callable[[Any], Any], schedule: Any, batches: Iterable[Any]) -> None:
    """Train; the loss is the mean of the squares."""
    for batch in batches:
        (model(batch) ** 2).mean().backward()
        schedule.optimizer.step()
        schedule.step()
        schedule.optimizer.zero_grad()


def scheduled(weight: Any, bias: Any) -> Any:
    """Return a schedule of ours on an optimizer of ours."""
    return CosineAnnealingLR(optim.AdamW(groups(weight, bias)), T_max=STEPS)


def end(folder: Path, rank: int, weight: Any, bias: Any) -> None:
    """Write what this process has in the end."""
    values = {"weight": np.asarray(weight).tolist(), "bias": np.asarray(bias).tolist()}
    (folder / f"{rank}.json").write_text(json.dumps(values), encoding="utf-8")


def _torch_model() -> Any:
    import torch

    model = torch.nn.Linear(6, 4)
    with torch.no_grad():
        model.weight.copy_(torch.tensor(WEIGHT))
        model.bias.copy_(torch.tensor(BIAS))
    return model


def torch_ddp(folder: Path) -> None:
    """Train replicas.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html
    """
    import torch

    torch.distributed.init_process_group("gloo")
    rank, model = torch.distributed.get_rank(), _torch_model()
    replica = torch.nn.parallel.DistributedDataParallel(model)
    drive(replica, scheduled(model.weight, model.bias), torch.tensor(halves(rank)))
    end(folder, rank, model.weight.detach(), model.bias.detach())
    torch.distributed.destroy_process_group()


def torch_fsdp(folder: Path) -> None:
    """Train half the steps on shards, save and load a distributed checkpoint, train the rest.

    https://docs.pytorch.org/docs/stable/distributed.checkpoint.html
    """
    import torch
    from torch.distributed import checkpoint
    from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
    from torch.distributed.fsdp import fully_shard

    torch.distributed.init_process_group("gloo")
    rank = torch.distributed.get_rank()
    mesh = torch.distributed.init_device_mesh("cpu", (WORLD,))

    def sharded() -> tuple[Any, Any]:
        model = fully_shard(_torch_model(), mesh=mesh)
        return model, scheduled(model.weight, model.bias)

    batches, half_way = torch.tensor(halves(rank)), STEPS // 2
    model, schedule = sharded()
    drive(model, schedule, batches[:half_way])
    model_state, state = get_state_dict(model, schedule.optimizer)
    checkpoint.save({"model": model_state, "optimizer": state}, checkpoint_id=folder / "saved")

    model, resumed = sharded()
    model_state, state = get_state_dict(model, resumed.optimizer)
    checkpoint.load({"model": model_state, "optimizer": state}, checkpoint_id=folder / "saved")
    set_state_dict(model, resumed.optimizer, model_state_dict=model_state, optim_state_dict=state)
    resumed.load_state_dict(schedule.state_dict())
    drive(model, resumed, batches[half_way:])
    end(folder, rank, *(each.full_tensor().detach() for each in (model.weight, model.bias)))
    torch.distributed.destroy_process_group()


def paddle_data_parallel(folder: Path) -> None:
    """Train replicas in processes of Paddle's own.

    https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/DataParallel_en.html
    """
    import paddle

    paddle.distributed.spawn(_paddle_process, args=(folder,), nprocs=WORLD, backend="gloo")


def _paddle_process(folder: Path) -> None:
    import paddle

    paddle.distributed.init_parallel_env()
    rank, model = paddle.distributed.get_rank(), paddle.nn.Linear(6, 4)
    model.weight.set_value(WEIGHT.T)
    model.bias.set_value(BIAS)
    replica = paddle.DataParallel(model)
    drive(replica, scheduled(model.weight, model.bias), map(paddle.to_tensor, halves(rank)))
    end(folder, rank, model.weight.numpy().T, model.bias.numpy())


def oneflow_ddp(folder: Path) -> None:
    """Train replicas.

    https://docs.oneflow.org/en/master/parallelism/05_ddp.html
    """
    import oneflow

    rank, model = oneflow.env.get_rank(), oneflow.nn.Linear(6, 4)
    with oneflow.no_grad():
        model.weight.copy_(oneflow.tensor(WEIGHT))
        model.bias.copy_(oneflow.tensor(BIAS))
    replica = oneflow.nn.parallel.DistributedDataParallel(model)
    drive(replica, scheduled(model.weight, model.bias), map(oneflow.tensor, halves(rank)))
    end(folder, rank, model.weight.detach().numpy(), model.bias.detach().numpy())


PROGRAMS = {
    each.__name__: each for each in (torch_ddp, torch_fsdp, paddle_data_parallel, oneflow_ddp)
}


if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](Path(sys.argv[2]))
    # The results are written. torch's threads now and then abort an interpreter that winds down
    # ("terminate called without an active exception"), which says nothing of the training.
    os._exit(0)
