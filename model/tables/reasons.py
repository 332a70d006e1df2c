"""Why a row of a file cannot be read, in words that follow its line's number, and why a whole file cannot."""

from __future__ import annotations

from model.errors import DataError, ReviewError
from model.language import gettext
from model.normalization import normalize
from model.tables.columns import SURROGATE, short
from model.tables.words import UNREADABLE, Said
from model.text import MAX_CHARACTERS, MAX_RUN, check_review, refused_run


def why_not(text: object) -> str:
    """Why a value is no text that can be read; empty if it is."""
    if text is None:
        return gettext("no text")
    if not isinstance(text, str):
        return gettext("the text is not a string")
    if not text.isascii() and (half := SURROGATE.search(text)):
        # undecodable bytes stand as U+DC80 to U+DCFF; the others come from a file's own escapes, or from UTF-16
        undecoded = "\udc80" <= half.group() <= "\udcff"
        return gettext("not UTF-8") if undecoded else gettext("half a character (a lone surrogate)")
    try:
        check_review(text)
    except ReviewError:
        return _refused(text)
    return ""


def _refused(text: str) -> str:
    """Why `check_review` refuses a text, in words that follow a line's number."""
    if len(text) > MAX_CHARACTERS:
        sentence = gettext("the text has {length:,} characters; at most {most:,} can be read")
        return sentence.format(length=len(text), most=MAX_CHARACTERS)
    if run := refused_run(normalize(text)):
        sentence = gettext("the text has {run:,} characters in a row without a space; at most {most:,} can be read")
        return sentence.format(run=run, most=MAX_RUN)
    return gettext("no text")


def no_label(said: Said) -> str:
    """Why a value is no label."""
    if said.key == UNREADABLE.key:
        return gettext("unknown label that is neither word nor number")
    return gettext("unknown label '{label}'").format(label=short(said.shown))


def too_many(name: str, most: float) -> DataError:
    """What is said of a file of more than `most` rows."""
    sentence = gettext("'{name}' has more than {most:,} rows, the most that can be read: split the file.")
    return DataError(sentence.format(name=name, most=most))
