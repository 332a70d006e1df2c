"""JSON read as a stream: the elements of an array, wherever in a document it stands, each with its line.

ijson streams arrays, too, but its events know neither lines nor places, it refuses the NaN that Python's own writer
puts into files, and at a fault it gives up what was read of the element; so the standard library's decoder is led
through a window of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from model.language import gettext
from model.tables.readers import base
from model.tables.readers.base import Broken, not_utf16
from model.tables.readers.content import Text

_BETWEEN = re.compile(r"[\s,\ufeff]*")
_NEXT = re.compile(r"(?<=[\s,}\]\[])(?=\{)")
_DEPTH = 4  # of objects that rows are looked for in
_SHOWN = 3  # elements of an array by which it is judged


@dataclass(frozen=True, slots=True)
class Array:
    """An array of objects that stands in a document: the keys that lead to it, and its first elements."""

    path: tuple[str, ...]
    first: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A value two levels down in a document: the key of its field, and its place or key in there; None beside fields.

    `value` is `Broken` where the document is no JSON from there on.
    """

    line: int
    key: str
    place: int | str | None
    value: object


def array_elements(text: Text) -> Generator[tuple[int, object]]:
    """The elements of a JSON array, each with the line where it begins, read through a window of the file.

    Where the array is not JSON, `Broken` stands for what is skipped up to the next object, or to the end.
    """
    reader = _JsonReader(text)
    while not reader.at_end():  # there may be several, or one that a stray bracket closes too early
        reader.take("[")
        yield from reader.elements()


def sequence_elements(text: Text) -> Generator[tuple[int, object]]:
    """As `array_elements`, of objects that follow one another without an array."""
    yield from _JsonReader(text).elements(closed=False)


def field_elements(text: Text, path: Sequence[str]) -> Generator[tuple[int, object]]:
    """As `array_elements`, of the array that the keys of `path` lead to."""
    reader = _JsonReader(text)
    if reader.go_to(path) and reader.take("["):
        yield from reader.elements()
    else:
        yield reader.line, Broken(_to_the_end())


def members_of(text: Text) -> Generator[tuple[int, object]]:
    """As `array_elements`, of the values of an object's fields."""
    yield from _JsonReader(text).members()


def cells_in(text: Text) -> Generator[Cell]:
    """The values in the fields of the object that a text is."""
    yield from _JsonReader(text).cells()


def arrays_in(text: Text) -> Generator[Array]:
    """The arrays of objects that stand in a document's fields, as far as it is JSON."""
    yield from _JsonReader(text).arrays((), _DEPTH)


class _JsonReader:
    """Reads JSON at a place in a window of a text; `line` is that of the place."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._window = ""
        self._at = 0
        self._ended = False
        self._keys: set[str] = set()  # of the object before, by which the next is known after a fault
        self.line = 1

    def at_end(self) -> bool:
        """Whether nothing follows but space."""
        return not self._peek()

    def take(self, sign: str) -> bool:
        """Go beyond a sign, if it is the next."""
        if self._peek() != sign:
            return False
        self._at += 1
        return True

    def elements(self, closed: bool = True) -> Generator[tuple[int, object]]:
        """The values from here to the end of the array, or, where nothing is `closed`, of the text."""
        while self._peek() not in ("", "]"):
            line = self.line
            found = self._value()
            if not isinstance(found, Broken):
                for each in _unpacked(found):
                    self._keys = set(each) if isinstance(each, dict) else self._keys
                    yield line, each
            elif self._resume():
                yield line, Broken(gettext("not JSON"))
            else:
                yield line, found
                self._leave()
                return
        if self._text.damaged:
            yield self.line, Broken(not_utf16())
        elif not self.take("]") and closed:
            yield self.line, Broken(_to_the_end())

    def members(self) -> Generator[tuple[int, object]]:
        """The values of the fields of the object that begins here, which nothing but space may follow."""
        if self.take("{"):
            yield from ((line, found) for line, _, found in self._fields())
            yield from self._rest()

    def cells(self) -> Generator[Cell]:
        """The values in the fields of the object that begins here, which nothing but space may follow."""
        if not self.take("{"):
            return
        while not self.take("}"):
            line, key = self.line, self._key()
            if key is None:
                break
            if self.take("["):
                for place, (at, found) in enumerate(self.elements()):
                    yield Cell(at, key, place, found)
            elif self.take("{"):
                for at, inner, found in self._fields():
                    yield Cell(at, key, inner, found)
            else:
                yield Cell(line, key, None, self._value())
        for line, found in self._rest():
            yield Cell(line, "", None, found)

    def _fields(self) -> Generator[tuple[int, str, object]]:
        """The line, key and value of each field up to the object's end; the last is `Broken` where it has none."""
        while not self.take("}"):
            line, key = self.line, self._key()
            found = Broken(_to_the_end()) if key is None else self._value()
            yield line, key or "", found
            if isinstance(found, Broken):
                self._leave()
                return

    def _rest(self) -> Generator[tuple[int, Broken]]:
        """`Broken` where something stands here yet, or the text ends in half a character."""
        if self._text.damaged:
            yield self.line, Broken(not_utf16())
        elif not self.at_end():
            yield self.line, Broken(_to_the_end())
            self._leave()

    def go_to(self, path: Sequence[str]) -> bool:
        """Go to the value that the keys lead to; False where there is none."""
        return all(not (not self.take("{") or not self._find(key)) for key in path)

    def arrays(self, path: tuple[str, ...], depth: int) -> Generator[Array]:
        """The arrays of objects in the object that begins here."""
        if not self.take("{"):
            return
        while (key := self._key()) is not None:
            sign = self._peek()
            if sign == "[":
                yield from self._array((*path, key))
            elif sign == "{" and depth:
                yield from self.arrays((*path, key), depth - 1)
            elif isinstance(self._value(), Broken):
                return

    def _array(self, path: tuple[str, ...]) -> Generator[Array]:
        self.take("[")
        first = []
        for number, (_, found) in enumerate(self.elements()):
            first += [found] if number < _SHOWN else []
            if number + 1 == _SHOWN:
                yield Array(path, tuple(first))
        if 0 < len(first) < _SHOWN:
            yield Array(path, tuple(first))

    def _find(self, wanted: str) -> bool:
        while (key := self._key()) is not None:
            if key == wanted:
                return True
            if isinstance(self._value(), Broken):
                return False
        return False

    def _key(self) -> str | None:
        """The next key of an object, beyond its colon; None at the object's end, which is gone beyond."""
        if self._peek() != '"':
            self.take("}")
            return None
        key = self._value()
        return key if isinstance(key, str) and self.take(":") else None

    def _peek(self) -> str:
        """The next sign that is neither space nor comma; empty at the end."""
        while True:
            found = _BETWEEN.match(self._window, self._at)
            self._move(found.end() if found else self._at)
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._more():
                return ""

    def _value(self) -> object:
        """The JSON value that is next; `Broken`, and the place stays, where there is none."""
        self._peek()
        while True:
            found, end = self._decoded()
            if self._at < end < len(self._window) or (self._ended and end > self._at):  # else it may go on beyond
                self._move(end)
                return found
            if self._ended or len(self._window) - self._at > base.MAX_RECORD:
                return Broken(_to_the_end())
            self._more()

    def _decoded(self) -> tuple[object, int]:
        """The value that begins here, and where it ends; the place itself if there is none."""
        try:
            return json.JSONDecoder().raw_decode(self._window, self._at)
        except (ValueError, RecursionError):
            return None, self._at

    def _resume(self) -> bool:
        """After a fault here, go to the next object that has half of the known keys."""
        if self._at > base.WINDOW:
            self._window, self._at = self._window[self._at :], 0
        for found in _NEXT.finditer(self._window, self._at + 1):
            try:
                following, _ = json.JSONDecoder().raw_decode(self._window, found.end())
            except (ValueError, RecursionError):
                continue
            if isinstance(following, dict) and 2 * len(following.keys() & self._keys) >= len(self._keys):
                self._move(found.end())
                return True
        return False

    def _leave(self) -> None:
        """Go to the end: nothing can be read from here on."""
        self._window, self._at, self._ended = "", 0, True

    def _move(self, at: int) -> None:
        self.line += self._window.count("\n", self._at, at)
        self._at = at

    def _more(self) -> bool:
        """Read on, twice as much as there is, so that little is read again and again; False at the end."""
        piece = self._text.read(max(base.WINDOW, len(self._window) - self._at)) if not self._ended else ""
        self._window, self._at = self._window[self._at :] + piece, 0
        self._ended = self._ended or not piece
        return bool(piece)


def _unpacked(found: object) -> Sequence[object]:
    """An element, or, of an array of objects inside the array, its elements."""
    return found if isinstance(found, list) and any(isinstance(each, dict) for each in found) else [found]


def _to_the_end() -> str:
    return gettext("not JSON from here to the end of the file")
