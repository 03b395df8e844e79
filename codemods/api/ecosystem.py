"""Packages that compute with torch's tensors: a script that is ported whole cannot keep them.

The roots of modules, as a script imports them. What a package gives that needs no tensor (a
tokenizer, a configuration) is not told apart: importing any of it imports torch.
"""

from __future__ import annotations

from typing import Final

_PACKAGES: Final = """
accelerate allennlp apex audiocraft bitsandbytes botorch captum catalyst chemprop deepspeed
detectron2 dgl diffusers e3nn efficientnet_pytorch espnet espnet2 fairscale fairseq fastai flair
flash_attn gpytorch higher ignite kornia learn2learn lightly lightning lightning_fabric lpips
mmcls mmcv mmdet mmengine mmpretrain mmseg monai nemo neuralforecast onmt open_clip peft pyro
sb3_contrib schnetpack segmentation_models_pytorch sentence_transformers skorch speechbrain
stable_baselines3 tianshou timm transformers triton trl ultralytics vit_pytorch x_transformers
xformers
"""


def needs_torch(module: str) -> bool:
    """Tell whether a module is of a package, other than torch, that computes with torch's tensors.

    >>> needs_torch("torchvision.transforms"), needs_torch("torch.nn"), needs_torch("numpy")
    (True, False, False)
    """
    root = module.partition(".")[0]
    return root in _PACKAGES.split() or (root != "torch" and "torch" in root.lower())
