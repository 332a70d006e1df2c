"""One text, one spelling: what is done to a review before anything is cut into tokens.

Real files spell the same text in many ways, and a network that never met a spelling misses the word. In this order:

1. escapes: entities ("&#39;", "&amp;nbsp;"), and a character as programs write it (a literal "\\n", "\\'", "\\u2019");
2. tags: line breaks and blocks become line breaks, marks of style ("<i>") vanish; all other angle brackets stay;
3. ftfy: text that was decoded wrongly ("donâ€™t"), ligatures, full-width forms, curly quotes, line ends, Unicode NFC;
4. what cannot be seen: soft hyphens, zero-width characters, byte order marks, marks of direction are dropped (joiners
   between characters that need them, as in emoji, stay); other control characters become spaces, as do all spaces;
5. marks: every apostrophe, accent or tick that stands for one is "'", every double quote '"', dashes are "-" or "--",
   an ellipsis is "...".

ftfy: Speer (2019), https://ftfy.readthedocs.io.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from html.entities import html5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

PASSES = 8  # at most, until nothing changes: what one step brings to light can be another one's to mend

_AMPERSANDS = re.compile(r"&(?:(?:amp|AMP|#0*38|#[xX]0*26);)+")  # escaped once or many times
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPED = re.compile(
    r"(?<!\\)\\+(?:(?P<line>r\\+n|[nr])|(?P<tab>t)|(?P<mark>['\"/])|u(?P<wide>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2}))"
)
_LINE_BREAK = re.compile(r"</?br\b[^<>]{0,200}>(?:\s*</br\s*>)?", re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:p|div|hr|ul|ol|li|blockquote)(?:\s[^<>]{0,200})?/?>", re.IGNORECASE)
_STYLE = re.compile(r"</?(?:i|b|u|em|strong|span|font)(?:\s[^<>]{0,200})?/?>", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_JOINER = re.compile("(?<![^\x00-\u02ff])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\u02ff\u200c\u200d])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MARKS = str.maketrans(
    dict.fromkeys(
        "\u0060\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u2018\u2019\u201a\u201b\u2032\u2035\uff07", "'"
    )
    | dict.fromkeys("\u02ba\u201c\u201d\u201e\u201f\u2033\u2036\u301d\u301e\u301f\uff02", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
    | dict.fromkeys("\u2014\u2015", "--")
    | {"\u2026": "..."}
    | dict.fromkeys(
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    )
    | dict.fromkeys("\u2028\u2029", "\n")
)
_DOUBLED = re.compile(r"(?P<inside>(?<=\w)''(?=\w))|''")


def normalize(text: str) -> str:
    """Bring a text into the one form that is tokenized, trained on and shown. White space at both ends is dropped.

    Doing it twice changes nothing. Linear in the length of the text.
    """
    for _ in range(PASSES):
        before, text = text, _once(text)
        if text == before:
            break
    return text


def _once(text: str) -> str:
    """One pass. Most texts have few of the marks that begin what is looked for, and those are found much sooner."""
    if "&" in text:
        text = _ENTITY.sub(_entity, _AMPERSANDS.sub("&", text))
    if "\\" in text:
        text = _ESCAPED.sub(_escaped, text)
    if "<" in text:
        text = _STYLE.sub("", _BLOCK.sub("\n", _LINE_BREAK.sub("\n", text)))
    text = _mend(text)
    if not text.isascii():
        text = _JOINER.sub("", _INVISIBLE.sub("", text))
    text = _CONTROL.sub(" ", text).translate(_MARKS)
    if "''" in text:
        text = _DOUBLED.sub(lambda found: "'" if found["inside"] else '"', text)
    return text.strip()


def _mend(text: str) -> str:
    """What ftfy makes of a text. It asks three dozen questions of each line; ASCII has few answers."""
    if text.isascii() and "\r" not in text and "\x1b" not in text:
        return text  # only line ends and what colours a terminal could change
    import ftfy  # not at the top: training reads prepared ids, on machines that may lack ftfy

    return ftfy.fix_text(text, _mended())


def _entity(found: re.Match[str]) -> str:
    """The character of an entity; one that no browser knows stays as it is."""
    name = found.group()
    return html.unescape(name) if name[1] == "#" or name[1:] in html5 else name


def _escaped(found: re.Match[str]) -> str:
    """The character that a literal escape stands for."""
    if found["line"]:
        return "\n"
    if code := found["wide"] or found["byte"]:
        return chr(int(code, 16))
    return " " if found["tab"] else found["mark"]


@lru_cache(maxsize=1)
def _mended() -> TextFixerConfig:
    """What ftfy does; entities and control characters are done here."""
    from ftfy import TextFixerConfig

    return TextFixerConfig(unescape_html=False, remove_control_chars=False, explain=False)
