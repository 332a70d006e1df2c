"""Files of reviews: the first look at one, and the reader for what is in it.

The content decides, never the ending. What is wrong with one row is noted with its line, what is wrong with the file is
a `DataError` in one sentence. No archive but gzip is unpacked, and no pickle loaded. First bytes are compared here and
not by the package filetype, which takes a review that begins with "BM" for a picture and one with "MZ" for a program,
and knows neither pickles nor Parquet nor UTF-32.
"""

from __future__ import annotations

import codecs
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePath

from model.errors import DataError
from model.language import gettext, marked
from model.tables.columns import MAX_NAME, short
from model.tables.dialect import DELIMITERS, ENCODING, LIST, Answers, Dialect
from model.tables.readers.base import SNIFFED, File, Source
from model.tables.readers.content import GZIP
from model.tables.readers.content import MAX_BYTES as MAX_BYTES
from model.tables.readers.delimited import Delimited
from model.tables.readers.encodings import encoding_of, unmarked_utf16
from model.tables.readers.json_objects import JsonObjects
from model.tables.readers.layout import layout_of
from model.tables.readers.lines import LabelledLines
from model.tables.readers.parquet import Parquet

_MAGIC = {
    b"PK\x03\x04": marked("a zip archive or an Office file"),
    **dict.fromkeys((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"), marked("a pickle, which is never loaded")),
    GZIP: marked("a gzip archive"),
    b"BZh91AY&SY": marked("a bzip2 archive"),
    b"\xfd7zXZ": marked("an xz archive"),
    b"7z\xbc\xaf": marked("a 7z archive"),
    b"Rar!\x1a": marked("a RAR archive"),
    b"\xd0\xcf\x11\xe0": marked("an old Office file"),
    b"%PDF-": marked("a PDF"),
    **dict.fromkeys((b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"), marked("a picture")),
    b"SQLite format 3": marked("a database"),
    **dict.fromkeys((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), marked("text in UTF-32")),
}
_PARQUET = b"PAR1"
_TAR, _TAR_AT = b"ustar", 257  # the sign of a tar archive, and its place
_HEAD = 8_192  # bytes
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def open_file(path: Path, name: str | None, limited: bool = True, answers: Answers | None = None) -> Source:
    """Look at a file without keeping it in memory; `answers` is what a person says of it.

    `limited`: whether it may have `MAX_ROWS`, `MAX_BYTES` and `MAX_UNPACKED` at most. Raises `DataError` if it is too
    large, or nothing that can be read.
    """
    answers = answers or Answers()
    title = short(PurePath(name or path.name).name, MAX_NAME)
    try:
        _check_size(path, title, limited)
        with path.open("rb") as raw:
            packed = raw.read(len(GZIP)) == GZIP
        file = File(path, title, limited=limited, packed=packed)
        with closing(file.content()) as content:
            head = content.read()[:_HEAD]
        if head.startswith(_PARQUET):
            return Parquet.open(file)
        if found := _what_is(head):
            sentence = gettext("'{title}' holds no table but {found}: save the table as CSV in UTF-8, or as Parquet.")
            raise DataError(sentence.format(title=title, found=gettext(found)))
        encoding = encoding_of(file, head, answers.encoding)
        dialect = Dialect(
            LIST,
            encoding.name,
            packed=packed,
            unclear=(ENCODING,) if encoding.assumed else (),
            notes=(encoding.note,) if encoding.note else (),
        )
        return open_text(replace(file, encoding=encoding.name), dialect, answers)
    except OSError as error:
        raise DataError(gettext("'{title}' cannot be read: choose it again.").format(title=title)) from error


def open_text(file: File, dialect: Dialect, answers: Answers) -> Source:
    """The reader for a text: JSON, fastText, a table, a list with labels or without.

    `dialect` says its encoding. Raises `DataError` for an answer that cannot be, and for a text without a word.
    """
    if answers.delimiter not in (None, "", *DELIMITERS):
        sentence = gettext("Cells cannot be parted by '{delimiter}'; there are {delimiters}.")
        listed = " ".join(repr(each) for each in DELIMITERS)
        raise DataError(sentence.format(delimiter=short(answers.delimiter or ""), delimiters=listed))
    with closing(file.text()) as text:
        if not text.read(SNIFFED).strip() and not text.read(1):
            sentence = gettext("'{title}' is empty: choose a file with a review in each row.")
            raise DataError(sentence.format(title=file.title))
    if answers.delimiter is None and (found := JsonObjects.open(file, dialect)):
        return found
    if answers.delimiter == "":
        return Delimited.of_list(file, dialect, answers)
    layout = layout_of(file, answers)
    lines = LabelledLines.open(file, dialect) if answers.delimiter is None and answers.header is not True else None
    if lines is not None and (layout is None or lines.goes_before(layout)):
        return lines
    return Delimited.of_list(file, dialect, answers) if layout is None else Delimited.of_table(file, dialect, layout)


def _check_size(path: Path, title: str, limited: bool) -> None:
    size = path.stat().st_size if path.is_file() else -1
    if size < 0:
        raise DataError(gettext("There is no file '{title}': choose another.").format(title=title))
    if size == 0:
        sentence = gettext("'{title}' is empty: choose a file with a review in each row.")
        raise DataError(sentence.format(title=title))
    if limited and size > MAX_BYTES:
        sentence = gettext("'{title}' has {size:,.0f} MB; at most {most} MB can be read: split it.")
        raise DataError(sentence.format(title=title, size=size / 1024**2, most=MAX_BYTES // 1024**2))


def _what_is(head: bytes) -> str | None:
    """What the content is by its first bytes, where it is no text."""
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if found is None and head[_TAR_AT:].startswith(_TAR):
        return marked("a tar archive")
    if found is None and b"\0" in head and not head.startswith(_UTF16) and unmarked_utf16(head) is None:
        return marked("binary data")
    return found
