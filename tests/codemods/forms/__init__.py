"""The forms in which people write training code, each a script that is run before and after.

`refused` holds those that only torch can have.
"""

from __future__ import annotations

from typing import Final

from tests.codemods.execution_cases import Case
from tests.codemods.forms import subclasses
from tests.codemods.forms.annotations import ANNOTATIONS
from tests.codemods.forms.bundles import BUNDLES
from tests.codemods.forms.collected import COLLECTED
from tests.codemods.forms.grouped import GROUPED, RESUMED_GROUPS
from tests.codemods.forms.groups import GROUPS
from tests.codemods.forms.imports import IMPORTS
from tests.codemods.forms.loops import LOOPS, RESUMED
from tests.codemods.forms.several import SEVERAL
from tests.codemods.forms.tensors import TENSORS
from tests.codemods.forms.values import VALUES

_IN_ONE: Final = (
    IMPORTS,
    BUNDLES,
    SEVERAL,
    VALUES,
    GROUPS,
    GROUPED,
    TENSORS,
    COLLECTED,
    LOOPS,
    ANNOTATIONS,
    *subclasses.IN_ONE,
)
_IN_TWO: Final = (RESUMED, RESUMED_GROUPS, *subclasses.IN_TWO)
WRITTEN: Final = tuple(
    Case(name, (text,) * times)
    for times, tables in ((1, _IN_ONE), (2, _IN_TWO))
    for table in tables
    for name, text in table.items()
)
