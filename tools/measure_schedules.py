"""Count the configurations in which bridge's schedulers equal torch's at every step; JSON."""

from __future__ import annotations

import json
import sys
import warnings
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def measure() -> dict[str, tuple[int, int]]:
    """Return scheduler -> how many configurations are equal, and how many there are."""
    from torch.optim import lr_scheduler as reference  # noqa: PLC0415

    from bridge.optim import lr_scheduler  # noqa: PLC0415
    from tests.scheduler_cases import SCHEDULERS  # noqa: PLC0415
    from tests.scheduler_runs import run, torch_optimizer  # noqa: PLC0415

    equal: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    for case in SCHEDULERS:
        made = [torch_optimizer(*case.lrs, name=case.optimizer) for _ in range(2)]
        theirs, ours = run(case, reference, made[0]), run(case, lr_scheduler, made[1])
        if theirs[-1] == (NotImplementedError, ""):  # torch gives no message, ours does
            theirs.pop()
            ours.pop()
        total[case.schedule.kind] += 1
        equal[case.schedule.kind] += theirs == ours
    return {name: (equal[name], total[name]) for name in total}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    warnings.simplefilter("ignore")
    json.dump({"schedulers": measure()}, sys.stdout)
