"""The packages that the corpus is made of, and how it is made: downloaded, unpacked, sampled.

Source distributions only, by `unearth`, which downloads without building: nothing of a package is
run. https://unearth.readthedocs.io/
"""

from __future__ import annotations

import random
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.progress import track

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED: Final = 0
TOOLS: Final = ("unearth==0.19.0",)
RIVAL: Final = ("paconvert==3.3.1",)
# Libraries, trainers, research code and collections of scripts, of 2020 to 2026.
PACKAGES: Final = """
OpenNMT-py==3.5.1 TTS==0.22.0 accelerate==1.15.0 allennlp==2.10.1 basicsr==1.4.2 botorch==0.18.1
captum==0.9.0 catalyst==22.4 chemprop==2.3.1 cleanrl==0.4.8 darts==0.48.1 deepspeed==0.19.8
denoising_diffusion_pytorch==2.3.4 diffusers==0.42.1 e3nn==0.6.0 efficientnet_pytorch==0.7.1
espnet==202511 facexlib==0.3.0 fairscale==0.4.13 fairseq==0.12.2 fastai==2.8.12 flair==0.15.1
gfpgan==1.3.8 gpytorch==1.15.2 kornia==0.9.0 lightly==1.6.0 lpips==0.1.4 madgrad==1.3 mmcv==2.2.0
mmdet==3.3.0 mmpretrain==1.2.0 mmsegmentation==1.2.2 monai==1.6.1 nemo_toolkit==3.0.0
neuralforecast==3.3.0 open_clip_torch==3.3.0 openai-whisper==20250625 peft==0.21.2 pyro-ppl==1.9.2
pytorch-metric-learning==2.9.0 pytorch-forecasting==1.8.0 pytorch-lightning==2.6.6
pytorch-tabnet==4.1.0 pytorch-widedeep==1.7.0 realesrgan==0.3.0 sb3-contrib==2.9.2
schnetpack==2.1.1 segmentation-models-pytorch==0.6.0 sentence-transformers==6.2.0 skorch==1.4.0
speechbrain==1.1.2 stable-baselines3==2.9.2 tianshou==2.0.1 timm==1.0.31 torch-optimizer==0.3.0
torch-fidelity==0.4.0 torch_geometric==2.8.1 torchdiffeq==0.2.5 torchensemble==0.1.9
torchmetrics==1.9.0 transformers==5.23.0 trl==1.16.0 ultralytics==8.4.190 vit-pytorch==1.26.11
x-transformers==2.31.10 yolov5==7.0.14
""".split()  # noqa: SIM905  # a list of quoted names would not fit on a page


def environment(folder: Path, name: str, requirements: tuple[str, ...]) -> Path:
    """Make a throw-away environment below a folder, once; return its folder of programs."""
    programs = folder / name / "bin"
    stamp = folder / name / "made"
    if not stamp.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / name)], check=True)
        command = [str(programs / "python"), "-m", "pip", "install", "--quiet", *requirements]
        subprocess.run(command, check=True)
        stamp.touch()
    return programs


def fetch(folder: Path) -> list[Path]:
    """Download and unpack what is not there yet; return the corpus's files, sorted."""
    archives, sources = (folder / "archives").resolve(), folder / "sources"
    unearth = environment(folder, "tools", TOOLS) / "unearth"
    for package in track(PACKAGES, "Downloading"):
        stamp = sources / f"{package}.done"
        if stamp.exists():
            continue
        target = archives / package
        target.mkdir(parents=True, exist_ok=True)
        command = [str(unearth), "--no-binary", "--download", str(target), package]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for archive in target.iterdir():
            unpack(archive, sources)
        stamp.touch()
    return sorted(sources.rglob("*.py"))


def unpack(archive: Path, sources: Path) -> None:
    """Write the Python files of an archive that mention torch."""
    for name, raw in _members(archive):
        if b"torch" in raw:
            path = sources / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as opened:
        for member in opened:
            is_safe = ".." not in Path(member.name).parts and not Path(member.name).is_absolute()
            file = opened.extractfile(member) if member.name.endswith(".py") and is_safe else None
            if file is not None:
                yield member.name, file.read()


def sample(files: list[Path], count: int) -> list[Path]:
    """Return the same files in every run, `count` of them or all, sorted."""
    chosen = random.Random(SEED).sample(files, min(count, len(files)))  # noqa: S311
    return sorted(chosen)
