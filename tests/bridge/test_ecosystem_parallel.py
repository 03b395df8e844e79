"""Our optimizers and schedules under each framework's data parallelism, two processes on CPU."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from tests.bridge.parallel_runs import BIAS, INPUTS, STEPS, WEIGHT, WORLD, groups

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 60

PROGRAMS = [
    pytest.param(program, id=program, marks=pytest.mark.only_backend(backend))
    for program, backend in {
        "torch_ddp": "torch",
        "torch_fsdp": "torch",
        "paddle_data_parallel": "paddle",
        "oneflow_ddp": "oneflow",
    }.items()
]
STARTS_ITS_PROCESSES = {"paddle_data_parallel"}


def _place(rank: int, port: int) -> dict[str, str]:
    place = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(WORLD)}
    return {
        **place,
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "GLOO_SOCKET_IFNAME": "lo",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _run(program: str, folder: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.bridge.parallel_runs", program, str(folder)]
    port = _free_port()
    places = [{}] if program in STARTS_ITS_PROCESSES else [_place(r, port) for r in range(WORLD)]
    log = folder / "log.txt"
    with log.open("w") as stream:
        running = [
            subprocess.Popen(
                command,
                env={**os.environ, "OMP_NUM_THREADS": "1", **place},
                stdout=stream,
                stderr=stream,
            )
            for place in places
        ]
        try:
            codes = [process.wait(SECONDS) for process in running]
        finally:
            for process in running:
                process.kill()
                process.wait()
    assert not any(codes), log.read_text(encoding="utf-8")[-3000:]
    return [json.loads((folder / f"{rank}.json").read_text("utf-8")) for rank in range(WORLD)]


def _torch_in_one_process() -> dict[str, Any]:
    weight, bias = (torch.nn.Parameter(torch.tensor(array)) for array in (WEIGHT, BIAS))
    optimizer = torch.optim.AdamW(groups(weight, bias))
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS)
    for batch in torch.tensor(INPUTS):
        (torch.nn.functional.linear(batch, weight, bias) ** 2).mean().backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
    return {"weight": weight.tolist(), "bias": bias.tolist()}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.usefixtures("xp")
def test_two_processes_train_as_torch_does_in_one(program: str, tmp_path: Path) -> None:
    results, expected = _run(program, tmp_path), _torch_in_one_process()

    for result, name in chain.from_iterable(((r, n) for n in expected) for r in results):
        np.testing.assert_allclose(result[name], expected[name], rtol=0, atol=5e-7)
