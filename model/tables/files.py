"""Files of reviews: the first look at one, and the reader for its ending.

What is wrong with one row is noted with its line, what is wrong with the file is a `DataError` in one sentence. No
archive that was renamed is unpacked, no pickle loaded, no encoding guessed. First bytes are compared here and not by
the package filetype, which takes a review that begins with "BM" for a picture and one with "MZ" for a program, and
knows neither pickles nor Parquet nor UTF-32.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath

from model.errors import DataError
from model.language import gettext, marked
from model.tables.columns import MAX_NAME, short
from model.tables.readers.base import File, Source
from model.tables.readers.delimited import Delimited
from model.tables.readers.json_objects import JsonObjects
from model.tables.readers.lines import PlainText
from model.tables.readers.parquet import Parquet

MAX_BYTES = 100 * 1024**2  # of a file: 100 MB is taken as 104,857,600 bytes

READERS: Mapping[str, Callable[[File], Source]] = {
    ".csv": Delimited.open,
    ".tsv": Delimited.open,
    ".jsonl": JsonObjects.open,
    ".ndjson": JsonObjects.open,
    ".json": JsonObjects.open,
    ".parquet": Parquet.open,
    ".txt": PlainText.open,
}

_MAGIC = {
    b"PK\x03\x04": marked("a zip archive or an Office file"),
    **dict.fromkeys((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"), marked("a pickle, which is never loaded")),
    b"\x1f\x8b": marked("a gzip archive"),
    b"BZh91AY&SY": marked("a bzip2 archive"),
    b"\xfd7zXZ": marked("an xz archive"),
    b"7z\xbc\xaf": marked("a 7z archive"),
    b"Rar!\x1a": marked("a RAR archive"),
    b"%PDF-": marked("a PDF"),
    **dict.fromkeys((b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"), marked("a picture")),
    b"PAR1": marked("a Parquet file"),
    b"SQLite format 3": marked("a database"),
    **dict.fromkeys((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), marked("text in UTF-32")),
}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def open_file(path: Path, name: str | None, limited: bool = True) -> Source:
    """Look at a file without reading it whole. Raises `DataError` if it is too large, or not what its ending says.

    `limited`: whether it may have `MAX_ROWS`, `MAX_BYTES` and `MAX_UNPACKED` at most.
    """
    own = PurePath(name or path.name)
    title, ending = short(own.name, MAX_NAME), own.suffix.lower()
    if ending not in READERS:
        sentence = gettext("'{title}' cannot be read by its ending; there are {endings}.")
        raise DataError(sentence.format(title=title, endings=", ".join(READERS)))
    try:
        size = path.stat().st_size if path.is_file() else -1
        if size < 0:
            raise DataError(gettext("There is no file '{title}': choose another.").format(title=title))
        if size == 0:
            sentence = gettext("'{title}' is empty: choose a file with a review in each row.")
            raise DataError(sentence.format(title=title))
        if limited and size > MAX_BYTES:
            sentence = gettext("'{title}' has {size:,.0f} MB; at most {most} MB can be read: split it.")
            raise DataError(sentence.format(title=title, size=size / 1024**2, most=MAX_BYTES // 1024**2))
        with path.open("rb") as raw:
            head = raw.read(8_192)
        _check_head(head, title, ending)
        encoding = "utf-16" if head.startswith(_UTF16) else "utf-8-sig"
        return READERS[ending](File(path, title, ending, size, encoding, limited))
    except OSError as error:
        raise DataError(gettext("'{title}' cannot be read: choose it again.").format(title=title)) from error


def _check_head(head: bytes, title: str, ending: str) -> None:
    """Refuse what is not text, or not Parquet, by its first bytes."""
    parquet = ending == ".parquet"
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if found is None and not parquet and not head.startswith(_UTF16) and b"\0" in head:
        found = marked("binary data")
    if found and not (parquet and head.startswith(b"PAR1")):
        sentence = gettext(
            "'{title}' is not what its ending says but {found}: save the table as CSV in UTF-8, or as Parquet."
        )
        raise DataError(sentence.format(title=title, found=gettext(found)))
