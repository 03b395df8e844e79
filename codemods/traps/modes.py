"""A module's own `train`, which torch calls for every module within another one, and for `eval()`.

https://docs.pytorch.org/docs/2.13/generated/torch.nn.Module.html#torch.nn.Module.train
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.syntax.source import Source
    from codemods.values.infer import Types

# The word under which a target's table says why.
OWN_TRAIN: Final = "train() of its own"


def own_trains(source: Source, types: Types) -> Iterator[tuple[cst.CSTNode, str]]:
    """Yield the name of every `train` that a module of the file defines, and the word for it."""
    for function in source.each(cst.FunctionDef):
        if function.name.value == "train":
            owner = types.definitions.class_of_method(function)
            if owner is not None and types.definitions.is_module(owner):
                yield function.name, OWN_TRAIN
