"""The stage: what never leaves the screen. The sentence, the verdict so far, its curve with the playhead, one sentence.

Two readings meet here, and each number says of which it is. The verdict "so far", its curve and what it did at a token
are of the text up to there, read anew where the network reads both ways; the colours of the words are of the whole
review.
"""

from __future__ import annotations

from markupsafe import Markup

from model.attribution.attribution import Attribution
from model.language import gettext
from model.reading.explanation import Explanation, Reading
from model.recurrence.prefixes import PrefixCurve
from views.drawing.scores import bar_range, is_unscored, score_text, score_unit
from views.drawing.template import render
from views.drawing.tracks import bar_paths
from views.stage.reading import paints_of, text_direction, words_of
from views.stage.verdict import verdict_word, verdict_words, word_for

SHORT = 14  # characters of a verdict that fit beside its number; longer ones are written smaller


def stage(reading: Reading, chosen: int, asked: str) -> Markup:
    """The stage of a review that was read: the whole verdict, until `moments` say how it came about.

    `chosen` is the place of the token that the playhead comes to; `asked` changes whenever the page must take it over.
    Words that are not scored yet are coloured by `scores` when they are.
    """
    prediction = reading.prediction
    return render(
        "stage/stage.html",
        words=words_of(reading),
        text_direction=text_direction(reading.review.text),
        pending=reading.scored is None,
        both_ways=len(reading.gates.directions) > 1,
        layers=reading.gates.layers,
        gated=bool(reading.gates.cell.gates),
        chosen=chosen,
        asked=asked,
        review=reading.question.text,
        word=verdict_word(prediction),
        short=SHORT,
        words_of_verdicts=verdict_words(reading.review),
        probability=prediction.probability,
    )


def moments(reading: Reading, curve: PrefixCurve, asked: str) -> dict[str, str | list[float] | list[str]]:
    """What the stage's script shows at each token, as JSON can hold it; it belongs to the stage of the same `asked`.

    `curve`: P(positive) so far, in [0, 1]; `verdicts`: the same in words; `said`: what happened. All parallel to the
    tokens.
    """
    nothing = reading.review.all_unknown
    values = [round(value, 4) for value in curve.at_tokens(len(reading.review.tokens)).probabilities.tolist()]
    return {
        "asked": asked,
        "curve": values,
        "verdicts": [verdict_word(reading.prediction) if nothing else word_for(value) for value in values],
        "said": said_of(reading, curve),
    }


def scores(explanation: Explanation, curve: PrefixCurve, asked: str, chosen: int | None) -> dict[str, object]:
    """What the scripts add to a stage, and to the staves below it, that were drawn without scores.

    `chosen` is the place of the token to look at, None for the one with the largest score. `paints`: kind, weight and
    tip of each token (see `Word`); `said` as in `moments`; `values`: the scores; `bars` and `range`: their track.
    """
    attribution = explanation.attribution
    place = attribution.strongest if chosen is None else chosen
    first = ""
    if place == attribution.strongest and attribution.scores[place]:
        first = _first(attribution, explanation.review.tokens[place].text, explanation.prediction.label)
    return {
        "asked": asked,
        "chosen": place,
        "first": first,
        "paints": paints_of(attribution, set(explanation.review.unknown)),
        "said": said_of(explanation, curve),
        "values": [round(score, 4) for score in attribution.scores],
        "signed": attribution.method.signed,
        "unit": score_unit(attribution),
        "bars": bar_paths(attribution),
        "range": bar_range(attribution),
    }


def _first(attribution: Attribution, token: str, verdict: str) -> str:
    """What introduces the word with the largest score."""
    if not attribution.method.signed:
        return gettext("“{token}” counts most.").format(token=token)
    if (attribution.scores[attribution.strongest] > 0) == (verdict == "positive"):
        return gettext("“{token}” pulls hardest.").format(token=token)
    return gettext("“{token}” pulls hardest, against the verdict.").format(token=token)


def said_of(reading: Reading, curve: PrefixCurve) -> list[str]:
    """What happened at each token, in a sentence or two; each number says of which reading it is."""
    tokens = reading.review.tokens
    if reading.review.all_unknown:
        return [gettext("The network knows none of these words: its verdict says nothing about them.")] * len(tokens)
    found = curve.at_tokens(len(tokens))
    unknown = set(reading.review.unknown)
    values, read = found.probabilities.tolist(), found.read.tolist()
    said = []
    for place, token in enumerate(tokens):
        before = values[place - 1] if place else None
        so_far = _so_far(token.text, before, values[place]) if read[place] else _between(values[place])
        whole = _in_the_whole(reading.scored, place, place in unknown) if reading.scored else ""
        said.append(f"{so_far} {whole}".rstrip())
    return said


def _so_far(token: str, before: float | None, after: float) -> str:
    if before is None:
        sentence = gettext("“{token}” alone: the verdict so far is {after}.")
    elif f"{before:.2f}" == f"{after:.2f}":
        sentence = gettext("At “{token}” the verdict so far stays at {after}.")
    elif (before > 0.5) != (after > 0.5):
        sentence = gettext("At “{token}” the verdict so far turns: from {before} to {after}.")
    elif after > before:
        sentence = gettext("At “{token}” the verdict so far rises from {before} to {after}.")
    else:
        sentence = gettext("At “{token}” the verdict so far falls from {before} to {after}.")
    return sentence.format(token=token, before=f"{before or 0:.2f}", after=f"{after:.2f}")


def _between(after: float) -> str:
    """Of so long a review only some beginnings are read."""
    return gettext("The verdict so far is about {after} here (of so long a text, not every beginning is read).").format(
        after=f"{after:.2f}"
    )


def _in_the_whole(attribution: Attribution, place: int, unknown: bool) -> str:
    if is_unscored(attribution, unknown):
        return gettext("The network does not know this word: it cannot be scored.")
    return gettext("In the whole review it is credited with {score} {unit}.").format(
        score=score_text(attribution, attribution.scores[place]), unit=score_unit(attribution)
    )
