"""The columns of a file that are read neither as text nor as label nor as stars: a person's own.

Their values are kept as the file writes them, so that rows can be sorted by them and given back with them. What is no
text in the file (a number or a nested value of JSON, a date of Parquet) is kept as it is written in JSON, dates as in
ISO 8601.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

SHORT = 100  # characters up to which equal values of a column are one text in memory


def own_names(names: Sequence[str], read: Sequence[str]) -> tuple[str, ...]:
    """Those of a file's columns that are not among those `read`, in the file's order."""
    return tuple(name for name in names if name not in read)


class OwnValues:
    """What stands in a person's own columns, row by row."""

    def __init__(self, names: Sequence[str]) -> None:
        """Of columns of these names, without rows."""
        self.names = tuple(names)
        self._known: list[dict[str, str]] = [{} for _ in names]

    def row(self, values: Sequence[object]) -> tuple[str, ...]:
        """The values of one row, parallel to the names, as the file writes them; "" where there is none."""
        return tuple([_kept(written(value), known) for value, known in zip(values, self._known, strict=True)])

    def columns(self, rows: Sequence[tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        """The columns of these rows, at least one, by name."""
        return MappingProxyType({name: tuple([row[place] for row in rows]) for place, name in enumerate(self.names)})


def _kept(text: str, known: dict[str, str]) -> str:
    return known.setdefault(text, text) if len(text) <= SHORT else text


def written(value: object) -> str:
    """A value as text: text as it stands, nothing as "", what JSON has as JSON, all else as Python writes it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float | list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
