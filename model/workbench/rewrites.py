"""Rewrites of a review that ask one thing of a network: would it judge otherwise without this, or with that instead?

Wu et al. (2019, "Errudite", ACL) test hypotheses about errors by rewriting the reviews of a slice; Ribeiro et al.
(2020, "CheckList", ACL) have rewrites that should change nothing, such as other names. Each takes a normalized text
(`model.normalization`) and gives one back; where it finds nothing to do, the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

SPARED_BEFORE = ("nothing", "anything", "everything", "all", "none", "nobody", "anybody", "help", "last", "next")
SPARED_AFTER = ("also", "for")
NAMES = (  # given names that were common among those born in the United States in the 20th century, in pairs
    ("James", "Mary"), ("Robert", "Patricia"), ("John", "Jennifer"), ("Michael", "Linda"), ("David", "Elizabeth"),
    ("William", "Barbara"), ("Richard", "Susan"), ("Joseph", "Jessica"), ("Thomas", "Sarah"), ("Charles", "Karen"),
    ("Christopher", "Lisa"), ("Daniel", "Nancy"), ("Matthew", "Sandra"), ("Anthony", "Betty"), ("Steven", "Ashley"),
    ("Paul", "Emily"), ("Andrew", "Kimberly"), ("George", "Margaret"), ("Peter", "Anna"), ("Tom", "Kate"),
    ("Jack", "Alice"), ("Kevin", "Julia"), ("Brian", "Rachel"), ("Edward", "Laura"), ("Frank", "Helen"),
)  # fmt: skip

_SENTENCE = re.compile(r"(?P<words>.*?)(?P<end>[.!?;]+[\"')\]]*(?=\s|$)|(?=\n)|$)(?P<space>\s*)", re.DOTALL)
_BUT = re.compile(r"(?<![\w'-])but(?![\w'-])", re.IGNORECASE)
_NOT_ONLY = re.compile(r"\bnot\s+(?:only|just|merely)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(\w+)n't\b", re.IGNORECASE)
_STEMS = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}  # of can't, won't, shan't, ain't
_SHORT = re.compile(r"\b(?:(let)'s|(\w+)'(m|re|ve|ll))\b", re.IGNORECASE)
_LONG = {"m": "am", "re": "are", "ve": "have", "ll": "will"}
_SWAPPED = {name: other for pair in NAMES for name, other in (pair, pair[::-1])}
_NAME = re.compile(rf"\b(?:{'|'.join(_SWAPPED)})\b")
_PUNCTUATION = " \t,;:-"

Rewriting = Callable[[str], str]


def unchanged(text: str) -> str:
    """The text itself."""
    return text


def without_after_but(text: str) -> str:
    """Without what follows a "but" in its sentence, up to . ! ? ; or the end of the line; of a sentence that begins
    with it, nothing stays.
    """
    return _rejoined(text, lambda found: found.before.rstrip(_PUNCTUATION) if _said(found.before) else "")


def without_before_but(text: str) -> str:
    """Without what stands before a "but" in its sentence; a sentence that begins with it stays as it is."""
    return _rejoined(text, lambda found: _capital(found.after.lstrip(_PUNCTUATION)) if _said(found.before) else None)


def written_out(text: str) -> str:
    """ "Didn't" as "did not", "I'm" as "I am", and so on; 's and 'd, which stand for more than one word, stay."""
    text = _NOT.sub(lambda found: _cased(_STEMS.get(found[1].lower(), found[1]), found[1]) + _not_like(found), text)
    return _SHORT.sub(_long, text)


def names_swapped(text: str) -> str:
    """Each name of `NAMES`, as it is written there, by the other one of its pair."""
    return _NAME.sub(lambda found: _SWAPPED[found.group()], text)


@dataclass(frozen=True, slots=True)
class _Parted:
    """A sentence at its "but": what stands before and after it."""

    before: str
    after: str


def _rejoined(text: str, kept: Callable[[_Parted], str | None]) -> str:
    """The text with what is `kept` of each sentence that has a "but": None keeps it whole, "" drops its end, too."""
    pieces = []
    for sentence in _SENTENCE.finditer(text):
        parted = _parted(sentence["words"])
        stays = kept(parted) if parted else None
        if stays is None:
            pieces.append(sentence.group())
        elif stays:
            pieces.append(stays + sentence["end"] + sentence["space"])
    return "".join(pieces).strip()


def _parted(sentence: str) -> _Parted | None:
    """At the first "but" that opposes two things; None where there is none, or nothing follows it."""
    for found in _BUT.finditer(sentence):
        before, after = sentence[: found.start()], sentence[found.end() :]
        last, first = (before.split() or [""])[-1].lower(), (after.split() or [""])[0].lower()
        spared = last in SPARED_BEFORE or first in SPARED_AFTER or _NOT_ONLY.search(before)
        if not spared and _said(after):
            return _Parted(before, after)
    return None


def _said(words: str) -> bool:
    return any(map(str.isalnum, words))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _cased(word: str, like: str) -> str:
    """A word in capitals, with a capital, or as it is, as another one is written."""
    if like.isupper() and len(like) > 1:
        return word.upper()
    return _capital(word) if like[:1].isupper() else word


def _not_like(found: re.Match[str]) -> str:
    return " NOT" if found.group()[-1].isupper() else " not"


def _long(found: re.Match[str]) -> str:
    if found[1]:
        return f"{found[1]} us"
    word = _LONG[found[3].lower()]
    return f"{found[2]} {word.upper() if found[3].isupper() else word}"
