"""Links that restore a view on another machine, with nothing stored on a server.

The view travels in the fragment of the address, `#view=<text>`, which a browser keeps to itself. The text is

    version (1 character), then base64url without padding of: checksum (6 bytes), zlib(JSON of the view)

The checksum tells a link that was cut or mistyped from a whole one. It is no signature: anybody can make a link, so
each field is checked as if a stranger had sent it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from dataclasses import asdict, dataclass, fields

from model.errors import ReviewError
from model.network.cells.registry import SYMBOLS
from model.network.network import DIRECTIONS
from model.text import MAX_CHARACTERS, MAX_TOKENS

OUTER_TABS = ("compare", "errors", "network")  # beside the tab of one review, which has the others inside
TABS = ("gates", "step", "memory", "gradients", "whatif", "table", *OUTER_TABS)
MAX_LAYER, MAX_UNIT, MAX_NAME = 8, 65_535, 100

VERSION = "1"
CHECKSUM = 6  # bytes
MAX_JSON = 6 * 2 * MAX_CHARACTERS + 1_000  # bytes; a control character takes six, and there are two reviews
MAX_LINK = MAX_JSON * 4 // 3 + 1_000  # characters; what does not compress grows by a third in base64

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
_SPOILT = "This link is cut or was changed: ask for it again."
_OTHER_VERSION = "This link comes from another version of this page: ask for a new one."


@dataclass(frozen=True, slots=True)
class View:
    """What a person looks at: a review, the checkpoint that reads it, a tab, and the place in it.

    `text` and `other` (the second review of Compare) may be empty, and so may `other_checkpoint`, which reads `other`:
    then `checkpoint` does. `layer` counts from 1, `place` (a token) and `unit`
    from 0; whether the review has such a token and the checkpoint such a layer and unit is not known here.
    Raises `ReviewError` with one sentence where a field is of another type or out of its range.
    """

    text: str
    checkpoint: str
    tab: str
    layer: int = 1
    direction: str = "forward"
    place: int = 0
    unit: int = 0
    symbol: str = "f"
    other: str = ""
    other_checkpoint: str = ""

    def __post_init__(self) -> None:
        _check_text("review", self.text, MAX_CHARACTERS)
        _check_text("second review", self.other, MAX_CHARACTERS)
        _check_text("checkpoint's name", self.checkpoint, MAX_NAME)
        _check_text("second checkpoint's name", self.other_checkpoint, MAX_NAME)
        _check_choice("tab", self.tab, TABS)
        _check_choice("direction", self.direction, DIRECTIONS)
        _check_choice("quantity", self.symbol, SYMBOLS)
        _check_number("layer", self.layer, 1, MAX_LAYER)
        _check_number("token", self.place, 0, MAX_TOKENS - 1)
        _check_number("unit", self.unit, 0, MAX_UNIT)


def _check_text(name: str, value: object, limit: int) -> None:
    if not isinstance(value, str):
        raise ReviewError(f"The {name} of this view is not text: choose the view on the page again.")
    if len(value) > limit:
        raise ReviewError(f"The {name} of this view has {len(value):,} characters; at most {limit:,} fit.")


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in choices:
        raise ReviewError(f"This view names a {name} that is not there; there are: {', '.join(choices)}.")


def _check_number(name: str, value: object, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise ReviewError(f"The {name} of this view must be a whole number from {low} to {high:,}.")


_DEFAULTS = asdict(View("", "", TABS[0]))
_NEEDED = {"text", "checkpoint", "tab"}


def encode_view(view: View) -> str:
    """The text that stands for a view after `#view=`: letters, digits, "-" and "_" alone.

    About 100 characters and half as many as the review has; at most `MAX_LINK`.
    """
    stored = {
        name: value for name, value in asdict(view).items() if name in _NEEDED or value != _DEFAULTS[name]
    }  # a later version may add fields, but never change a default
    text = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
    return _pack(zlib.compress(text.encode("utf-8", "surrogatepass"), 9))


def decode_view(fragment: object) -> View:
    """The view that a fragment stands for: "#view=…", "view=…" or the bare text.

    Raises `ReviewError` with one sentence for whatever is no link of this version, and nothing else. Its work is
    bounded: a fragment beyond `MAX_LINK` is refused unread, and nothing is unpacked beyond `MAX_JSON` bytes.
    """
    if not isinstance(fragment, str) or len(fragment) > MAX_LINK:
        raise ReviewError(_SPOILT)
    return _parse(_unpack(fragment.strip().removeprefix("#").removeprefix("view=")))


def _pack(packed: bytes) -> str:
    return VERSION + base64.urlsafe_b64encode(_checksum(packed) + packed).decode().rstrip("=")


def _checksum(packed: bytes) -> bytes:
    return hashlib.sha256(packed).digest()[:CHECKSUM]


def _unpack(text: str) -> bytes:
    """The JSON inside a link, as bytes."""
    version, body = text[:1], text[1:]
    if not _ALPHABET.fullmatch(text) or len(body) % 4 == 1 or not body:
        raise ReviewError(_SPOILT)
    content = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    packed = content[CHECKSUM:]
    if content[:CHECKSUM] != _checksum(packed) or _pack(packed)[1:] != body:  # the last character has unused bits
        raise ReviewError(_SPOILT)
    if version != VERSION:
        raise ReviewError(_OTHER_VERSION)
    reader = zlib.decompressobj()
    try:
        stored = reader.decompress(packed, MAX_JSON)
    except zlib.error as error:
        raise ReviewError(_SPOILT) from error
    if not reader.eof or reader.unused_data:
        raise ReviewError(_SPOILT)
    return stored


def _parse(stored: bytes) -> View:
    try:
        values = json.loads(stored.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise ReviewError(_SPOILT) from error
    if not isinstance(values, dict) or not values.keys() >= _NEEDED:
        raise ReviewError(_SPOILT)
    if not values.keys() <= {field.name for field in fields(View)}:
        raise ReviewError(_OTHER_VERSION)
    return View(**values)
