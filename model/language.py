"""Sentences in the language of whoever reads them: gettext catalogues, English as the source.

Every sentence that a person can meet is given to `gettext` or `ngettext` where it is made, with its numbers put in
afterwards: `gettext("{count} rows are skipped").format(count=3)`. The language is that of the running context, so two
visitors who ask at once each get their own. Catalogues are `assets/locale/LANGUAGE/LC_MESSAGES/gatescope.po`, read as
they are: there is nothing to compile.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations

from model.assets import ASSETS

SOURCE = "en"  # of the sentences in the code
CATALOGUES = ASSETS / "locale"

_language: ContextVar[str] = ContextVar("language", default=SOURCE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within it, sentences are made in that language; in the source language where there is no catalogue of it."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def spoken() -> str:
    """The language that is spoken now."""
    return _language.get()


def gettext(sentence: str) -> str:
    """The sentence in the language that is spoken now; nothing stays nothing, under which a catalogue has its head."""
    return _catalogue(_language.get()).gettext(sentence) if sentence else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The form that `count` takes in the language that is spoken now."""
    return _catalogue(_language.get()).ngettext(one, many, count)


def joined(names: Iterable[str]) -> str:
    """Names one after the other, parted as the language that is spoken now parts them."""
    return gettext(", ").join(names)


def marked(sentence: str) -> str:
    """A sentence that is translated where it is used: the names of choices, which stand in the code once for all."""
    return sentence


@lru_cache(maxsize=8)
def _catalogue(language: str) -> NullTranslations:
    path = CATALOGUES / language / "LC_MESSAGES" / "gatescope.po"
    if language == SOURCE or not path.is_file():
        return NullTranslations()
    from babel.messages import mofile, pofile  # not at the top: only a translated page needs it

    compiled = io.BytesIO()
    with path.open("rb") as file:
        mofile.write_mo(compiled, pofile.read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
