"""Which encoding a file's text is in: by its byte order mark, by its bytes, or as a person says.

What is valid UTF-8 to its end is UTF-8. Anything else is assumed, said and can be changed: Windows-1252 where little of
it lies beyond ASCII, since a few curly quotes and accents are what English reviews have; charset-normalizer decides
where most of it does. (It takes English with curly quotes for Baltic cp1257, but knows Cyrillic and Chinese.)
"""

from __future__ import annotations

import codecs
import re
from contextlib import closing
from dataclasses import dataclass

from model.errors import DataError
from model.language import gettext, joined, ngettext
from model.tables.columns import short
from model.tables.dialect import ENCODINGS
from model.tables.readers.base import File

_LEFT_OVER = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_MANY = 0.2  # of the bytes: the share beyond ASCII from which on a language is told by them
_SAMPLE = 65_536  # bytes that charset-normalizer looks at


@dataclass(frozen=True, slots=True)
class Encoding:
    """The name of an encoding, one of `ENCODINGS`; whether it was assumed; what there is to say about it."""

    name: str
    assumed: bool = False
    note: str = ""


def encoding_of(file: File, head: bytes, asked: str | None) -> Encoding:
    """The encoding of a file that begins with `head`; `asked` is a person's choice. Reads all of it.

    Raises `DataError` for a choice that there is not, and for an archive that cannot be unpacked.
    """
    if asked is not None and asked not in ENCODINGS:
        sentence = gettext("There is no encoding '{name}'; there are {names}.")
        raise DataError(sentence.format(name=short(asked), names=joined(ENCODINGS)))
    counts = _counts(file)
    if asked is not None:
        return Encoding(asked)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", note=gettext("The text is in UTF-16, by its byte order mark."))
    if (wide := unmarked_utf16(head)) is not None:
        note = gettext("The text is taken for UTF-16, though it has no byte order mark.")
        return Encoding(wide, assumed=True, note=note)
    if not counts.left_over:
        return Encoding("utf-8")
    if 2 * counts.decoded >= counts.left_over:
        note = ngettext(
            "The text is UTF-8 but for {count:,} byte, which is read as Windows-1252.",
            "The text is UTF-8 but for {count:,} bytes, which are read as Windows-1252.",
            counts.left_over,
        )
        return Encoding("utf-8", assumed=True, note=note.format(count=counts.left_over))
    name = _one_byte_or_more(counts)
    note = gettext("The text is not in UTF-8 and is read as {name}: choose another encoding if letters look wrong.")
    return Encoding(name, assumed=True, note=note.format(name=name))


def unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without its mark: English has a zero in every second byte, and nowhere else."""
    pairs = len(head) // 2
    low, high = head[: 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if pairs >= 2 and high >= 0.4 * pairs and not low:
        return "utf-16-le"
    return "utf-16-be" if pairs >= 2 and low >= 0.4 * pairs and not high else None


@dataclass(frozen=True, slots=True)
class _Counts:
    """Of a file read as UTF-8: bytes that are none, characters beyond ASCII that are; lines with the former."""

    left_over: int
    decoded: int
    sample: bytes


def _counts(file: File) -> _Counts:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    left_over = decoded = 0
    sample = b""
    with closing(file.content()) as content:
        while piece := content.read():
            text = decoder.decode(piece)
            if text.isascii():
                continue
            found = len(_LEFT_OVER.findall(text))
            left_over += found
            decoded += len(_BEYOND_ASCII.findall(text)) - found
            if found and len(sample) < _SAMPLE:
                sample += piece
    left_over += len(decoder.decode(b"", final=True))
    return _Counts(left_over, decoded, sample)


def _one_byte_or_more(counts: _Counts) -> str:
    """The encoding of a text that is not UTF-8."""
    runs = _HIGH_RUN.findall(counts.sample)
    high = sum(map(len, runs))
    pairs = all(len(run) % 2 == 0 and min(run) >= 0xA1 for run in runs)
    if runs and pairs and high < _MANY * len(counts.sample) and _decodes(counts.sample, "gb18030"):
        return "gb18030"  # English with Chinese quotation marks, from a Chinese spreadsheet
    if high < _MANY * len(counts.sample):
        return "cp1252"
    from charset_normalizer import from_bytes  # not at the top: few files need it

    best = from_bytes(counts.sample[:_SAMPLE]).best()
    return best.encoding if best is not None and best.encoding in ENCODINGS else "cp1252"


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(content)
    except UnicodeDecodeError:
        return False
    return True
