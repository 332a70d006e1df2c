"""JSON objects: one a line, one after the other, in an array, or in an array that stands in a field of a document."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice

from model.errors import DataError
from model.language import gettext
from model.tables.columns import SAMPLE, column_names, short
from model.tables.dialect import JSON_ARRAY, JSON_FIELD, JSON_LINES, JSON_MEMBERS, Dialect
from model.tables.readers.base import MAX_RECORD, SNIFFED, Broken, File, Row, Source, too_long
from model.tables.readers.json_document import Form, JsonColumns, document_of
from model.tables.readers.json_keys import Path, has_text, paths_of, value_at
from model.tables.readers.json_window import (
    Array,
    array_elements,
    arrays_in,
    field_elements,
    members_of,
    sequence_elements,
)
from model.tables.readers.window import filled_lines

_ARRAY = re.compile(r"\s*\[\s*(?:[\[{\]\"]|\Z)|\s*[^\w\s\"'{\[]\s*\[\s*\{")  # a stray sign before it is told as a fault
_OBJECT = re.compile(r"\s*\{\s*(?:[\"}]|\Z)")


@dataclass(frozen=True, slots=True)
class JsonObjects(Source):
    """JSON objects. `paths` is parallel to `names`, and leads to the values; `fields` to the arrays, where they stand
    in a document.

    `sequence`: whether an object may go on over lines.
    """

    paths: tuple[Path, ...]
    fields: tuple[Path, ...]
    sequence: bool

    @classmethod
    def open(cls, file: File, dialect: Dialect) -> Source | None:
        """Find how the objects stand, and their keys; None for no JSON, `DataError` for JSON without an object.

        Where they are none, but columns, the reader of these.
        """
        with closing(file.text()) as text:
            sample = text.read(SNIFFED)
        form = _form(sample)
        if form is None:
            return None
        source = cls(file, replace(dialect, format=form), (), (), (), (), sequence=_goes_on(sample))
        if form == JSON_LINES and (source.sequence or len(_lines(sample)) == 1):
            source = source._in_fields()
            if source.dialect.format == JSON_LINES and (document := document_of(file)):
                if document.form is Form.COLUMN:
                    return JsonColumns.of(file, dialect, document.keys)
                source = replace(source, dialect=replace(dialect, format=JSON_MEMBERS))
        with closing(source._objects()) as objects:
            found = [each for _, each in islice(objects, SAMPLE)]
        paths = paths_of([each for each in found if isinstance(each, dict)])
        if not paths:
            sentence = gettext("'{title}' holds no JSON objects: write one a line, such as {example}.")
            raise DataError(sentence.format(title=file.title, example='{"text": "…"}'))
        names = column_names(list(paths.values()), file.title)
        return replace(source, names=names, texts=names, paths=tuple(paths))

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        """As `Source.rows`; a key that an object lacks is None, and what is no object a bad row."""
        paths = [self.paths[self.names.index(name)] for name in wanted]
        with closing(self._objects()) as objects:
            for row, found in objects:
                if isinstance(found, dict):
                    yield row._replace(values=tuple([value_at(found, path) for path in paths]))
                else:
                    reason = found.reason if isinstance(found, Broken) else gettext("not a JSON object")
                    yield row._replace(reason=reason)

    def _objects(self) -> Generator[tuple[Row, object]]:
        """Each JSON value, an object or not, or `Broken`, with its row."""
        with closing(self.file.text()) as text:
            if self.dialect.format == JSON_LINES and not self.sequence:
                for line in filled_lines(text):
                    yield (
                        Row(line.number, (), share=line.share),
                        Broken(line.reason) if line.reason else _parsed(line.text),
                    )
                return
            elements: Iterable[tuple[int, object]]
            if self.dialect.format == JSON_ARRAY:
                elements = array_elements(text)
            elif self.dialect.format == JSON_MEMBERS:
                elements = members_of(text)
            else:
                elements = sequence_elements(text) if not self.fields else field_elements(text, self.fields[0])
            for number, found in elements:
                yield Row(number, (), share=text.share), found
        for path in self.fields[1:]:
            with closing(self.file.text()) as text:
                for number, found in field_elements(text, path):
                    yield Row(number, ()), found

    def _in_fields(self) -> JsonObjects:
        """The same, of the arrays in which the reviews of a document stand; itself where there is none."""
        with closing(self.file.text()) as text, closing(sequence_elements(text)) as elements:
            first = next(elements, (1, None))[1] if not self.sequence else None
        if isinstance(first, dict) and has_text(first, depth=1):
            return self
        with closing(self.file.text()) as text, closing(arrays_in(text)) as arrays:
            texts = {each.path: row for each in arrays if (row := _with_text(each))}
        if not texts:
            return self
        keys = next(iter(texts.values())).keys()
        alike = tuple(path for path, row in texts.items() if row.keys() == keys)
        notes = [_fields_note(alike)]
        if others := [path for path in texts if path not in alike]:
            sentence = gettext("Texts of another kind stand in {names}, too: they are not read.")
            notes.append(sentence.format(names=_listed(others)))
        dialect = replace(self.dialect, format=JSON_FIELD, notes=(*self.dialect.notes, *notes))
        return replace(self, dialect=dialect, fields=alike)


def _with_text(array: Array) -> Mapping[str, object] | None:
    """The first object of an array that holds a text."""
    return next((row for row in array.first if isinstance(row, dict) and has_text(row)), None)


def _fields_note(paths: Sequence[Path]) -> str:
    if len(paths) == 1:
        return gettext("The rows stand in the field {name}.").format(name=_listed(paths))
    return gettext("The rows stand in the fields {names}, and are read one after the other.").format(
        names=_listed(paths)
    )


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(f"'{short('.'.join(path))}'" for path in paths)


def _form(sample: str) -> str | None:
    """How objects stand in a text that begins so; None where it is no JSON."""
    if _ARRAY.match(sample):
        return JSON_ARRAY
    lines = _lines(sample)
    objects = sum(_OBJECT.match(each) is not None for each in lines)
    if _OBJECT.match(sample) or (len(lines) > 1 and 2 * objects >= len(lines)):
        return JSON_LINES
    return None


def _lines(sample: str) -> list[str]:
    return [each for each in sample.splitlines() if each.strip()]


def _goes_on(sample: str) -> bool:
    """Whether objects go on over lines: the first line is none, and few others begin one."""
    lines = _lines(sample)
    if isinstance(_parsed(lines[0]), dict):
        return False
    return len(lines) == 1 or 2 * sum(each.startswith("{") for each in lines) < len(lines)


def _parsed(line: str) -> object:
    if len(line) > MAX_RECORD:
        return Broken(too_long(len(line), MAX_RECORD))
    try:
        return json.loads(line.lstrip("\ufeff").rstrip().removesuffix(","))
    except (ValueError, RecursionError):
        return Broken(gettext("not JSON"))
