"""Simulations as CSV and JSON: every value, to its last bit."""

from __future__ import annotations

import csv
import json
from io import StringIO
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from bridge._progress import stretches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.plot._chart import Unit
    from bridge.simulating import Simulation


def as_csv(simulations: Mapping[str, Simulation], unit: Unit = "step") -> str:
    r"""Return a row for each step, and a column for each hyperparameter, group and simulation.

    >>> from bridge import simulate
    >>> as_csv({"halved": simulate("StepLR(1, 0.5)", 2, groups=[{"lr": 0.8}, {"lr": 0.2}])})
    'step,lr group 0,lr group 1\n0,0.8,0.2\n1,0.4,0.1\n'
    """
    heads: list[str] = [unit]
    columns = []
    for label, simulation in simulations.items():
        for name, of_groups in simulation.values.items():
            for index, values in enumerate(of_groups):
                group = f" group {index}" if len(of_groups) > 1 else ""
                heads.append((f"{label}: " if len(simulations) > 1 else "") + name + group)
                columns.append(map(repr, values))
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    rows = enumerate(zip_longest(*columns, fillvalue=""))
    longest = max(each.steps for each in simulations.values())
    for stretch in stretches(longest, "writing"):
        writer.writerows((step, *row) for step, row in islice(rows, len(stretch)))
    return text.getvalue()


def as_json(simulations: Mapping[str, Simulation], unit: Unit = "step") -> str:
    """Return an object with one entry for each simulation.

    >>> from bridge import simulate
    >>> found = json.loads(as_json({"halved": simulate("StepLR(1, 0.5)", 2, lr=0.8)}))
    >>> found["schedules"][0]["values"]
    {'lr': [[0.8, 0.4]]}
    """
    schedules = [
        {
            "label": label,
            "class": simulation.name,
            "is_exact": simulation.is_exact,
            "milestones": list(simulation.milestones),
            "values": {
                name: [values.tolist() for values in of_groups]
                for name, of_groups in simulation.values.items()
            },
        }
        for label, simulation in simulations.items()
    ]
    return json.dumps({"unit": unit, "schedules": schedules}) + "\n"
