"""Attribution and every quantity of a layer and direction on one token axis: what moved, all units, the ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from model.language import gettext
from model.reading.explanation import Reading
from model.recurrence.replay import GateTrace
from model.recurrence.summary import MOVED, Summary, largest_changes, summarise
from views.drawing.downloads import png_button
from views.drawing.labels import ARROWS, NAMES
from views.drawing.scores import bar_range, score_unit
from views.drawing.template import render
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import FULL, scale_of, score_bars, units_track


def staves(reading: Reading, layer: int, direction: str, mapped: str = "") -> Markup:
    """Attribution and every quantity on one token axis; `mapped` is the one of which a map stands below, if any."""
    trace = reading.gates.of(layer, direction)
    summaries = [summarise(trace, symbol) for symbol in trace.quantities]
    tracks = [_scores(reading), *(_track(trace, summary, mapped) for summary in summaries)]
    return render(
        "gates/staves.html",
        gated=bool(trace.cell.gates),
        cell=gettext(trace.cell.name),
        unbounded=[each.symbol for each in trace.cell.quantities if not each.bounded],
        axis=token_axis(reading.review.tokens, tracks, gettext("Staves")),
        numbers=_numbers(reading, trace, summaries),
        pending=reading.scored is None,
        single=len(reading.review.tokens) == 1,
        units=trace.h.shape[1],
        moved=f"{MOVED:g}",
        full=f"{FULL:.0%}".replace("%", " %"),
        png=png_button("gatescope-gates"),
    )


def _track(trace: GateTrace, summary: Summary, mapped: str) -> Track:
    is_gate, scale = trace.cell.quantity(summary.symbol).gate, scale_of(summary.symbol)
    ends = f"±{scale.high:g}" if scale.low == -scale.high else f"{scale.low:g}…{scale.high:g}"
    return Track(
        gettext(NAMES[summary.symbol]),
        units_track(summary),
        "gs-units gs-shown" if summary.symbol == mapped else "gs-units",
        symbol=summary.symbol,
        strips=(
            gettext("opens, shuts") if is_gate else gettext("rises, falls"),
            (gettext("all, {ends} log") if scale.logarithmic else gettext("all, {ends}")).format(ends=ends),
        ),
    )


def _scores(reading: Reading) -> Track:
    """The track of the scores; empty while there are none, for the page's script to fill it."""
    found = reading.scored
    bars = score_bars(found, len(reading.review.tokens))
    return Track(gettext("attribution"), bars, "gs-bars", bar_range(found) if found else "…")


def _numbers(reading: Reading, trace: GateTrace, summaries: Sequence[Summary]) -> Mapping[str, object]:
    """What the page's script shows of a token when it is chosen, as JSON takes it."""
    found = reading.scored
    return {
        "tokens": [token.text for token in reading.review.tokens],
        "scores": [round(score, 4) for score in found.scores] if found else None,
        "unknown": list(reading.review.unknown),
        "signed": bool(found and found.method.signed),
        "unit": score_unit(found) if found else "",
        "where": gettext("layer {layer}, {arrow}").format(layer=trace.layer, arrow=gettext(ARROWS[trace.direction])),
        "quantities": [_quantity(trace, summary) for summary in summaries],
        "change": _changes(trace),
        "first": _first(trace),
    }


def _first(trace: GateTrace) -> Mapping[str, object]:
    """Of which quantity a sentence says how many units moved: the gate that keeps the memory, or the memory."""
    symbol = next(iter(trace.cell.forget_gates), trace.cell.memory)
    return {"symbol": symbol, "gate": symbol in trace.cell.gates, "units": trace.h.shape[1]}


def _quantity(trace: GateTrace, summary: Summary) -> Mapping[str, object]:
    is_gate = trace.cell.quantity(summary.symbol).gate
    return {
        "symbol": summary.symbol,
        "name": gettext(NAMES[summary.symbol]),
        "ends": gettext("{low} below 0.1 · {high} above 0.9") if is_gate else gettext("{low} low · {high} high"),
        "up": summary.up.tolist(),
        "down": summary.down.tolist(),
        "middle": [float(f"{value:.2f}") for value in summary.median],
        "low": summary.low.tolist(),
        "high": summary.high.tolist(),
    }


def _changes(trace: GateTrace) -> list[tuple[int, float, float]]:
    """At each token: unit, state before, state after."""
    changes = largest_changes(trace)
    return [
        (unit, round(before, 3), round(after, 3))
        for unit, before, after in zip(
            changes.units.tolist(), changes.before.tolist(), changes.after.tolist(), strict=True
        )
    ]
