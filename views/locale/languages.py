"""The languages in which there is a page, and which of them a browser asks for.

Each has a page of its own, built in it, so that whatever stands there is in one language: labels, which Gradio takes
once for all, as well as answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_HEADER = 500  # characters of an Accept-Language header that are read

_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*[qQ]=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?"
)


@dataclass(frozen=True, slots=True)
class Language:
    """`code` names its catalogue, `page` where its page lies below the address of the app (without a slash), `tag` is
    its name in HTML (BCP 47), `name` that in itself.
    """

    code: str
    page: str
    tag: str
    name: str

    @property
    def address(self) -> str:
        """A link to its page, relative to the address of the app. The first language is asked for by name, since
        the address alone leads to what the browser likes best.
        """
        return self.page or f"./?language={self.code}"


LANGUAGES = (Language("en", "", "en", "English"), Language("zh", "zh", "zh-CN", "中文"))
PAGES = tuple(language.page for language in LANGUAGES)


def language_of(header: str | None) -> Language:
    """The language of `LANGUAGES` that an Accept-Language header (RFC 9110) likes best; the first where it names none.

    Of equal weights the first counts. What is no language range is passed over.
    """
    known = {language.code: language for language in LANGUAGES}
    best, chosen = 0.0, LANGUAGES[0]
    for part in (header or "")[:MAX_HEADER].split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            continue
        language = LANGUAGES[0] if found[1] == "*" else known.get(found[1].lower())
        weight = float(found[2] or 1) if language else 0.0
        if language and weight > best:
            best, chosen = weight, language
    return chosen


def language_of_page(page: str) -> Language:
    """The language of the page that Gradio knows by that name; the first for any other."""
    return next((language for language in LANGUAGES if language.page == page), LANGUAGES[0])


def language_of_code(code: str) -> Language:
    """The language of a catalogue; the first for any other."""
    return next((language for language in LANGUAGES if language.code == code), LANGUAGES[0])
