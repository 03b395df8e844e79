"""Say what setting up an environment downloads, and how much, before it starts.

Measured on Linux x86-64 from PyPI, every dependency included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping, NamedTuple, Sequence

if TYPE_CHECKING:
    from pathlib import Path


class Size(NamedTuple):
    """What an extra weighs in MB; `marker` is the folder that shows that it is there."""

    download: int
    disk: int
    marker: str
    remark: str = ""


CUDA_BUILD = """if pip finds the CUDA build, which PyPI has for Linux; the CPU build is
            200 MB, 900 MB on disk: TORCH_INDEX_URL=https://download.pytorch.org/whl/cpu"""

SIZES: Mapping[str, Size] = {
    "torch": Size(2740, 5000, "torch-2.13.0*.dist-info", CUDA_BUILD),
    "paddle": Size(220, 800, "paddlepaddle-3.3.1.dist-info"),
    "oneflow": Size(2130, 4300, "oneflow-0.9.0.dist-info", "with the cuDNN and cuBLAS it loads"),
    "test": Size(30, 100, "pytest-*.dist-info"),
    "ecosystem": Size(40, 190, "transformers-*.dist-info"),
    "lint": Size(30, 100, "mypy-*.dist-info"),
    "plot": Size(20, 80, "matplotlib-*.dist-info"),
}


def missing(folder: Path, extras: Sequence[str]) -> list[str]:
    """Return those of the extras whose big package is not in the environment `folder` yet."""
    site_packages = "lib/python3.*/site-packages/"
    return [extra for extra in extras if not any(folder.glob(site_packages + SIZES[extra].marker))]


def announce(folder: Path, extras: Sequence[str]) -> str:
    """Return the lines to print before these extras are downloaded into the environment."""
    if not extras:
        return f"{folder}: nothing big to download; checking what is there."
    total = sum(SIZES[extra].download for extra in extras)
    return "\n".join([f"{folder}: downloading up to {total} MB:", *map(_line, extras)])


def _line(extra: str) -> str:
    size = SIZES[extra]
    remark = f", {size.remark}" if size.remark else ""
    return f"  {extra:9}{size.download:5} MB, {size.disk} MB on disk{remark}"
