"""The files of its own that a script imports, and a folder in which they are replaced by ports.

All else in that folder is a link to what stands beside the originals, so that data files and
modules which need no port are found where the script looks for them.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# what stands in the topmost folder of a project
_MARKS: Final = (".git", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")


def project_of(script: Path) -> Path:
    """Return the topmost folder of what belongs together: the project's, else the script's."""
    for folder in script.resolve().parents:
        if any((folder / mark).exists() for mark in _MARKS):
            return folder
        if folder == Path.home():
            break
    return script.resolve().parent


def local_files(script: Path, project: Path) -> list[Path]:
    """Return the script and what it imports from its project, directly or not."""
    script = script.resolve()
    roots = [script.parent, Path.cwd(), project, project / "src"]
    roots = [root for root in dict.fromkeys(roots) if root.is_relative_to(project)]
    found: dict[Path, None] = {}
    waiting = [script]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found[file] = None
            waiting += _imported(file, roots)
    return sorted(found)


def mirror(project: Path, ports: Mapping[Path, bytes], folder: Path) -> None:
    """Make a folder that looks like the project, with ports in the place of their originals.

    Args:
        project: the folder that is mirrored; it is not changed.
        ports: by file of the project, what stands in its place.
        folder: what is made.
    """
    own = {parent for file in ports for parent in file.parents}
    folder.mkdir(parents=True)
    for entry in project.iterdir():
        place = folder / entry.name
        if entry in ports:
            place.write_bytes(ports[entry])
        elif entry in own:
            mirror(entry, ports, place)
        elif entry.name != "__pycache__":  # compiled originals, which Python would write anew
            place.symlink_to(entry)


def mirrored(search: str, project: Path, folder: Path) -> str:
    """Return a PYTHONPATH whose entries in the project are those in its mirror."""
    return os.pathsep.join(
        str(folder / path.relative_to(project)) if path.is_relative_to(project) else str(path)
        for path in (Path(entry or ".").resolve() for entry in search.split(os.pathsep))
    )


def _imported(file: Path, roots: Sequence[Path]) -> Iterator[Path]:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):  # the port says what is wrong with it
        return
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield from _files(alias.name.split("."), roots)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = [file.parents[level - 1]] if level else roots
                start = module.split(".") if module else []
                for alias in names:
                    yield from _files([*start, alias.name], base)


def _files(parts: Sequence[str], roots: Sequence[Path]) -> Iterator[Path]:
    for root in roots:
        place, found = root, []
        for part in parts:
            place = place / part
            module = place.with_name(f"{part}.py")
            found += [path for path in (module, place / "__init__.py") if path.is_file()]
            if not place.is_dir():
                break
        if found:
            yield from (path.resolve() for path in found)
            return
