"""Pictures on the token axis: each takes one result and gives back a track's picture. No torch, no Gradio.

Tracks are SVG with one unit of width for each token, so that all of them share the token axis of the page; a
map of all units is a PNG with one pixel for each unit and token.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from PIL import Image

from model.attribution.attribution import Attribution
from model.network.cells.registry import GATES, QUANTITIES
from model.recurrence.replay import GateTrace
from model.recurrence.summary import saturation, unit_order
from views.drawing.colours import as_hex, gate_palette, palette_places, signed_log, state_palette
from views.drawing.template import render

CELL_LIMIT = 100.0  # the cell state has no bound: its colours are logarithmic and end here, and the page says so
SCORE_LIMIT = 1.0  # logits at which a token's colour is full


@dataclass(frozen=True, slots=True)
class Scale:
    """The fixed range of a quantity's colours, so that two reviews compare; linear, or logarithmic on both sides."""

    low: float
    high: float
    logarithmic: bool = False

    @property
    def palette(self) -> np.ndarray:
        """Colours (255, 3) uint8."""
        return gate_palette() if self.low == 0 else state_palette()

    def places(self, values: np.ndarray) -> np.ndarray:
        """Where values of any shape fall in the palette: uint8."""
        if not self.logarithmic:
            return palette_places(values, self.low, self.high)
        low, high = signed_log(np.array([self.low, self.high]))
        return palette_places(signed_log(values), low, high)


def scale_of(symbol: str) -> Scale:
    """i, f, o from 0 to 1; g, h from -1 to 1; c, which has no bound, from -100 to 100, logarithmic."""
    quantity = QUANTITIES[symbol]
    if quantity.bounded:
        return Scale(quantity.low, quantity.high)
    return Scale(-CELL_LIMIT, CELL_LIMIT, logarithmic=True)


def film_track(trace: GateTrace, symbol: str) -> Markup:
    """One track of the filmstrip as SVG, one unit of width for each token.

    Colour is the mean over units. Units of signed quantities cancel out in it, so there a band above is the mean of
    the units over 0 and a band below that of the units under 0 (both over all units: the three add up). Under the
    cell, bars say how many units are near the ends: up for the upper end, down for the lower, the whole height is all.
    """
    values = trace.values(symbol)
    if symbol in GATES:
        cells = _cells(values.mean(axis=1), symbol, 0, 58)
    else:
        cells = _cells(np.maximum(values, 0).mean(axis=1), symbol, 0, 19)
        cells += _cells(values.mean(axis=1), symbol, 19, 20)
        cells += _cells(np.minimum(values, 0).mean(axis=1), symbol, 39, 19)
    ends = saturation(values, symbol)
    bars = "".join(
        f"M{place + 0.15:g} {81 - 19 * high:.1f}h.7v{19 * (low + high):.1f}h-.7z"
        for place, (low, high) in enumerate(zip(ends.low, ends.high, strict=True))
        if low + high > 0
    )
    return _svg(
        len(values), f'{cells}<path class="gs-ends" d="{bars}"/><path class="gs-axis" d="M0 81h{len(values)}"/>'
    )


def _cells(values: np.ndarray, symbol: str, top: int, height: int) -> str:
    """One coloured rectangle for each value (tokens,)."""
    scale = scale_of(symbol)
    colours = scale.palette[scale.places(values)]
    return "".join(
        f'<path class="gs-cell" fill="{as_hex(colour)}" d="M{place} {top}h1v{height}h-1z"/>'
        for place, colour in enumerate(colours)
    )


BARS = ("gs-up", "gs-down", "gs-unsigned")  # classes of the style sheet


def bar_paths(attribution: Attribution | None) -> dict[str, str]:
    """The bars of an attribution as paths, by their class: up towards positive, down towards negative, without a sign.

    One unit of width for each token; 50 is the middle. All empty where there is no attribution yet.
    """
    paths = dict.fromkeys(BARS, "")
    limit = bar_limit(attribution) if attribution else 1.0
    for place, score in enumerate(attribution.scores if attribution else ()):
        height = 48 * abs(score) / limit
        top = 50 - height if score > 0 else 50
        kind = "gs-unsigned" if attribution and not attribution.method.signed else "gs-up" if score > 0 else "gs-down"
        paths[kind] += f"M{place + 0.12:g} {top:.1f}h.76v{height:.1f}h-.76z"
    return paths


def score_bars(attribution: Attribution | None, tokens: int) -> Markup:
    """Attribution as SVG bars: up and orange towards positive, down and blue towards negative; grey without a sign."""
    bars = "".join(f'<path class="{kind}" d="{path}"/>' for kind, path in bar_paths(attribution).items())
    return _svg(tokens, bars + f'<path class="gs-axis" d="M0 50h{tokens}"/>')


def bar_limit(attribution: Attribution) -> float:
    """The score that a full bar stands for: 1, the next whole number that holds all, or without a sign the largest."""
    largest = max((abs(score) for score in attribution.scores), default=0.0)
    if not attribution.method.signed:
        return largest or 1.0
    return float(max(1, np.ceil(largest)))


@dataclass(frozen=True, slots=True)
class Line:
    """A line through values at places on the token axis, both (points,); where a value is NaN it is broken.

    `kind` is a class of the style sheet.
    """

    places: np.ndarray
    values: np.ndarray
    kind: str = "gs-line"


def line_track(lines: Sequence[Line], tokens: int, low: float, high: float, middle: float | None = None) -> Markup:
    """Lines on one scale as SVG, one unit of width for each token; values beyond the scale run along its edge."""

    def height(value: float) -> float:
        return 96 - 92 * (min(max(value, low), high) - low) / (high - low)

    drawn = []
    for line in lines:
        pen, path = "M", []
        for place, value in zip(line.places, line.values, strict=True):
            if np.isnan(value):
                pen = "M"
                continue
            path.append(f"{pen}{place + 0.5:g} {height(value):.1f}")
            pen = "L"
        drawn.append(f'<path class="{line.kind}" d="{"".join(path)}"/>')
    axis = "" if middle is None else f'<path class="gs-axis" d="M0 {height(middle):.1f}h{tokens}"/>'
    return _svg(tokens, axis + "".join(drawn))


def _svg(width: int, body: str) -> Markup:
    """`body` is made of numbers and of classes of the style sheet alone."""
    return render("drawing/track.html", width=width, body=Markup(body))  # noqa: S704


def unit_map(trace: GateTrace, symbol: str, order: str = "number") -> bytes:
    """All units (rows) at all tokens (columns) as a PNG with a pixel for each, on the quantity's fixed scale."""
    scale = scale_of(symbol)
    values = trace.values(symbol)[:, unit_order(trace, symbol, order)].T  # (units, tokens)
    image = Image.fromarray(scale.places(values), mode="P")
    image.putpalette(scale.palette.tobytes())
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def picture(png: bytes, alt: str) -> Markup:
    """A PNG as an image; `alt` says what it shows."""
    return render("drawing/map.html", png=base64.b64encode(png).decode(), alt=alt)
