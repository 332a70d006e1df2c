"""A JSON array read as a stream, element by element, with the line on which each begins.

ijson streams arrays, too, but its events know neither lines nor places, it refuses the NaN that Python's own writer
puts into files, and at a fault it gives up what was read of the element; so the standard library's decoder is led
through a window of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from typing import TextIO

from model.language import gettext
from model.tables.readers.base import MAX_RECORD, WINDOW, Broken

_BETWEEN = re.compile(r"[\s,]*")


def array_elements(stream: TextIO) -> Generator[tuple[int, object]]:
    """The elements of a JSON array, each with the line where it begins, read through a window of the file.

    Where the array breaks off, or is not JSON any more, the last one is `Broken`.
    """
    window = _read(stream, WINDOW)
    at = window.index("[") + 1
    line = 1 + window.count("\n", 0, at)
    ended = False
    while True:
        between = _BETWEEN.match(window, at)
        start = between.end() if between else at
        line, at = line + window.count("\n", at, start), start
        if window[at : at + 1] == "]":
            return
        found, end = _decoded(window, at)
        if at < end < len(window) or (ended and end > at):  # at the window's end it may go on beyond
            yield line, found
            line, at = line + window.count("\n", at, end), end
        elif ended or len(window) - at > MAX_RECORD:
            yield line, Broken(gettext("not JSON from here to the end of the file"))
            return
        else:
            piece = _read(stream, max(WINDOW, len(window) - at))  # twice as much, so that few are read again and again
            window, at, ended = window[at:] + piece, 0, not piece


def _decoded(window: str, at: int) -> tuple[object, int]:
    """The JSON value that begins at a place, and where it ends; its place itself if there is none."""
    try:
        return json.JSONDecoder().raw_decode(window, at)
    except (ValueError, RecursionError):
        return None, at


def _read(stream: TextIO, characters: int) -> str:
    try:
        return stream.read(characters)
    except UnicodeDecodeError:  # UTF-16 that ends in the middle of a character
        return ""
