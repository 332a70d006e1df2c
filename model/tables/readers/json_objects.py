"""JSON objects, one a line or all in one array."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

from model.errors import DataError
from model.language import gettext
from model.tables.columns import SAMPLE, column_names
from model.tables.readers.base import MAX_RECORD, SNIFFED, Broken, File, Row, Source, too_long
from model.tables.readers.json_array import array_elements
from model.tables.readers.lines import filled_lines


@dataclass(frozen=True, slots=True)
class JsonObjects(Source):
    """JSON objects, one a line or all in one array. `keys` is parallel to `names`, and holds them as they are."""

    keys: tuple[str, ...]
    array: bool

    @classmethod
    def open(cls, file: File) -> JsonObjects:
        """Find the keys of the first objects. `DataError` where there is no object."""
        with file.path.open(encoding=file.encoding, errors="replace") as first:
            array = file.ending == ".json" and first.read(SNIFFED).lstrip().startswith("[")
        keys: dict[str, None] = {}
        with file.stream() as stream, closing(_objects(stream, array)) as objects:
            for _, found in islice(objects, SAMPLE):
                keys |= dict.fromkeys(found if isinstance(found, dict) else ())
        if not keys:
            sentence = gettext("'{title}' holds no JSON objects: write one a line, such as {example}.")
            raise DataError(sentence.format(title=file.title, example='{"text": "…"}'))
        names = column_names(tuple(keys), file.title)
        return cls(file, names, names, tuple(keys), array)

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        """As `Source.rows`; a key that an object lacks is None, and what is no object a bad row."""
        keys = [self.keys[self.names.index(name)] for name in wanted]
        with self.file.stream() as stream:
            for line, found in _objects(stream, self.array):
                share = self.file.share(stream)
                if isinstance(found, dict):
                    yield Row(line, tuple([found.get(key) for key in keys]), share=share)
                else:
                    reason = found.reason if isinstance(found, Broken) else gettext("not a JSON object")
                    yield Row(line, (), reason, share)


def _objects(stream: TextIO, array: bool) -> Generator[tuple[int, object]]:
    """Each JSON value, an object or not, or `Broken`, with the line where it begins."""
    return array_elements(stream) if array else ((number, _parsed(line)) for number, line in filled_lines(stream))


def _parsed(line: str | Broken) -> object:
    if isinstance(line, Broken):
        return line
    if len(line) > MAX_RECORD:
        return Broken(too_long(len(line), MAX_RECORD))
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return Broken(gettext("not JSON"))
