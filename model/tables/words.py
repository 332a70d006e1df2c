"""What one cell of a label column says, before its column says what that means: a word, a number, stars, a flag.

Real files write one label in many ways: " POSITIVE ", "very_positive", ["positive"], {"label": "POSITIVE", "score": 1},
"5.0 out of 5 stars", "9/10", "4,5", "★★★☆☆", LABEL_2, 👍. Each of them is brought into one spelling, its `key`, which a
person's answer names as well.
"""

from __future__ import annotations

import ast
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from model.assets import ASSETS
from model.errors import DataError
from model.language import gettext
from model.tables.labels import ANSWERS, NEGATIVE, NO_LABEL, POSITIVE, REST, CountsAs

LONGEST = 200  # characters of a cell that can be a label; a longer one is a text
LONGEST_NESTED = 2_000  # of one that holds a list or an object
DEEPEST = 6  # lists and objects within each other

_INTENSITY = (
    "very|extremely|somewhat|slightly|mostly|overwhelmingly|strongly|strong|weakly|weak|moderately|highly|fairly|rather|"
    "quite|really|super|pretty|generally|largely|a bit|mildly|mixed to|sehr|muy|très"
)
_TRUE, _FALSE = ("true", "yes", "t", "y", "on", "✓", "✔", "✅"), ("false", "no", "f", "n", "off", "✗", "✘", "❌")
_ONLY_TRUTH = ("true", "false")  # the others could be abbreviations of something else
_COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_HOLDS = ("label", "labels", "choices", "choice", "result", "value", "sentiment", "class", "name", "category", "answer")

_NUMBER = r"[-+−]?(?:\d{1,9}(?:[.]\d{0,20})?|[.]\d{1,20}|\d{1,6},\d{1,2}|0,\d{1,20})(?:e[-+]?\d{1,2})?"
_PLAIN = re.compile(rf"({_NUMBER})((?: ?(?:stars?|sterne?|étoiles?|estrellas?|★|⭐)|-stars?))?")
_OF = re.compile(
    rf"({_NUMBER}) ?(?:stars? )?(?:/|out of|of|von|sur|aus) ?(\d{{1,3}})(?:[.]0+)?(?: ?(?:stars?|points?))?"
)
_PERCENT = re.compile(rf"({_NUMBER}) ?%")
_WORDED = re.compile(rf"({'|'.join(_COUNTS)}) ?stars?")
_DRAWN = re.compile("([★⭐🌟]*)(½?)([☆✩]*)")
_INDEXED = re.compile(r"label (\d{1,3})")
_PREFIXED = re.compile(r"(?:label|sentiment|class|polarity|category|cls) ?[ .:=] ?(.+)")
_NUMBERED = re.compile(r"\d{1,2} ?[-:–—.)(] ?([^\d()]+)\)?")  # "5 - excellent"
_SCORED = re.compile(rf"(\D+?) ?[(:=] ?{_NUMBER}%?\)?")
_STRENGTH = re.compile(rf"(?:(?:{_INTENSITY}) )+(.+)")
_ABOUT = re.compile(r"(.+) (?:review|reviews|sentiment|feedback|opinion|tone|polarity|emotion|label|rating)")
_PYTHON = re.compile(  # a list or an object of texts and numbers as Python writes it
    r"(?:\s|[\[\]{}:,]|'[^'\\]*'|\"[^\"\\]*\"|-?\d+(?:\.\d+)?(?:e-?\d+)?|True|False|None)+"
)
_UNSEEN = re.compile("[\ufe0e\ufe0f\u200b\u200d\u2060\ufeff\U0001f3fb-\U0001f3ff]")
_BETWEEN = re.compile(r"[\s_]+|(?<=[^\W\d])-(?=[^\W\d])")


@dataclass(frozen=True, slots=True)
class Said:
    """What a cell says. `key` is one spelling for all the ways to write it, `shown` its own.

    `meaning` is a word's, `number` any number's, with its own maximum, `most`, in "9/10". `stars`: it says that it is
    stars; `indexed`: the number counts classes from 0, as in LABEL_2; `flag`: of words that say yes or no.
    """

    key: str
    shown: str
    meaning: int | None = None
    number: float | None = None
    most: float | None = None
    stars: bool = False
    indexed: bool = False
    flag: bool | None = None


EMPTY = Said("", "", NO_LABEL)
UNREADABLE = Said("?", "?")


def said_by(value: object, depth: int = 0) -> Said:
    """What a value of a file says as a label."""
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return _said_by_text(value) if depth == 0 else _plain(value)
    if isinstance(value, bool):
        return _plain(str(value))
    if isinstance(value, int | float):
        return _said_by_number(value)
    return UNREADABLE if depth > DEEPEST else _said_by_nested(value, depth)


def key_of(words: str) -> str:
    """The one spelling of a label that a person writes in an answer."""
    return said_by(words).key


def parsed_answers(answers: Mapping[object, object]) -> CountsAs:
    """What a person says that values count as, "positive", "negative" or "none", by the values' own spelling.

    Raises `DataError` for a value that counts as something else.
    """
    found = {}
    for value, said in answers.items() if isinstance(answers, Mapping) else [(None, None)]:
        meaning = ANSWERS.get(said.strip().lower()) if isinstance(said, str) else None
        if meaning is None:
            sentence = gettext("What a label counts as is positive, negative or none, such as {example}.")
            raise DataError(sentence.format(example='{"1": "negative"}'))
        found[REST if value == REST else said_by(value).key] = meaning
    return found


def number_of(value: object) -> float | None:
    """A finite number of a size that a label or stars may have, alone in its cell; None for anything else."""
    said = said_by(value)
    return said.number if said.most is None and not said.indexed else None


def is_label(value: object) -> bool:
    """Whether a value is a word or a number of the kind that labels are; nothing at all is one, too."""
    said = said_by(value)
    return said.meaning is not None or said.flag is not None or said.number is not None


def is_no_review(value: str) -> bool:
    """Whether a piece of a line is a label and no text: a word that a review may consist of is not taken for one."""
    return is_label(value) and said_by(value).key not in ("", *_words().reviews)


def _said_by_number(value: float) -> Said:
    if value != value:  # NaN is not equal to itself
        return EMPTY
    if not abs(value) < 1e9:
        return Said(f"{value:g}", f"{value:g}")
    return Said(_digits(float(value)), _digits(float(value)), number=float(value))


def _digits(number: float) -> str:
    """A number as an answer names it: 1 and 1.0 are one."""
    return f"{number:.10g}" if number else "0"


@lru_cache(maxsize=16_384)
def _said_by_text(text: str) -> Said:
    stripped = text.strip()
    if stripped[:1] in ("[", "{") and len(stripped) <= LONGEST_NESTED:
        nested = _parsed(stripped)
        if isinstance(nested, list | dict):
            return _said_by_nested(nested, 1)
    return _plain(stripped)


def _parsed(text: str) -> object:
    """A list or an object that stands as text in a cell, as JSON or as Python writes it; None where it is neither."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if not _PYTHON.fullmatch(text):
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _said_by_nested(value: object, depth: int) -> Said:
    """What a list of one label says, an object that names one, or a list of labels with their scores."""
    if isinstance(value, dict):
        if len(value) > 1 and all(_is_number(each) for each in value.values()):
            strongest = max(value, key=lambda name: value[name])  # as spaCy and VADER write it
            return said_by(value.get("compound", strongest), depth + 1)
        held = next((value[name] for name in _HOLDS if value.get(name) is not None), None)
        return said_by(held, depth + 1) if held is not None else (UNREADABLE if value else EMPTY)
    if not isinstance(value, list | tuple):
        return UNREADABLE
    if value and all(isinstance(each, dict) and _is_number(each.get("score")) for each in value):
        return said_by(max(value, key=lambda each: each["score"]), depth + 1)
    found = {each.key: each for each in (said_by(each, depth + 1) for each in value[:20]) if each != EMPTY}
    if not found:
        return EMPTY
    if len(found) == 1:
        return next(iter(found.values()))
    both = " + ".join(each.shown for each in found.values())[:LONGEST]
    return Said(both.casefold(), both)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _plain(text: str) -> Said:
    """What a text says that holds no list and no object."""
    shown = " ".join(text.split())
    if not shown:
        return EMPTY
    if len(shown) > LONGEST:
        return Said(shown[:LONGEST].casefold(), shown[:LONGEST])
    key = _key(shown)
    found = _word(key) or _number(key) or _number_of_class(key)
    return replace(found, shown=shown) if found else Said(key, shown)


def _key(shown: str) -> str:
    folded = _UNSEEN.sub("", unicodedata.normalize("NFC", shown)).casefold().removeprefix("__label__")
    return _BETWEEN.sub(" ", folded.replace("’", "'")).strip(" \"'“”").rstrip(".!,;") or folded


def _word(key: str) -> Said | None:
    meaning = _meaning(key)
    if meaning is not None:
        return Said(key, key, meaning)
    if key in _TRUE or key in _FALSE:
        return Said(key, key, flag=key in _TRUE)
    scored = _SCORED.fullmatch(key)
    meaning = _meaning(scored[1].strip()) if scored else None
    return Said(scored[1].strip(), key, meaning) if scored and meaning is not None else None


@dataclass(frozen=True, slots=True)
class _Words:
    """What known words mean, and those of them that a review may consist of."""

    meanings: Mapping[str, int]
    reviews: frozenset[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    stored: dict[str, list[str]] = json.loads((ASSETS / "label-words.json").read_text(encoding="utf-8"))
    signs = {"positive": POSITIVE, "negative": NEGATIVE, "none": NO_LABEL}
    meanings = {word: signs[kind.partition(",")[0]] for kind, words in stored.items() for word in words}
    return _Words(meanings, frozenset(word for kind, words in stored.items() if "," in kind for word in words))


def _meaning(key: str) -> int | None:
    """Of a word, alone, with its strength ("very positive") or with what it is of ("positive review")."""
    for pattern in (None, _ABOUT, _STRENGTH, _PREFIXED, _NUMBERED):
        found = pattern.fullmatch(key) if pattern else None
        word = found[1].strip() if found else key
        if word in _words().meanings:
            return _words().meanings[word]
    return None


def _number(key: str) -> Said | None:
    if found := _INDEXED.fullmatch(key):
        return Said(f"label {int(found[1])}", key, number=float(found[1]), indexed=True)
    if found := _OF.fullmatch(key):
        number, most = _float(found[1]), float(found[2])
        fits = most > 1 and 0 <= number <= most
        return Said(f"{_digits(number)}/{_digits(most)}", key, number=number, most=most, stars=True) if fits else None
    if found := _PERCENT.fullmatch(key):
        number = _float(found[1])
        return Said(f"{_digits(number)}%", key, number=number, most=100.0, stars=True) if 0 <= number <= 100 else None
    if found := _PLAIN.fullmatch(key):
        number, stars = _float(found[1]), found[2] is not None
        name = f"{_digits(number)} stars" if stars else _digits(number)
        return Said(name, key, number=number, stars=stars) if math.isfinite(number) and abs(number) < 1e9 else None
    return _spelled_stars(key)


def _number_of_class(key: str) -> Said | None:
    """The number in "class 1" or "sentiment: 1"."""
    found = _PREFIXED.fullmatch(key)
    number = _PLAIN.fullmatch(found[1]) if found else None
    return _number(number[1]) if number else None


def _spelled_stars(key: str) -> Said | None:
    """Stars that are drawn, "★★★☆☆", of five where none is empty, or counted in words."""
    if found := _WORDED.fullmatch(key):
        number = float(_COUNTS.index(found[1]))
        return Said(f"{_digits(number)} stars", key, number=number, stars=True)
    found = _DRAWN.fullmatch(key)
    if not found or not key:
        return None
    number, most = len(found[1]) + len(found[2]) / 2, float(len(found[1]) + len(found[2]) + len(found[3]))
    most = most if found[3] else max(most, 5.0)
    return Said(f"{_digits(number)}/{_digits(most)}", key, number=number, most=most, stars=True)


def _float(digits: str) -> float:
    return float(digits.replace(",", ".").replace("−", "-"))
