"""HTML for one explanation: verdict, the review as running text, the staves, the table, the CSV.

Everything that comes from a person is escaped here, in Python; the page uses the plain value.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from model.attribution.attribution import MIN_DELTA, Attribution
from model.network.classify import Prediction
from model.reading.explainer import Explanation
from model.recurrence.prefixes import PrefixCurve
from model.recurrence.replay import QUANTITIES, QUANTITY_NAMES, GateTrace, GateTraces
from views.drawing.downloads import csv_link, csv_text, png_button, save_buttons
from views.drawing.token_axis import Row, sheet
from views.drawing.tracks import (
    GATES,
    SCORE_LIMIT,
    Line,
    bar_limit,
    film_row,
    line_row,
    saturation,
    scale_of,
    score_bars,
    unit_map,
    unit_order,
)

NAMES = dict(zip(QUANTITIES, QUANTITY_NAMES, strict=True))
PARITY = 1e-5  # what "exact" means in float32
ARROWS = {"forward": "reads →", "backward": "← reads"}
STEP = 1e-4  # finest resolution of the unit values that the page shows on hover


def minus(number: str) -> str:
    """A formatted number with the typographic minus sign."""
    return number.replace("-", "−")


def verdict(explanation: Explanation) -> str:
    """The verdict with its probability, and the two checks, as plain statements."""
    prediction = explanation.prediction
    return f"""<section class="gs-card gs-verdict" aria-label="Verdict">
<h2>Verdict</h2>
<p class="gs-label"><strong>{_label(prediction)}</strong> <span>P(positive) = {prediction.probability:.2f}</span></p>
<div class="gs-meter" role="img" aria-label="P(positive) = {prediction.probability:.2f}">
<i style="left:{100 * prediction.probability:.1f}%"></i></div>
<div class="gs-ends-label"><span>negative</span><span>in doubt</span><span>positive</span></div>
<ul class="gs-checks">{"".join(f"<li>{check}</li>" for check in _checks(explanation))}</ul>
</section>"""


def _label(prediction: Prediction) -> str:
    return f"In doubt, leaning {prediction.label}" if prediction.doubtful else prediction.label.capitalize()


def _checks(explanation: Explanation) -> Iterator[str]:
    review, attribution = explanation.review, explanation.attribution
    words = f"{len(review.tokens):,} token{'s' if len(review.tokens) != 1 else ''}"
    yield f"Read by {escape(explanation.question.checkpoint)}"
    if len(review.unknown) == len(review.tokens):
        yield f"⚠ {words}, none of them known: this verdict says nothing about the text"
    elif review.unknown:
        yield f"{words}, {len(review.unknown):,} unknown"
    else:
        yield f"{words}, all known"
    if review.omitted:
        yield (
            f"⚠ Cut: the network read the first {review.head:,} and the last {len(review.tokens) - review.head:,} "
            f"tokens; {review.omitted:,} between them were left out"
        )
    yield f"Logit {signed(attribution.logit)}: P(positive) is its sigmoid"
    yield completeness(attribution)
    parity = explanation.gates.parity
    shown = "Gates" if "i" in explanation.gates.traces[0].quantities else "States"
    mark = f"✓ {shown} are exact" if parity < PARITY else f"⚠ {shown} are not exact"
    yield f"{mark}: replayed states differ from PyTorch's by {parity:.0e} at most"


def completeness(attribution: Attribution) -> str:
    """Whether the scores add up to the verdict, as a statement."""
    if attribution.delta is None or attribution.relative_delta is None:
        return f"Scores of {escape(attribution.method)} need not add up to the logit"
    total, difference = sum(attribution.scores), attribution.logit - attribution.baseline_logit
    off = abs(attribution.delta)
    off = f"{off:.2g} logits" if off < MIN_DELTA or off >= abs(difference) else f"{100 * off / abs(difference):.2g} %"
    share = f"{off} off, {attribution.steps} steps"
    if attribution.adds_up:
        return (
            f"✓ The words add up: {signed(total)} of {signed(difference)} logits between the baseline's "
            f"{signed(attribution.baseline_logit)} and this review ({share})"
        )
    return f"⚠ The words add up only roughly: {signed(total)} of {signed(difference)} logits ({share}, the ceiling)"


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign, as people write it; what is rounded to nothing has none."""
    shown = f"{value:+.{digits}f}"
    return minus(shown) if float(shown) else shown[1:]


def difference(before: float, after: float, digits: int = 2) -> str:
    """By how much a number rose, as the two differ where they stand beside it, rounded to `digits`."""
    return signed(round(after, digits) - round(before, digits), digits)


def strongest(attribution: Attribution) -> int:
    """The place of the token with the largest attribution: the one to look at first."""
    return max(range(len(attribution.scores)), key=lambda place: abs(attribution.scores[place]))


def reading(explanation: Explanation, chosen: int, asked: str) -> str:
    """The review as running text, each token coloured by its attribution; unknown words dotted.

    `chosen` is the place of the token that is marked; `asked` changes whenever the page must take it over.
    """
    review, attribution = explanation.review, explanation.attribution
    unknown = set(review.unknown)
    pieces = []
    for place, (token, score) in enumerate(zip(review.tokens, attribution.scores, strict=True)):
        if review.omitted and place == review.head:
            pieces.append(f'<span class="gs-cut">… {review.omitted:,} tokens left out …</span> ')
        pieces.append(
            _token(place, token.text, score, place in unknown, place == chosen, attribution) + escape(token.space)
        )
    return f"""<section class="gs-card gs-reading" aria-label="The review, word by word" data-chosen="{chosen}" \
data-asked="{escape(asked)}">
<header><h2>Why: what each word did to the verdict</h2>{_score_legend(attribution)}</header>
<p class="gs-text" dir="auto">{"".join(pieces)}</p>
<p class="gs-note">Point at or tap a word; arrow keys move on. A logit is the network's verdict before it is squeezed
into a probability: above 0 is positive. A score says what the logit responds to, not what causes an opinion.
{_baseline_note(attribution)}</p>
</section>"""


def _token(place: int, text: str, score: float, unknown: bool, chosen: bool, attribution: Attribution) -> str:
    limit = bar_limit(attribution) if attribution.method == "saliency" else SCORE_LIMIT
    weight = min(1.0, abs(score) / limit)
    tip = f"{_score(attribution, score)}{' · unknown word' if unknown else ''}"
    sign = "gs-plain" if attribution.method == "saliency" else "gs-pos" if score > 0 else "gs-neg"
    kinds = f"gs-token {sign}{' gs-unknown' if unknown else ''}"
    return (
        f'<span class="{kinds}" role="button" tabindex="{0 if chosen else -1}" data-place="{place}" data-tip="{tip}" '
        f'style="--w:{weight:.3f}" aria-label="{escape(text)}, {tip}"><bdi>{escape(text)}</bdi></span>'
    )


def _score(attribution: Attribution, score: float, digits: int = 2) -> str:
    """A score as text, with its sign where it has one."""
    return f"{score:.{max(digits, 3)}f}" if attribution.method == "saliency" else signed(score, digits)


def _unit(attribution: Attribution) -> str:
    return "logits per unit" if attribution.method == "saliency" else "logits"


def _score_legend(attribution: Attribution) -> str:
    if attribution.method == "saliency":
        limit = f"{bar_limit(attribution):.2g} {_unit(attribution)}"
        return f'<span class="gs-legend">0 <i class="gs-scale-plain"></i> {limit}</span>'
    return (
        f'<span class="gs-legend">−{SCORE_LIMIT:g} <i class="gs-scale-score"></i> +{SCORE_LIMIT:g} logits'
        '<span class="gs-unknown gs-legend-unknown">unknown</span></span>'
    )


def _baseline_note(attribution: Attribution) -> str:
    if attribution.baseline_logit is None:
        return ""
    if attribution.method == "occlusion":
        return (
            f" Each score: by how much the logit falls when the baseline ({escape(attribution.baseline)}) replaces it."
        )
    return f" Compared with a text of the same length made of the baseline ({escape(attribution.baseline)})."


def staves(explanation: Explanation, layer: int, direction: str, symbol: str, order: str) -> str:
    """Attribution, filmstrip and the map of all units of one quantity, on one token axis.

    Where a plain RNN lacks the quantity, its hidden state is shown instead and said so.
    """
    trace = explanation.gates.of(layer, direction)
    shown = symbol if symbol in trace.quantities else "h"
    tokens = explanation.review.tokens
    picture = base64.b64encode(unit_map(trace, shown, order)).decode()
    units = trace.h.shape[1]
    size = f"{NAMES[shown]} of {units} units at {len(tokens)} tokens"
    sorting = "number" if order == "number" else "peak"
    rows = [
        Row("attribution", score_bars(explanation.attribution), "gs-bars", _bar_range(explanation.attribution)),
        *(
            Row(NAMES[each], film_row(trace, each), "gs-film" + (" gs-shown" if each == shown else ""), symbol=each)
            for each in trace.quantities
        ),
        Row(
            NAMES[shown],
            f'<img src="data:image/png;base64,{picture}" alt="{size}">',
            "gs-map",
            f"{units} units, by {sorting}",
        ),
    ]
    cell = "" if trace.i is not None else " gs-plain-cell"
    return f"""<section class="gs-card gs-staves gs-picture{cell}" aria-label="The gates, word by word" \
{_data(explanation, trace, shown, order)}>
{sheet(tokens, rows, "Staves")}
<footer>{_gate_legend(trace.quantities)}
<button type="button" class="gs-zoom" aria-pressed="false">Whole review</button> {png_button("gatescope-gates")}
<output class="gs-readout">Point at the map: unit, token, value.</output></footer>{_rnn_note(trace)}</section>"""


def running_verdict(explanation: Explanation, curve: PrefixCurve) -> str:
    """P(positive) after each prefix of the review, on the token axis, from 0 to 1."""
    tokens = explanation.review.tokens
    places = curve.lengths - 1
    row = Row(
        "verdict as it reads",
        line_row([Line(places, curve.probabilities)], len(tokens), 0, 1, middle=0.5),
        "gs-running",
        "P(positive) from 0 to 1",
        numbers=running_numbers(curve, len(tokens)),
    )
    thinned = (
        ""
        if len(places) == len(tokens)
        else f" Of this long review {len(places)} prefixes were read; between them the line is straight."
    )
    columns = (column.tolist() for column in (curve.lengths, curve.logits, curve.probabilities))
    table = csv_text(["tokens read", "logit", "P(positive)"], zip(*columns, strict=True))
    return f"""<section class="gs-card gs-picture" aria-label="The verdict as it reads">
{sheet(tokens, [row], "The verdict as it reads")}
<footer><p class="gs-note">P(positive) if the review ended after this token. Half of the network reads backwards: each
time it starts anew from that token, so a new word may change what the earlier ones meant.{thinned}</p>
{save_buttons("gatescope-prefixes", table)}</footer></section>"""


def running_numbers(curve: PrefixCurve, tokens: int) -> list[str]:
    """P(positive) at each token as text; "≈" where the prefix was not read and its neighbours say."""
    places = curve.lengths - 1
    read = set(places.tolist())
    at_token = np.interp(np.arange(tokens), places, curve.probabilities)
    return [f"{value:.2f}" if place in read else f"≈ {value:.2f}" for place, value in enumerate(at_token)]


def _bar_range(attribution: Attribution) -> str:
    limit = bar_limit(attribution)
    return f"0 to {limit:.2g}" if attribution.method == "saliency" else f"±{limit:g} logits"


def _rnn_note(trace: GateTrace) -> str:
    if trace.i is not None:
        return ""
    return '<p class="gs-note">A plain RNN has no gates and no cell state: its hidden state h is all there is.</p>'


def _gate_legend(quantities: Sequence[str]) -> str:
    """The scales of the colours, each with the quantities that it is of, and what the bars below them say."""
    scales = []
    for symbols in (GATES, ("g", "h"), ("c",)):
        there = [f"<em>{symbol}</em>" for symbol in symbols if symbol in quantities]
        if there:
            scale = scale_of(symbols[0])
            kind = "gs-scale-gate" if symbols == GATES else "gs-scale-signed"
            ends = f'{minus(f"{scale.low:g}")} <i class="{kind}"></i> {scale.high:g}'
            beyond = ", logarithmic" if scale.logarithmic else ""
            scales.append(f'<span class="gs-legend">{" ".join(there)} {ends}{beyond}</span>')
    ends = "beyond ∓0.9 (<em>c</em>: ∓1)" if "c" in quantities else "beyond ∓0.9"
    gates = "below 0.1 and above 0.9 (gates), " if "i" in quantities else ""
    return (
        f"{''.join(scales)}"
        '<span class="gs-legend">cells: mean over units; of signed quantities that of units over 0, of all, of units '
        "under 0</span>"
        '<span class="gs-legend"><i class="gs-scale-ends"></i> <span>bars: shares of units near the ends:</span> '
        f"<span>{gates}{ends}</span></span>"
    )


def _data(explanation: Explanation, trace: GateTrace, symbol: str, order: str) -> str:
    """What the page's script needs to show numbers, as data attributes."""
    values = trace.values(symbol)
    numbers = {
        "tokens": [token.text for token in explanation.review.tokens],
        "scores": [round(score, 4) for score in explanation.attribution.scores],
        "unknown": list(explanation.review.unknown),
        "signed": explanation.attribution.method != "saliency",
        "unit": _unit(explanation.attribution),
        "where": f"layer {trace.layer}, {trace.direction}",
        "quantities": [_numbers(trace, each) for each in trace.quantities],
        "change": _largest_changes(trace),
    }
    step = max(STEP, float(np.abs(values).max()) / 32_767)
    packed = np.rint(values / step).astype("<i2").tobytes()
    units = unit_order(trace, symbol, order).astype("<u2").tobytes()
    return (
        f'data-numbers="{escape(json.dumps(numbers))}" data-step="{step:.6g}" data-symbol="{symbol}" '
        f'data-values="{base64.b64encode(packed).decode()}" data-units="{base64.b64encode(units).decode()}"'
    )


def _numbers(trace: GateTrace, symbol: str) -> dict[str, object]:
    values = trace.values(symbol)
    ends = saturation(values, symbol)
    units = values.shape[1]
    return {
        "symbol": symbol,
        "name": NAMES[symbol],
        "mean": [float(f"{mean:.2f}") for mean in values.mean(axis=1)],
        "low": np.rint(ends.low * units).astype(int).tolist(),
        "high": np.rint(ends.high * units).astype(int).tolist(),
    }


def _largest_changes(trace: GateTrace) -> list[list[float]]:
    """At each token: the unit whose state changes most when it is read, its state before and after."""
    state = trace.h if trace.c is None else trace.c
    order = state if trace.direction == "forward" else state[::-1]
    before = np.concatenate([np.zeros_like(order[:1]), order[:-1]])
    units = np.abs(order - before).argmax(axis=1)
    places = np.arange(len(order))
    rows = [
        [int(unit), round(float(old), 3), round(float(new), 3)]
        for unit, old, new in zip(units, before[places, units], order[places, units], strict=True)
    ]
    return rows if trace.direction == "forward" else rows[::-1]


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
            f"<td>{_score(explanation.attribution, score, 4)}</td>{cells}</tr>"
        )
    return f"""<section class="gs-card gs-table" aria-label="Table of tokens">
<header>
<p>Attribution in {_unit(explanation.attribution)}; i to h are means over units of layer {layer}, {direction}.</p>
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


def mean_traces(gates: GateTraces) -> dict[str, dict[str, list[float]]]:
    """ "layer1.forward" and so on to the mean over units of each quantity at each token."""
    return {
        trace.name: {symbol: trace.values(symbol).mean(axis=1).tolist() for symbol in trace.quantities}
        for trace in gates.traces
    }
