"""The bytes of a file, unpacked where it is a gzip archive, and its text: piece by piece."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from io import BufferedReader
from pathlib import Path

from model.errors import DataError
from model.language import gettext

MAX_BYTES = 100 * 1024**2  # of a file, and of what it unpacks to: 100 MB is taken as 104,857,600 bytes
PIECE = 65_536  # bytes that are read at once
GZIP = b"\x1f\x8b"
LEFT = "gatescope-cp1252"  # the error handler that reads the bytes an encoding leaves over


class Content:
    """The bytes of a file that was opened; close it at the end."""

    def __init__(self, path: Path, title: str, packed: bool, limited: bool) -> None:
        """Open it. Raises `OSError`."""
        self._title, self._limited = title, limited
        self._size = path.stat().st_size
        self._raw = path.open("rb")
        self._unpacked: gzip.GzipFile | BufferedReader = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
        self._packed = packed
        self._count = 0

    @property
    def share(self) -> float:
        """How much of the file was read, in [0, 1]."""
        return min(1.0, self._raw.tell() / self._size) if self._size else 1.0

    def read(self) -> bytes:
        """The next bytes, none at the end. `DataError` for an archive that is damaged or unpacks to too much."""
        try:
            piece = self._unpacked.read(PIECE)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            sentence = gettext("'{title}' is a gzip archive that is damaged or breaks off: pack the table again.")
            raise DataError(sentence.format(title=self._title)) from error
        self._count += len(piece)
        if self._packed and self._limited and self._count > MAX_BYTES:
            sentence = gettext("'{title}' would unpack to more than {most} MB, the most that can be read: split it.")
            raise DataError(sentence.format(title=self._title, most=MAX_BYTES // 1024**2))
        return piece

    def close(self) -> None:
        """Close the file."""
        self._unpacked.close()
        self._raw.close()


class Text:
    """The text of a file that was opened, without byte order marks at its start; close it at the end.

    `damaged` once it has ended in half a character.
    """

    def __init__(self, content: Content, encoding: str) -> None:
        """`encoding` is the name of a codec. Bytes that are no character in it are read as Windows-1252."""
        codecs.register_error(LEFT, _as_windows)
        errors = "surrogatepass" if encoding.startswith("utf-16") else LEFT
        self._content = content
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._ended = self._begun = False
        self.damaged = False

    @property
    def share(self) -> float:
        """How much of the file was read, in [0, 1]."""
        return self._content.share

    def read(self, characters: int) -> str:
        """At least so many characters more, fewer only at the end."""
        pieces: list[str] = []
        length = 0
        while length < characters and not self._ended:
            pieces.append(self._piece())
            length += len(pieces[-1])
        return "".join(pieces)

    def _piece(self) -> str:
        content = self._content.read()
        self._ended = not content
        try:
            piece = self._decoder.decode(content, final=self._ended)
        except UnicodeDecodeError:  # UTF-16 that ends in the middle of a character, or is none
            self._ended = self.damaged = True
            return ""
        if not self._begun:
            piece = piece.lstrip("\ufeff")
            self._begun = bool(piece)
        return piece

    def close(self) -> None:
        """Close the file."""
        self._content.close()


class Pasted(Text):
    """A text that is no file's."""

    def __init__(self, text: str) -> None:
        """Read it from its beginning."""
        self._text = io.StringIO(text.lstrip("\ufeff"), newline="")
        self.damaged = False

    @property
    def share(self) -> float:
        """All of it is there."""
        return 1.0

    def read(self, characters: int) -> str:
        """As `Text.read`."""
        return self._text.read(characters)

    def close(self) -> None:
        """There is nothing to close."""


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """The bytes that are no character, as Windows-1252; the five that it lacks as controls, as browsers do."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    left = error.object[error.start : error.end]
    return "".join(_windows(each) for each in left), error.end


def _windows(byte: int) -> str:
    return chr(byte) if byte in b"\x81\x8d\x8f\x90\x9d" else bytes([byte]).decode("cp1252")
