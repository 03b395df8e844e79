"""Run PaConvert over files, one by one, in its own environment: `python rival.py LIST FOLDER`.

Its converter is called as its command line calls it, but a file that it fails on costs that file
only. Prints a line of JSON for each: the seconds of CPU time, and what it raised.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import process_time

# in the environment that this runs in, and not in the one that it is checked in
from paconvert.converter import Converter  # type: ignore[import-not-found]
from paconvert.utils import UtilsFileHelper  # type: ignore[import-not-found]


def main(files: str, folder: str) -> None:
    """Convert the files that a list names, to numbered files of a folder."""
    converter = Converter(log_dir="disable", log_level="WARNING")
    UtilsFileHelper(f"{folder}/paddle_utils.py", is_dir_mode=True, logger=converter.logger)
    for number, path in enumerate(Path(files).read_text(encoding="utf-8").splitlines()):
        error = ""
        start = process_time()
        try:
            converter.transfer_file(path, f"{folder}/{number}.py")
        except Exception as raised:  # noqa: BLE001  # whatever it raises is what is measured
            error = type(raised).__name__
        print(json.dumps({"seconds": process_time() - start, "error": error}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
