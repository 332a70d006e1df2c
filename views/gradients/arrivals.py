"""What really arrives at each token: gradients of the logit, beside what the chain of steps alone would bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.network.cells.registry import STATES
from model.reading.explanation import Gradients, Reading
from model.recurrence.arriving import StateGradients
from views.drawing.downloads import save_buttons, token_csv
from views.drawing.labels import NAMES, token_name
from views.drawing.template import render
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import Line
from views.gradients.log_scale import LogScale, factor, many

SCALE = LogScale(1e-4, 10)  # of a gradient of the logit


@dataclass(frozen=True, slots=True)
class Words:
    """At which word the gradient by its vector is largest and at which smallest, and how many times smaller, as text;
    `times` is "" where it is nothing there, or there is one word alone.
    """

    most: str
    most_value: str
    least: str
    least_value: str
    times: str | Markup
    tokens: int


def arrivals_card(reading: Reading, gradients: Gradients) -> Markup:
    """What really arrives at each token: gradients of the logit, beside what the chain of steps alone would bring."""
    return render(
        "gradients/arrivals.html",
        weights=gradients.weights,
        layer=gradients.flows[0].flow.layer,
        layers=reading.gates.layers,
        pooling=gradients.pooling,
        words=_words(reading, gradients),
        axis=token_axis(reading.review.tokens, _tracks(gradients), gettext("What arrives")),
        save=save_buttons("gatescope-gradient-arrivals", arrivals_csv(reading, gradients)),
    )


def _words(reading: Reading, gradients: Gradients) -> Words:
    norms, words = gradients.arriving.embedding, [token.text for token in reading.review.tokens]
    most, least = int(norms.argmax()), int(norms.argmin())
    several = len(words) > 1 and norms[least] > 0
    return Words(
        most=token_name(words, most),
        most_value=factor(norms[most]),
        least=token_name(words, least),
        least_value=factor(norms[least]),
        times=many(float(np.log10(norms[most] / norms[least]))) if several else "",
        tokens=len(words),
    )


def _tracks(gradients: Gradients) -> list[Track]:
    """The word vectors and each state; beside the one that the chain of steps hands on stands what that would bring."""
    flow = gradients.flows[0].flow
    tracks = [SCALE.track(gettext("at the word"), gettext("its vector"), gradients.arriving.embedding)]
    for symbol, norms in gradients.arriving.of(flow.layer, flow.direction).norms.items():
        name, note = gettext("at {symbol}").format(symbol=symbol), gettext(NAMES[symbol])
        if symbol == flow.cell.memory:
            chain = Line(np.arange(len(norms)), gradients.chain_alone, "gs-dashed")
            note = gettext("{note}, dashed: chain alone").format(note=note)
            tracks.append(SCALE.track(name, note, norms, chain))
        else:
            tracks.append(SCALE.track(name, note, norms))
    return tracks


def arrivals_csv(reading: Reading, gradients: Gradients) -> str:
    """One row for each token: norms of the gradient at the word vector, h and c, and log10 of the chain alone."""
    flow = gradients.flows[0].flow
    states = gradients.arriving.of(flow.layer, flow.direction)
    columns = {
        "word vector": gradients.arriving.embedding.tolist(),
        **{symbol: _blank_or(states, symbol) for symbol in STATES},
        "log10 chain alone": gradients.chain_alone.tolist(),
    }
    return token_csv(reading.review.tokens, columns)


def _blank_or(states: StateGradients, symbol: str) -> list[float] | list[None]:
    """What arrives at a state, blanks where the cell has no such state."""
    return states.values(symbol).tolist() if symbol in states.norms else [None] * len(states.h)
