"""The review as running text, each token coloured by what it did to the verdict."""

from __future__ import annotations

import unicodedata
from collections.abc import Container
from dataclasses import dataclass

from markupsafe import Markup

from model.attribution.attribution import Attribution
from model.language import gettext
from model.reading.explanation import Reading
from views.drawing.scores import is_unscored, score_legend, score_text
from views.drawing.template import render
from views.drawing.tracks import SCORE_LIMIT, bar_limit

_PLAIN = ("gs-plain", 0.0, "")


@dataclass(frozen=True, slots=True)
class Word:
    """A token as it stands in the running text, followed by its `space`.

    `weight` in [0, 1] says how full its colour is, `kind` which one, a class of the style sheet; `tip` is its score as
    text. `omitted` counts the tokens that were left out before it.
    """

    place: int
    text: str
    space: str
    kind: str
    weight: float
    tip: str
    unknown: bool
    omitted: int


def reading(found: Reading, chosen: int, asked: str) -> Markup:
    """The review as running text, each token coloured by its attribution, once it is scored; unknown words dotted.

    `chosen` is the place of the token that is marked; `asked` changes whenever the page must take it over.
    """
    return render(
        "stage/reading.html",
        words=words_of(found),
        text_direction=text_direction(found.review.text),
        chosen=chosen,
        asked=asked,
        gated=bool(found.gates.cell.gates),
        legend=score_legend(found.scored) if found.scored else None,
        baseline=_baseline_note(found.scored) if found.scored else "",
    )


def text_direction(text: str) -> str:
    """The direction of a text: `rtl` where its first letter that has one is read from right to left, else `ltr`.

    As HTML's dir="auto" has it, which does not look into words that are isolated, as they are here.
    """
    strong = (unicodedata.bidirectional(character) for character in text)
    return "rtl" if next((each for each in strong if each in ("L", "R", "AL")), "L") != "L" else "ltr"


def words_of(reading: Reading) -> tuple[Word, ...]:
    """All tokens of the review as they stand in the running text; without colours while they are not scored."""
    review, unknown = reading.review, set(reading.review.unknown)
    paints = paints_of(reading.scored, unknown) if reading.scored else [_PLAIN] * len(review.tokens)
    return tuple(
        Word(place, token.text, token.space, *paint, place in unknown, review.omitted if place == review.head else 0)
        for place, (token, paint) in enumerate(zip(review.tokens, paints, strict=True))
    )


def paints_of(attribution: Attribution, unknown: Container[int]) -> list[tuple[str, float, str]]:
    """Kind, weight and tip of each token, as `Word` has them."""
    limit = SCORE_LIMIT if attribution.method.signed else bar_limit(attribution)
    return [
        (_kind(attribution, score), min(1.0, abs(score) / limit), _tip(attribution, score, place in unknown))
        for place, score in enumerate(attribution.scores)
    ]


def _kind(attribution: Attribution, score: float) -> str:
    if not attribution.method.signed:
        return "gs-plain"
    return "gs-pos" if score > 0 else "gs-neg"


def _tip(attribution: Attribution, score: float, unknown: bool) -> str:
    if is_unscored(attribution, unknown):
        return gettext("cannot be scored: unknown word")
    shown = score_text(attribution, score)
    return gettext("{score} · unknown word").format(score=shown) if unknown else shown


def _baseline_note(attribution: Attribution) -> str:
    """What the review was compared with, where it was."""
    if not attribution.method.uses_baseline:
        return ""
    return gettext(attribution.method.baseline_note).format(baseline=gettext(attribution.baseline))
