"""Attribution, filmstrip and the map of all units of one quantity, on one token axis."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.reading.explanation import Reading
from model.recurrence.replay import GateTrace
from model.recurrence.summary import largest_changes, summarise, unit_order
from views.drawing.downloads import png_button
from views.drawing.labels import NAMES
from views.drawing.numbers import minus
from views.drawing.scores import bar_range, score_unit
from views.drawing.template import render
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import film_track, picture, scale_of, score_bars, unit_map

STEP = 1e-4  # finest resolution of the unit values that the page shows on hover


@dataclass(frozen=True, slots=True)
class Legend:
    """The scale of the colours of some quantities; `kind` is a class of the style sheet."""

    symbols: tuple[str, ...]
    kind: str
    low: str
    high: str
    logarithmic: bool


@dataclass(frozen=True, slots=True)
class PackedValues:
    """All values of a quantity for the page's script: base64 of int16 (tokens, units), each a multiple of `step`, and
    of the uint16 numbers of the units (units,) from top to bottom of the map.
    """

    step: str
    packed: str
    units: str


def staves(reading: Reading, layer: int, direction: str, symbol: str, order: str) -> Markup:
    """Attribution, filmstrip and the map of all units of one quantity, on one token axis.

    Where the cell lacks the quantity, its hidden state is shown instead and said so.
    """
    trace = reading.gates.of(layer, direction)
    shown = symbol if symbol in trace.quantities else "h"
    tracks = _tracks(reading, trace, shown, order)
    return render(
        "gates/staves.html",
        gated=bool(trace.cell.gates),
        cell=gettext(trace.cell.name),
        asked=symbol,
        unbounded=[each.symbol for each in trace.cell.quantities if not each.bounded],
        axis=token_axis(reading.review.tokens, tracks, gettext("Staves")),
        numbers=_numbers(reading, trace),
        pending=reading.scored is None,
        values=_packed(trace, shown, order),
        symbol=shown,
        scales=tuple(_legends(trace.quantities)),
        png=png_button("gatescope-gates"),
    )


def _tracks(reading: Reading, trace: GateTrace, shown: str, order: str) -> list[Track]:
    units, tokens = trace.h.shape[1], len(reading.review.tokens)
    name = gettext(NAMES[shown])
    alt = gettext("{name} of {units} units at {tokens} tokens").format(name=name, units=units, tokens=tokens)
    by = gettext("{units} units, by number") if order == "number" else gettext("{units} units, by peak")
    return [
        _scores(reading),
        *(
            Track(
                gettext(NAMES[each]),
                film_track(trace, each),
                "gs-film gs-shown" if each == shown else "gs-film",
                symbol=each,
            )
            for each in trace.quantities
        ),
        Track(name, picture(unit_map(trace, shown, order), alt), "gs-map", by.format(units=units)),
    ]


def _scores(reading: Reading) -> Track:
    """The track of the scores; empty while there are none, for the page's script to fill it."""
    found = reading.scored
    bars = score_bars(found, len(reading.review.tokens))
    return Track(gettext("attribution"), bars, "gs-bars", bar_range(found) if found else "…")


def _legends(quantities: Sequence[str]) -> Iterator[Legend]:
    """The scales of the colours, each with the quantities that it is of."""
    scales = {symbol: scale_of(symbol) for symbol in quantities}
    for scale in sorted(set(scales.values()), key=lambda scale: (scale.logarithmic, scale.low != 0)):
        there = tuple(symbol for symbol in quantities if scales[symbol] == scale)
        kind = "gs-scale-gate" if scale.low == 0 else "gs-scale-state"
        yield Legend(there, kind, minus(f"{scale.low:g}"), f"{scale.high:g}", scale.logarithmic)


def _numbers(reading: Reading, trace: GateTrace) -> Mapping[str, object]:
    """What the page's script shows of a token when it is chosen, as JSON takes it."""
    found = reading.scored
    return {
        "tokens": [token.text for token in reading.review.tokens],
        "scores": [round(score, 4) for score in found.scores] if found else None,
        "unknown": list(reading.review.unknown),
        "signed": bool(found and found.method.signed),
        "unit": score_unit(found) if found else "",
        "where": gettext("layer {layer}, {direction}").format(layer=trace.layer, direction=gettext(trace.direction)),
        "quantities": [_quantity(trace, symbol) for symbol in trace.quantities],
        "change": _changes(trace),
    }


def _quantity(trace: GateTrace, symbol: str) -> Mapping[str, object]:
    summary, is_gate = summarise(trace, symbol), trace.cell.quantity(symbol).gate
    return {
        "symbol": symbol,
        "name": gettext(NAMES[symbol]),
        "ends": gettext("{low} shut · {high} open") if is_gate else gettext("{low} low · {high} high"),
        "mean": [float(f"{mean:.2f}") for mean in summary.mean],
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


def _packed(trace: GateTrace, symbol: str, order: str) -> PackedValues:
    values = trace.values(symbol)
    step = max(STEP, float(np.abs(values).max()) / 32_767)
    packed = np.rint(values / step).astype("<i2").tobytes()
    units = unit_order(trace, symbol, order).astype("<u2").tobytes()
    return PackedValues(f"{step:.6g}", base64.b64encode(packed).decode(), base64.b64encode(units).decode())
