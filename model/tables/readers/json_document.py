"""A JSON document whose rows are no array of objects: a column in each field, or a row in each, as pandas writes them.

`DataFrame.to_json` gives {"text": {"0": …, "1": …}, "label": {…}} if it is not told otherwise, `orient="index"`
{"0": {"text": …, "label": …}, "1": {…}}, and a data set turned into a dictionary {"text": […], "label": […]}.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import Enum

from model.tables.columns import column_names
from model.tables.dialect import JSON_COLUMNS, Dialect
from model.tables.readers.base import MAX_ROWS, Broken, File, Row, Source
from model.tables.readers.json_keys import has_name_of_text, is_text
from model.tables.readers.json_window import Cell, cells_in, sequence_elements
from model.tables.reasons import too_many


class Form(Enum):
    """What a field of a document holds."""

    COLUMN = "column"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Document:
    """What the fields of a document hold, and their keys."""

    form: Form
    keys: tuple[str, ...]


def document_of(file: File) -> Document | None:
    """The one object that a text is, if its fields hold columns or rows."""
    if not _stands_alone(file):
        return None
    seen, keys = _Seen(), dict[str, None]()
    with closing(file.text()) as text, closing(cells_in(text)) as cells:
        for cell in cells:
            if cell.place is not None:
                keys[cell.key] = None
            if isinstance(cell.value, Broken):
                break
            if not seen.add(cell):
                return None
    form = seen.form()
    return Document(form, tuple(keys)) if form else None


def _stands_alone(file: File) -> bool:
    """Whether no other object follows the first."""
    with closing(file.text()) as text, closing(sequence_elements(text)) as elements:
        next(elements, None)
        return not isinstance(next(elements, (1, None))[1], dict)


@dataclass(slots=True)
class _Seen:
    """What stands in the fields of an object: how many values each has, and under which keys."""

    fields: Counter[str] = field(default_factory=Counter)
    arrays: set[str] = field(default_factory=set)
    keys: Counter[str] = field(default_factory=Counter)  # in the fields
    text_fields: set[str] = field(default_factory=set)
    text_keys: Counter[str] = field(default_factory=Counter)

    def add(self, cell: Cell) -> bool:
        """Count a value; False where the document is of another kind."""
        if cell.place is None:
            return not is_text(cell.key, cell.value)
        self.fields[cell.key] += 1
        if is_text(cell.key, cell.value):
            self.text_fields.add(cell.key)
        if isinstance(cell.place, int):
            self.arrays.add(cell.key)
            return not isinstance(cell.value, (dict, list))
        self.keys[cell.place] += 1
        self.text_keys[cell.place] += is_text(cell.place, cell.value)
        return True

    def form(self) -> Form | None:
        """What the fields hold, when all have been seen."""
        if not self.text_fields:
            return None
        if self.arrays:
            return Form.COLUMN if self.fields.keys() == self.arrays else None
        key, count = self.text_keys.most_common(1)[0]
        rows = len(self.fields) > 1 and 2 * count > len(self.fields)
        columns = 2 * max(self.keys.values()) > len(self.fields)
        if rows and columns:  # a name that texts have decides, or else that a table has more rows than columns
            named = has_name_of_text(key), any(map(has_name_of_text, self.fields))
            rows = named == (True, False) or (len(set(named)) == 1 and len(self.fields) > len(self.keys))
        return Form.ROW if rows else Form.COLUMN if columns else None


@dataclass(frozen=True, slots=True)
class JsonColumns(Source):
    """A column in each field. `keys` is parallel to `names`. Rows are numbered from 1, for they have no line."""

    keys: tuple[str, ...]

    @classmethod
    def of(cls, file: File, dialect: Dialect, keys: tuple[str, ...]) -> JsonColumns:
        """The columns under these keys."""
        names = column_names(list(keys), file.title)
        return cls(file, replace(dialect, format=JSON_COLUMNS), names, names, keys)

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        """As `Source.rows`. Columns stand one after the other, so those that are wanted are kept in memory."""
        places: dict[int | str, int] = {}
        columns: dict[str, dict[int, object]] = {self.keys[self.names.index(name)]: {} for name in wanted}
        broken = ""
        with closing(self.file.text()) as text, closing(cells_in(text)) as cells:
            for cell in cells:
                if isinstance(cell.value, Broken):
                    broken = cell.value.reason
                elif cell.place is not None:
                    row = places.setdefault(cell.place, len(places))
                    if self.file.limited and row >= MAX_ROWS:
                        raise too_many(self.file.title, MAX_ROWS)
                    if cell.key in columns:
                        columns[cell.key][row] = cell.value
        for row in range(len(places)):
            yield Row(row + 1, tuple(found.get(row) for found in columns.values()), share=row / len(places))
        if broken:
            yield Row(len(places) + 1, (), reason=broken)
