"""Why is it fooled? What pulled a network to the wrong verdict on an example, and what did not turn it round.

All numbers are of the whole review: what each word is credited with, and what one word does to that of another
(model/attribution/interactions.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from model.attribution.interactions import Interactions
from model.language import gettext
from model.network.classify import Prediction
from model.reading.explanation import Explanation
from views.drawing.numbers import signed
from views.drawing.scores import score_text
from views.drawing.template import render
from views.stage.examples import Example, Turn
from views.stage.verdict import verdict_word

PULLS = 3  # words that are named for a verdict


@dataclass(frozen=True, slots=True)
class Look:
    """A token to look at: its place, and its text with its score."""

    place: int
    text: str


def is_fooled(prediction: Prediction, example: Example) -> bool:
    """Whether the network says something else than a reader."""
    return prediction.label != example.meant


def fooled_card(explanation: Explanation, example: Example, found: Interactions | None) -> Markup:
    """What a reader and the network say, the words to look at, and the answer. `found` is what the example's turning
    word does to the others; None where the example asks nothing, or the method's scores do not add up.
    """
    prediction = explanation.prediction
    sign = 1 if prediction.label == "positive" else -1
    return render(
        "stage/fooled.html",
        fooled=is_fooled(prediction, example),
        meant=_reader(example.meant),
        word=verdict_word(prediction),
        probability=prediction.probability,
        pulls=_looks(explanation, sign),
        against=_looks(explanation, -sign)[:1],
        why=gettext(example.turn.why) if example.turn else "",
        turned=_turned(explanation, example.turn, found) if example.turn and found else "",
        turner=example.turn.turner if example.turn else "",
        place=found.place if found else 0,
    )


def place_of(explanation: Explanation, word: str) -> int | None:
    """Where a word stands first; None where it does not."""
    return next((place for place, token in enumerate(explanation.review.tokens) if token.text == word), None)


def _reader(meant: str) -> str:
    return gettext("positive") if meant == "positive" else gettext("negative")


def _looks(explanation: Explanation, sign: int) -> list[Look]:
    """The words that count most for one side; for both, where scores have no sign."""
    attribution, tokens = explanation.attribution, explanation.review.tokens
    scores = [sign * score if attribution.method.signed else score for score in attribution.scores]
    largest = sorted(range(len(scores)), key=lambda place: -scores[place])[:PULLS]
    return [
        Look(place, f"“{tokens[place].text}” {score_text(attribution, attribution.scores[place])}")
        for place in largest
        if scores[place] > 0
    ]


def _turned(explanation: Explanation, turn: Turn, found: Interactions) -> str:
    """What the turning word does to the other, beside what that one is credited with."""
    place = place_of(explanation, turn.turned)
    if place is None:
        return ""
    change, with_it = float(found.changes[place]), explanation.attribution.scores[place]
    if (with_it > 0) == (with_it - change > 0):
        said = gettext(
            "For this network “{turner}” changes what “{turned}” is credited with by {change} logits, from {without} "
            "to {credited}. It does not turn it round."
        )
    else:
        said = gettext(
            "For this network “{turner}” changes what “{turned}” is credited with by {change} logits, from {without} "
            "to {credited}. It turns it round."
        )
    return said.format(
        turner=turn.turner,
        turned=turn.turned,
        change=signed(change),
        without=signed(with_it - change),
        credited=signed(with_it),
    )
