"""The forms in which people write training code, each a script that is run before and after.

`refused` holds those that only torch can have.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

from tests.codemods.execution_cases import Case
from tests.codemods.forms.bundles import BUNDLES
from tests.codemods.forms.groups import GROUPS
from tests.codemods.forms.imports import IMPORTS
from tests.codemods.forms.loops import LOOPS, RESUMED
from tests.codemods.forms.several import SEVERAL
from tests.codemods.forms.values import VALUES

_IN_ONE: Final = chain.from_iterable(
    table.items() for table in (IMPORTS, BUNDLES, SEVERAL, VALUES, GROUPS, LOOPS)
)
WRITTEN: Final = (
    *(Case(name, (text,)) for name, text in _IN_ONE),
    *(Case(name, (text, text)) for name, text in RESUMED.items()),
)
