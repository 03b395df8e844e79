"""`--backend`: which frameworks a run is for. One that was asked for and is missing is a failure.

A test that takes the fixture `xp` runs once per framework asked for. A known gap of one framework
is `@pytest.mark.xfail_backend("oneflow", reason="...")`, strict as every xfail is; nothing skips.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import pytest

from bridge.backends import BACKENDS
from tests.frameworks import Framework

if TYPE_CHECKING:
    from collections.abc import Iterator

# Programs that the codemod's tests read; pytest would import them for doctests.
collect_ignore_glob = ["codemods/projects/*", "docs/*"]

_FRAMEWORKS = pytest.StashKey[dict[str, Framework]]()
_COUNTS = pytest.StashKey[Counter[str]]()
_DEFAULT = "torch,paddle"  # what one Python of 3.11 or later can hold: OneFlow has no wheel for it


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--backend",
        default=None,
        help=f"frameworks to test, of {','.join(BACKENDS)} (default: {_DEFAULT})",
    )
    parser.addoption(
        "--backend-only",
        action="store_true",
        help="run only the tests that take a framework (for a second environment)",
    )


def pytest_configure(config: pytest.Config) -> None:
    names = (config.getoption("--backend") or _DEFAULT).split(",")
    frameworks: dict[str, Framework] = {}
    for name in names:
        if name not in BACKENDS:
            raise pytest.UsageError(f"--backend takes {', '.join(BACKENDS)}, got {name!r}")
        try:
            frameworks[name] = Framework(name)
        except ImportError as error:
            raise pytest.UsageError(f"--backend {name}: it does not import: {error}") from error
    config.stash[_FRAMEWORKS] = frameworks
    config.stash[_COUNTS] = Counter()
    config.addinivalue_line("markers", "only_backend(*names): about these frameworks alone")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "xp" not in metafunc.fixturenames:
        return
    gaps = dict(_gaps(metafunc.definition))
    frameworks = metafunc.config.stash[_FRAMEWORKS]
    metafunc.parametrize(
        "xp",
        [
            pytest.param(
                framework,
                id=name,
                marks=[pytest.mark.xfail(reason=gaps[name], strict=True)] if name in gaps else [],
            )
            for name, framework in frameworks.items()
        ],
    )


def _gaps(definition: pytest.Item) -> Iterator[tuple[str, str]]:
    for mark in definition.iter_markers("xfail_backend"):
        match mark.args, mark.kwargs:
            case (str(name),), {"reason": str(reason)} if name in BACKENDS and reason:
                yield name, reason
            case _:
                raise pytest.UsageError(
                    f"{definition.nodeid}: xfail_backend takes a framework's name and a reason, "
                    f"got {mark.args} {mark.kwargs}"
                )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = [item for item in items if not _is_others(item)]
    if config.getoption("--backend-only"):
        wanted = [item for item in wanted if _framework(item) is not None]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(wanted)])
    items[:] = wanted


def _is_others(item: pytest.Item) -> bool:
    mark, framework = item.get_closest_marker("only_backend"), _framework(item)
    return mark is not None and framework is not None and framework.name not in mark.args


def _framework(item: pytest.Item) -> Framework | None:
    callspec = getattr(item, "callspec", None)
    return (
        cast("Framework", callspec.params["xp"]) if callspec and "xp" in callspec.params else None
    )


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    framework = _framework(item)
    if framework is not None and call.when == "call":
        item.config.stash[_COUNTS][framework.name] += 1


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    # Only where frameworks were asked for by name: a run of one file may well need none.
    asked = session.config.getoption("--backend") and not session.config.option.collectonly
    counts = session.config.stash[_COUNTS]
    frameworks = session.config.stash[_FRAMEWORKS]
    if asked and exitstatus == pytest.ExitCode.OK and not all(counts[name] for name in frameworks):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    counts = config.stash[_COUNTS]
    frameworks = config.stash[_FRAMEWORKS]
    line = ", ".join(f"{counts[name]} on {name}" for name in frameworks)
    terminalreporter.write_line(f"tests per framework: {line}")
