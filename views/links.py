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
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field, InstanceOf, TypeAdapter

from model.errors import ReviewError
from model.language import gettext, joined, marked
from model.network.cells.registry import FIRST_SHOWN, SYMBOLS
from model.network.network import DIRECTIONS
from model.parsing import Says, parse
from model.reading.explanation import WEIGHTS
from model.recurrence.clamps import MAX_CLAMPS, Clamp
from model.text import MAX_CHARACTERS, MAX_TOKENS
from views.stage.ledger import CREDITED, INKS

OUTER_TABS = ("compare", "errors", "network")  # beside the tab of one review, which has the others inside
TABS = ("gates", "units", "whole", "step", "memory", "gradients", "whatif", "table", *OUTER_TABS)
MAX_LAYER, MAX_UNIT, MAX_NAME, MAX_LESSON = 8, 65_535, 100, 99

VERSION = "1"
CHECKSUM = 6  # bytes
MAX_JSON = 6 * 2 * MAX_CHARACTERS + 4_000  # bytes; a control character takes six, and there are two reviews
MAX_LINK = MAX_JSON * 4 // 3 + 1_000  # characters; what does not compress grows by a third in base64

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
_SPOILT = marked("This link is cut or was changed: ask for it again.")
_NOT_HELD = marked("What is held in this view is not readable, or more than {most}: choose the view on the page again.")
_MOST = {"most": MAX_CLAMPS}
_OTHER_VERSION = marked("This link comes from another version of this page: ask for a new one.")


@dataclass(frozen=True, slots=True)
class View:
    """What a person looks at: a review, the checkpoint that reads it, a tab, and the place in it.

    `text` and `other` (the second review of Compare) may be empty, and so may `other_checkpoint`, which reads `other`:
    then `checkpoint` does. `layer` counts from 1, `place` (a token) and `unit`
    from 0; whether the review has such a token and the checkpoint such a layer and unit is not known here, nor whether
    what is `held` can be. `weights` are those of the gradients, `ink` is what the colours of the words say, `lesson`
    the step of the guided lesson, 0 while it is closed; `map` is whether all units of the quantity stand in a map.
    Raises `ReviewError` with one sentence where a field is of another type or out of its range.
    """

    text: str
    checkpoint: str
    tab: str
    layer: int = 1
    direction: str = "forward"
    place: int = 0
    unit: int = 0
    symbol: str = FIRST_SHOWN
    other: str = ""
    other_checkpoint: str = ""
    held: tuple[Clamp, ...] = ()
    weights: str = WEIGHTS[0]
    ink: str = CREDITED
    lesson: int = 0
    projector: bool = False
    map: bool = False

    def __post_init__(self) -> None:
        for name, rule in _RULES.items():
            parse(rule, getattr(self, name), lambda fault: ReviewError(fault.sentence))


def _text(most: int, no_text: str, too_long: str) -> TypeAdapter[str]:
    """A text of at most `most` characters. Lone surrogates, which `str` would refuse, are characters too."""
    return TypeAdapter(Annotated[InstanceOf[str], Field(max_length=most), Says(no_text, {"too_long": too_long})])


def _choice(choices: Sequence[str], sentence: str) -> TypeAdapter[str]:
    """One of some names, which the sentence lists as `{choices}`."""

    def there(value: str) -> str:
        if value not in choices:
            raise ValueError
        return value

    says = Says(sentence, given={"choices": joined(choices)})
    return TypeAdapter(Annotated[InstanceOf[str], AfterValidator(there), says])


def _number(low: int, high: int, sentence: str) -> TypeAdapter[int]:
    """A whole number from `low` to `high`, which the sentence names."""
    says = Says(sentence, given={"low": low, "high": high})
    return TypeAdapter(Annotated[int, Field(strict=True, ge=low, le=high), says])


def _yes_or_no(sentence: str) -> TypeAdapter[bool]:
    """True or False, nothing that passes for one of them."""
    return TypeAdapter(Annotated[bool, Field(strict=True), Says(sentence)])


_RULES: Mapping[str, TypeAdapter[Any]] = {
    "text": _text(
        MAX_CHARACTERS,
        marked("The review of this view is not text: choose the view on the page again."),
        marked("The review of this view has {length:,} characters; at most {most:,} fit."),
    ),
    "other": _text(
        MAX_CHARACTERS,
        marked("The second review of this view is not text: choose the view on the page again."),
        marked("The second review of this view has {length:,} characters; at most {most:,} fit."),
    ),
    "checkpoint": _text(
        MAX_NAME,
        marked("The checkpoint's name of this view is not text: choose the view on the page again."),
        marked("The checkpoint's name of this view has {length:,} characters; at most {most:,} fit."),
    ),
    "other_checkpoint": _text(
        MAX_NAME,
        marked("The second checkpoint's name of this view is not text: choose the view on the page again."),
        marked("The second checkpoint's name of this view has {length:,} characters; at most {most:,} fit."),
    ),
    "tab": _choice(TABS, marked("This view names a tab that is not there; there are: {choices}.")),
    "direction": _choice(DIRECTIONS, marked("This view names a direction that is not there; there are: {choices}.")),
    "symbol": _choice(SYMBOLS, marked("This view names a quantity that is not there; there are: {choices}.")),
    "layer": _number(1, MAX_LAYER, marked("The layer of this view must be a whole number from {low} to {high:,}.")),
    "place": _number(
        0, MAX_TOKENS - 1, marked("The token of this view must be a whole number from {low} to {high:,}.")
    ),
    "unit": _number(0, MAX_UNIT, marked("The unit of this view must be a whole number from {low} to {high:,}.")),
    "held": TypeAdapter(
        Annotated[tuple[InstanceOf[Clamp], ...], Field(max_length=MAX_CLAMPS), Says(_NOT_HELD, given=_MOST)]
    ),
    "weights": _choice(WEIGHTS, marked("This view names weights that are not there; there are: {choices}.")),
    "ink": _choice(INKS, marked("This view names colours that are not there; there are: {choices}.")),
    "lesson": _number(
        0, MAX_LESSON, marked("The step of the lesson of this view must be a whole number from {low} to {high:,}.")
    ),
    "projector": _yes_or_no(
        marked("This view does not say whether the page is large: choose the view on the page again.")
    ),
    "map": _yes_or_no(
        marked("This view does not say whether there is a map of units: choose the view on the page again.")
    ),
}
_Number: TypeAlias = Annotated[float, Field(strict=True)]
_Whole: TypeAlias = Annotated[int, Field(strict=True)]
_Spared: TypeAlias = Annotated[bool, Field(strict=True)]
_HELD: TypeAdapter[Any] = TypeAdapter(
    Annotated[
        list[
            tuple[str, _Number, _Whole | None, str | None, _Whole | None, _Whole, _Whole | None]
            | tuple[str, _Number, _Whole | None, str | None, _Whole | None, _Whole, _Whole | None, _Spared]
        ],
        Field(max_length=MAX_CLAMPS, strict=True),
        Says(_NOT_HELD, given=_MOST),
    ]
)

_DEFAULTS = asdict(View("", "", TABS[0]))
_NEEDED = {"text", "checkpoint", "tab"}


def encode_view(view: View) -> str:
    """The text that stands for a view after `#view=`: letters, digits, "-" and "_" alone.

    About 100 characters and half as many as the review has; at most `MAX_LINK`.
    """
    stored = {
        name: value for name, value in asdict(view).items() if name in _NEEDED or value != _DEFAULTS[name]
    }  # a later version may add fields, but never change a default
    if view.held:
        stored["held"] = [astuple(clamp)[: None if clamp.spared else -1] for clamp in view.held]
    text = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
    return _pack(zlib.compress(text.encode("utf-8", "surrogatepass"), 9))


def decode_view(fragment: object) -> View:
    """The view that a fragment stands for: "#view=…", "view=…" or the bare text.

    Raises `ReviewError` with one sentence for whatever is no link of this version, and nothing else. Its work is
    bounded: a fragment beyond `MAX_LINK` is refused unread, and nothing is unpacked beyond `MAX_JSON` bytes.
    """
    if not isinstance(fragment, str) or len(fragment) > MAX_LINK:
        raise ReviewError(gettext(_SPOILT))
    return _parse(_unpack(fragment.strip().removeprefix("#").removeprefix("view=")))


def _pack(packed: bytes) -> str:
    return VERSION + base64.urlsafe_b64encode(_checksum(packed) + packed).decode().rstrip("=")


def _checksum(packed: bytes) -> bytes:
    return hashlib.sha256(packed).digest()[:CHECKSUM]


def _unpack(text: str) -> bytes:
    """The JSON inside a link, as bytes."""
    version, body = text[:1], text[1:]
    if not _ALPHABET.fullmatch(text) or len(body) % 4 == 1 or not body:
        raise ReviewError(gettext(_SPOILT))
    content = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    packed = content[CHECKSUM:]
    if content[:CHECKSUM] != _checksum(packed) or _pack(packed)[1:] != body:  # the last character has unused bits
        raise ReviewError(gettext(_SPOILT))
    if version != VERSION:
        raise ReviewError(gettext(_OTHER_VERSION))
    reader = zlib.decompressobj()
    try:
        stored = reader.decompress(packed, MAX_JSON)
    except zlib.error as error:
        raise ReviewError(gettext(_SPOILT)) from error
    if not reader.eof or reader.unused_data:
        raise ReviewError(gettext(_SPOILT))
    return stored


def _parse(stored: bytes) -> View:
    try:
        values = json.loads(stored.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise ReviewError(gettext(_SPOILT)) from error
    if not isinstance(values, dict) or not values.keys() >= _NEEDED:
        raise ReviewError(gettext(_SPOILT))
    if not values.keys() <= {field.name for field in fields(View)}:
        raise ReviewError(gettext(_OTHER_VERSION))
    if "held" in values:
        unread = gettext(_NOT_HELD).format(**_MOST)
        held = parse(_HELD, values["held"], lambda fault: ReviewError(fault.sentence or unread))
        values["held"] = tuple(Clamp(*each) for each in held)
    return View(**values)
