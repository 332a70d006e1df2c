"""The tokens with their numbers, as a table and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.reading.explanation import Explanation
from model.recurrence.summary import mean_traces
from views.drawing.downloads import csv_link, csv_text
from views.drawing.labels import ARROWS
from views.drawing.numbers import minus
from views.drawing.scores import score_text, score_unit
from views.drawing.template import render


@dataclass(frozen=True, slots=True)
class Row:
    """One token: its `number` from 1, its score as text, and the mean of each quantity as text."""

    number: int
    token: str
    unknown: bool
    score: str
    means: Sequence[str]


def table(explanation: Explanation, layer: int, direction: str) -> Markup:
    """The tokens with their numbers, and the link that downloads all of them as CSV."""
    name = explanation.gates.of(layer, direction).name
    means = next(each for each in mean_traces(explanation.gates) if each.name == name)
    return render(
        "gates/table.html",
        rows=tuple(_rows(explanation, means.means)),
        symbols=means.symbols,
        unit=score_unit(explanation.attribution),
        layer=layer,
        direction=gettext(ARROWS[direction]),
        download=csv_link(csv_table(explanation), "gatescope", gettext("Download CSV (all layers)")),
    )


def _rows(explanation: Explanation, means: np.ndarray) -> Iterator[Row]:
    unknown, attribution = set(explanation.review.unknown), explanation.attribution
    for place, (token, score) in enumerate(zip(explanation.review.tokens, attribution.scores, strict=True)):
        yield Row(
            place + 1,
            token.text,
            place in unknown,
            score_text(attribution, score, 4),
            [minus(f"{mean:.3f}") for mean in means[:, place].tolist()],
        )


def csv_table(explanation: Explanation) -> str:
    """One row for each token: place, text, span, whether known, attribution, and the mean over units of all traces."""
    review = explanation.review
    columns = {
        f"{trace.name}.{symbol}": means.tolist()
        for trace in mean_traces(explanation.gates)
        for symbol, means in zip(trace.symbols, trace.means, strict=True)
    }
    unknown = set(review.unknown)
    rows = (
        [place + 1, token.text, token.start, token.end, "no" if place in unknown else "yes", score]
        + [column[place] for column in columns.values()]
        for place, (token, score) in enumerate(zip(review.tokens, explanation.attribution.scores, strict=True))
    )
    return csv_text(["place", "token", "start", "end", "known", "attribution", *columns], rows)
