"""Files that are written whole or not at all: a run that is killed, or a full disk, leaves what was there before."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".partial"  # the ending of a file that is not finished


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path to write to: what lies there at the end of the block takes the place of `path`, and its folder is made.

    Where the block raises, or is interrupted, nothing is left of it. Raises `OSError`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + PARTIAL)
    try:
        yield partial
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file. Raises `OSError`."""
    with whole(path) as partial:
        partial.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write a text file, UTF-8. Raises `OSError`."""
    with whole(path) as partial:
        partial.write_text(text, encoding="utf-8")


def write_json(path: Path, value: object) -> None:
    """Write a JSON file. Raises `OSError`."""
    write_text(path, json.dumps(value, indent=1) + "\n")


def read_csv(path: Path) -> list[list[str]]:
    """All rows of a CSV file in UTF-8, the header first; one row without cells where it is empty.

    Raises `OSError`, `ValueError` (no UTF-8) or `csv.Error` where it cannot be read.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True)) or [[]]
