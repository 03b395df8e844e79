"""Run a training script as it is, exporting or setting the initial state of its model.

No line of the script knows of it. The state is taken or set at the first call of a module that
has parameters: by then the model is complete, and no optimizer has stepped yet; the tensors are
written in place, so an optimizer that holds them sees the new values.

    python -m side_by_side.run_script paddle --load-state torch.npz script.py --epochs 3
"""

from __future__ import annotations

import argparse
import runpy
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from side_by_side.state import LAYERS, export_state, load_state, read_state, write_state

if TYPE_CHECKING:
    from collections.abc import Callable

MODULE_CLASS = {"torch": "Module", "paddle": "Layer", "oneflow": "Module"}


def at_first_call(module_class: Any, action: Callable[[Any], None]) -> None:
    """Run `action(model)` once, right before the first forward pass of a model."""
    original = module_class.__call__

    def call(this: Any, *args: Any, **kwargs: Any) -> Any:
        # A loss or an activation called on its own has nothing to carry.
        if any(True for _ in this.parameters()):
            module_class.__call__ = original
            action(this)
        return original(this, *args, **kwargs)

    module_class.__call__ = call


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("framework", choices=LAYERS)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--save-state", type=Path)
    what.add_argument("--load-state", type=Path)
    parser.add_argument("script", type=Path)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    framework = import_module(options.framework)
    done: list[str] = []

    def carry(model: Any) -> None:
        if options.save_state:
            write_state(options.save_state, export_state(model, options.framework))
        else:
            load_state(model, framework, read_state(options.load_state))
        done.append(type(model).__name__)

    is_carrying = options.save_state or options.load_state
    if is_carrying:
        at_first_call(getattr(framework.nn, MODULE_CLASS[options.framework]), carry)
    sys.argv = [str(options.script), *options.arguments]
    # As `python script.py` would: the script's own folder comes first.
    sys.path[0] = str(options.script.resolve().parent)
    runpy.run_path(str(options.script), run_name="__main__")
    if is_carrying and not done:
        raise SystemExit(f"{options.script}: no model with parameters was ever called")


if __name__ == "__main__":
    main()
