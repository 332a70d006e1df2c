"""Attribution, filmstrip and the map of all units of one quantity, on one token axis."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape

import numpy as np

from model.attribution.attribution import Attribution
from model.reading.explanation import Explanation
from model.recurrence.replay import GateTrace
from views.drawing.downloads import png_button
from views.drawing.labels import NAMES
from views.drawing.numbers import minus
from views.drawing.scores import score_unit
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import (
    GATES,
    bar_limit,
    film_track,
    picture,
    saturation,
    scale_of,
    score_bars,
    unit_map,
    unit_order,
)

STEP = 1e-4  # finest resolution of the unit values that the page shows on hover


def staves(explanation: Explanation, layer: int, direction: str, symbol: str, order: str) -> str:
    """Attribution, filmstrip and the map of all units of one quantity, on one token axis.

    Where a plain RNN lacks the quantity, its hidden state is shown instead and said so.
    """
    trace = explanation.gates.of(layer, direction)
    shown = symbol if symbol in trace.quantities else "h"
    tokens = explanation.review.tokens
    units = trace.h.shape[1]
    size = f"{NAMES[shown]} of {units} units at {len(tokens)} tokens"
    sorting = "number" if order == "number" else "peak"
    rows = [
        Track("attribution", score_bars(explanation.attribution), "gs-bars", _bar_range(explanation.attribution)),
        *(
            Track(NAMES[each], film_track(trace, each), "gs-film" + (" gs-shown" if each == shown else ""), symbol=each)
            for each in trace.quantities
        ),
        Track(
            NAMES[shown],
            picture(unit_map(trace, shown, order), size),
            "gs-map",
            f"{units} units, by {sorting}",
        ),
    ]
    cell = "" if trace.i is not None else " gs-plain-cell"
    return f"""<section class="gs-card gs-staves gs-picture{cell}" aria-label="The gates, word by word" \
{_data(explanation, trace, shown, order)}>
{token_axis(tokens, rows, "Staves")}
<footer>{_gate_legend(trace.quantities)}
<button type="button" class="gs-zoom" aria-pressed="false">Whole review</button> {png_button("gatescope-gates")}
<output class="gs-readout">Point at the map: unit, token, value.</output></footer>{_rnn_note(trace)}</section>"""


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
        "unit": score_unit(explanation.attribution),
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
