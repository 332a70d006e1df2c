"""The tokens with their numbers, as a table and as CSV."""

from __future__ import annotations

from html import escape

from model.reading.explanation import Explanation
from views.drawing.downloads import csv_link, csv_text
from views.drawing.numbers import minus
from views.drawing.scores import score_text, score_unit


def table(explanation: Explanation, layer: int, direction: str) -> str:
    """The tokens with their numbers, and the link that downloads all of them as CSV."""
    trace = explanation.gates.of(layer, direction)
    means = [trace.values(symbol).mean(axis=1) for symbol in trace.quantities]
    unknown = set(explanation.review.unknown)
    head = "".join(f'<th scope="col">{symbol}</th>' for symbol in trace.quantities)
    rows = []
    for place, (token, score) in enumerate(zip(explanation.review.tokens, explanation.attribution.scores, strict=True)):
        cells = "".join(f"<td>{minus(f'{mean[place]:.3f}')}</td>" for mean in means)
        known = "unknown" if place in unknown else ""
        rows.append(
            f"<tr><td>{place + 1}</td><th scope='row'><bdi>{escape(token.text)}</bdi></th><td>{known}</td>"
            f"<td>{score_text(explanation.attribution, score, 4)}</td>{cells}</tr>"
        )
    return f"""<section class="gs-card gs-table" aria-label="Table of tokens">
<header>
<p>Attribution in {score_unit(explanation.attribution)}; i to h are means over units of layer {layer}, {direction}.</p>
{csv_link(csv_table(explanation), "gatescope", "Download CSV (all layers)")}</header>
<div class="gs-table-scroll" tabindex="0"><table><thead><tr><th scope="col">#</th>
<th scope="col">token</th><th scope="col"></th><th scope="col">attribution</th>{head}</tr></thead>
<tbody>{"".join(rows)}</tbody></table></div></section>"""


def csv_table(explanation: Explanation) -> str:
    """One row for each token: place, text, span, whether known, attribution, and the mean over units of all traces."""
    review, gates = explanation.review, explanation.gates
    columns = {
        f"{trace.name}.{symbol}": trace.values(symbol).mean(axis=1)
        for trace in gates.traces
        for symbol in trace.quantities
    }
    unknown = set(review.unknown)
    rows = (
        [place + 1, token.text, token.start, token.end, "no" if place in unknown else "yes", score]
        + [float(column[place]) for column in columns.values()]
        for place, (token, score) in enumerate(zip(review.tokens, explanation.attribution.scores, strict=True))
    )
    return csv_text(["place", "token", "start", "end", "known", "attribution", *columns], rows)
