"""The map of all units of one quantity: a row for each unit, a column for each token."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.reading.explanation import Reading
from model.recurrence.replay import GateTrace
from model.recurrence.summary import unit_order
from views.drawing.downloads import png_button
from views.drawing.labels import NAMES
from views.drawing.numbers import minus
from views.drawing.template import render
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import picture, scale_of, unit_map

STEP = 1e-4  # finest resolution of the values that the page shows on hover


@dataclass(frozen=True, slots=True)
class PackedValues:
    """All values of a quantity for the page's script: base64 of int16 (tokens, units), each a multiple of `step`, and
    of the uint16 numbers of the units (units,) from top to bottom of the map.
    """

    step: str
    packed: str
    units: str


@dataclass(frozen=True, slots=True)
class Legend:
    """The scale of the map's colours; `kind` is a class of the style sheet."""

    kind: str
    low: str
    high: str
    logarithmic: bool


def shown_in(trace: GateTrace, symbol: str) -> str:
    """The quantity that a map shows where `symbol` is asked for: the hidden state where the cell lacks it."""
    return symbol if symbol in trace.quantities else "h"


def map_card(reading: Reading, layer: int, direction: str, symbol: str, order: str) -> Markup:
    """All units of one quantity, by one of `ORDERS`, on the token axis of the staves above it.

    Where the cell lacks the quantity, its hidden state is shown instead and said so.
    """
    trace = reading.gates.of(layer, direction)
    shown = shown_in(trace, symbol)
    units, tokens = trace.h.shape[1], len(reading.review.tokens)
    name = gettext(NAMES[shown])
    alt = gettext("{name} of {units} units at {tokens} tokens").format(name=name, units=units, tokens=tokens)
    by = gettext("{units} units, by number") if order == "number" else gettext("{units} units, by peak")
    track = Track(name, picture(unit_map(trace, shown, order), alt), "gs-map", by.format(units=units))
    return render(
        "gates/unit_map.html",
        gated=bool(trace.cell.gates),
        cell=gettext(trace.cell.name),
        asked=symbol,
        symbol=shown,
        axis=token_axis(reading.review.tokens, [track], gettext("All units")),
        tokens=[token.text for token in reading.review.tokens],
        values=_packed(trace, shown, order),
        legend=_legend(shown),
        png=png_button("gatescope-units"),
    )


def _legend(symbol: str) -> Legend:
    scale = scale_of(symbol)
    kind = "gs-scale-gate" if scale.low == 0 else "gs-scale-state"
    return Legend(kind, minus(f"{scale.low:g}"), f"{scale.high:g}", scale.logarithmic)


def _packed(trace: GateTrace, symbol: str, order: str) -> PackedValues:
    values = trace.values(symbol)
    step = max(STEP, float(np.abs(values).max()) / 32_767)
    packed = np.rint(values / step).astype("<i2").tobytes()
    units = unit_order(trace, symbol, order).astype("<u2").tobytes()
    return PackedValues(f"{step:.6g}", base64.b64encode(packed).decode(), base64.b64encode(units).decode())
