"""What the colours of the words say on the stage, besides what each is credited with.

The ledger's two (model/recurrence/ledger.py) are exact sums, given the gates: the word's share in what a layer holds,
and what was read off at it. The third is what the chosen word does to the others (model/attribution/interactions.py).
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from markupsafe import Markup

from model.attribution.interactions import Interactions
from model.language import gettext, joined, marked
from model.reading.explanation import Explanation, Reading
from model.recurrence.ledger import ReadLedger, WrittenLedger
from views.drawing.labels import ARROWS
from views.drawing.numbers import signed
from views.drawing.template import render
from views.drawing.tracks import SCORE_LIMIT

CREDITED, HELD, READ, CHANGED = INKS = ("credited", "held", "read", "changed")  # what the colours of the words say
INK_NAMES = {
    CREDITED: marked("what each is credited with"),
    HELD: marked("whose words its memory holds"),
    READ: marked("where the verdict was read"),
    CHANGED: marked("what the chosen word does to the others"),
}
LEVELS = 255  # of a share
ARCS, LEAST = 4, 0.02  # arcs from a word at most; logits that are worth one
Inks = dict[str, Any]  # as JSON can hold it, for views/stage/ledger.js


def held_inks(reading: Reading, ledger: WrittenLedger, asked: str) -> Inks:
    """Each token's share in what a layer and direction hold, for every place of the playhead.

    `shares`: base64 of (tokens, tokens) uint8, row by row of the playhead's place; 255 is all.
    """
    shares = np.rint(ledger.shares() * LEVELS).astype(np.uint8)
    where = gettext("layer {layer}, {arrow}").format(layer=ledger.layer, arrow=gettext(ARROWS[ledger.direction]))
    return {
        "asked": asked,
        "kind": HELD,
        "shares": base64.b64encode(shares.tobytes()).decode(),
        "tokens": [token.text for token in reading.review.tokens],
        "sentence": gettext("Of what {where} holds at “{{token}}”, most was written at {{words}}.").format(where=where),
        "nothing": gettext("Nothing is held yet in {where}.").format(where=where),
    }


def read_inks(reading: Reading, ledger: ReadLedger, asked: str) -> Inks:
    """What was read off at each token, in logits: `weights` in [-1, 1] for the colours, `tips` as text."""
    read = ledger.by_token
    hidden = ledger.read.shape[1] // 2
    said = []
    for place, token in enumerate(reading.review.tokens):
        units = joined(_unit(unit, hidden) for unit in ledger.units_at(place, 3).tolist())
        said.append(
            gettext(
                "Of the verdict's {total} logits, {logits} were read off at “{token}”, most of it from {units}."
            ).format(token=token.text, logits=signed(read[place]), total=signed(ledger.logit), units=units)
        )
    return {
        "asked": asked,
        "kind": READ,
        "weights": _weights(read),
        "tips": [gettext("{logits} logits read here").format(logits=signed(value)) for value in read.tolist()],
        "said": said,
    }


def changed_inks(explanation: Explanation, found: Interactions, asked: str) -> Inks:
    """What one word does to the effect of each, in logits; `arcs` lead to those that it changes most."""
    tokens = explanation.review.tokens
    strongest = [place for place in found.strongest(ARCS) if abs(found.changes[place]) >= LEAST]
    words = joined(f"“{tokens[place].text}” {signed(found.changes[place])}" for place in strongest)
    if words:
        said = gettext("Because of “{token}”: {words} logits. Its own part is {own}.")
    else:
        said = gettext("“{token}” changes no other word's effect by much. Its own part is {own}.")
    if found.effect > 0:
        without = gettext("Without it the logit would be {effect} lower.")
    else:
        without = gettext("Without it the logit would be {effect} higher.")
    own = signed(found.changes[found.place])
    return {
        "asked": asked,
        "kind": CHANGED,
        "place": found.place,
        "weights": _weights(found.changes),
        "arcs": [_arc(place, float(found.changes[place])) for place in strongest],
        "tips": [gettext("{logits} logits because of it").format(logits=signed(value)) for value in found.changes],
        "sentence": " ".join(
            (
                said.format(token=tokens[found.place].text, words=words, own=own),
                without.format(effect=f"{abs(found.effect):.2f}"),
            )
        ),
    }


def _arc(place: int, change: float) -> dict[str, float]:
    """Where an arc leads, of which sign what it stands for is, and its size in [0, 1]."""
    return {"to": place, "sign": int(np.sign(change)), "size": round(min(abs(change) / SCORE_LIMIT, 1), 3)}


def _weights(values: np.ndarray) -> list[float]:
    """How full each colour is, and of which sign."""
    return [round(value, 3) for value in np.clip(values / SCORE_LIMIT, -1, 1).tolist()]


def _unit(unit: int, hidden: int) -> str:
    """A unit of the last layer, with the way in which it reads."""
    said = gettext("unit {unit} (forward)") if unit < hidden else gettext("unit {unit} (backward)")
    return said.format(unit=unit % hidden)


def ledger_note(kind: str) -> str:
    """What the colours of the words say, and what they do not."""
    if kind == HELD:
        return gettext(
            "The word's share in what the layer holds (its cell state c) once the playhead's word is read. Exact, "
            "given the gates; it counts what a word wrote itself, not what made the gates open."
        )
    if kind == READ:
        return gettext(
            "How much of the final logit the output layer read off at each word. Exact, given the gates; where "
            "something was read is not which word caused it: the colours of the credits say more about that."
        )
    if kind == CHANGED:
        return gettext(
            "By how much the chosen word changes what each word is credited with: integrated gradients with it less "
            "those with the baseline in its place. Other measures of how words work together give other numbers."
        )
    return gettext(
        "What each word of the whole review is credited with, in logits: the verdict before it is squeezed into a "
        "probability, where 0 is 0.50, +1 is 0.73 and −1 is 0.27. It says what the verdict responds to, not what "
        "causes an opinion."
    )


def ink_note(kind: str) -> Markup:
    """The same with the scale of the colours."""
    return render("stage/ink_note.html", note=ledger_note(kind), signed=kind != HELD, limit=f"{SCORE_LIMIT:g}")
