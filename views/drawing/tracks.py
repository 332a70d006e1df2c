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
from model.network.cells.registry import QUANTITIES
from model.recurrence.replay import GateTrace
from model.recurrence.summary import Summary, unit_order
from views.drawing.colours import gate_palette, palette_places, signed_log, state_palette
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

    def shares(self, values: np.ndarray) -> np.ndarray:
        """How far along the scale values of any shape are: from 0 to 1; what lies beyond takes its end."""
        values, ends = np.clip(values, self.low, self.high), np.array([self.low, self.high])
        if self.logarithmic:
            values, ends = signed_log(values), signed_log(ends)
        return np.asarray((values - ends[0]) / (ends[1] - ends[0]))

    def places(self, values: np.ndarray) -> np.ndarray:
        """Where values of any shape fall in the palette: uint8."""
        return palette_places(self.shares(values), 0, 1)


def scale_of(symbol: str) -> Scale:
    """i, f, o from 0 to 1; g, h from -1 to 1; c, which has no bound, from -100 to 100, logarithmic."""
    quantity = QUANTITIES[symbol]
    if quantity.bounded:
        return Scale(quantity.low, quantity.high)
    return Scale(-CELL_LIMIT, CELL_LIMIT, logarithmic=True)


MOVED_STRIP, BAND_STRIP = (0, 52), (58, 42)  # of a track: where each begins and how high it is, of 100
FULL = 0.4  # share of the units that a bar of full height stands for, where it says how many moved


def units_track(summary: Summary) -> Markup:
    """Two strips: bars of how many units moved, up and down; below them the band of all units, with thin bars from its
    upper edge of how many are near the upper end, and from its lower edge near the lower one.
    """
    top, height = MOVED_STRIP
    middle, full = top + height / 2, summary.units * FULL
    return _svg(
        len(summary.up),
        _bars(summary.up / full, middle, -height / 2, "gs-moved gs-up")
        + _bars(summary.down / full, middle, height / 2, "gs-moved gs-down")
        + f'<path class="gs-axis" d="M0 {middle:g}h{len(summary.up)}"/>'
        + _band(summary, *BAND_STRIP),
    )


def band_track(summary: Summary) -> Markup:
    """The band of all units alone."""
    return _svg(len(summary.up), _band(summary, 2, 96))


def _bars(shares: np.ndarray, start: float, length: float, kind: str) -> str:
    """A bar for each token from `start` on, as long as its share (tokens,) of `length`, which is upwards below 0.

    Bars are strokes, whose width the style sheet knows.
    """
    lengths = (length * np.minimum(shares, 1)).tolist()
    bars = "".join(f"M{place}.5 {start:g}v{each:.1f}" for place, each in enumerate(lengths) if each)
    return f'<path class="{kind}" d="{bars}"/>'


def _band(summary: Summary, top: int, height: int) -> str:
    """Eight of ten units, half of them, and the middle one, on the quantity's scale; above and below 0 states wear
    their colours. Thin bars from the edges: the shares of all units that are near the ends.
    """
    scale = scale_of(summary.symbol)
    tokens = len(summary.up)
    values = top + height * (1 - scale.shares(summary.bands))  # (5, T)
    zero = top + height * (1 - float(scale.shares(np.zeros(1))[0]))
    drawn = []
    for kind, low, high in (("gs-most", 0, 4), ("gs-half", 1, 3)):
        if scale.low == 0:
            drawn.append(_area(values[low], values[high], f"{kind} gs-gate"))
            continue
        drawn.append(_area(np.minimum(values[low], zero), np.minimum(values[high], zero), f"{kind} gs-above"))
        drawn.append(_area(np.maximum(values[low], zero), np.maximum(values[high], zero), f"{kind} gs-below"))
    axis = "" if scale.low == 0 else f'<path class="gs-axis" d="M0 {zero:.1f}h{tokens}"/>'
    middle = "".join(f"V{value:.1f}h1" for value in values[2].tolist())
    ends = _bars(summary.high / summary.units, top, height, "gs-ends")
    ends += _bars(summary.low / summary.units, top + height, -height, "gs-ends")
    return f'{"".join(drawn)}{axis}{ends}<path class="gs-middle" d="M0 {values[2, 0]:.1f}{middle}"/>'


def area_track(
    values: np.ndarray, limit: float, behind: tuple[int, int] = (0, 0), over: np.ndarray | None = None
) -> Markup:
    """A curve through values (tokens,) from -`limit` to `limit`, filled down to 0: above it in one colour, below in the
    other. Values beyond run along the edge. Tokens from the first place of `behind` to before its second are shaded.
    A line through `over` (tokens,), from -1 to 1, lies over the curve, if given.
    """
    heights = 50 - 48 * np.clip(values / limit, -1, 1)
    start, end = behind
    drawn = [f'<path class="gs-behind" d="M{start} 0H{end}V100H{start}z"/>'] if end > start else []
    for kind, part in (("gs-above", np.minimum(heights, 50)), ("gs-below", np.maximum(heights, 50))):
        points = "".join(f"L{place}.5 {height:.1f}" for place, height in enumerate(part.tolist()))
        if len(part) == 1:  # a curve through one point would have no width
            points = f"m-.4 0V{part[0]:.1f}h.8"
        drawn.append(f'<path class="{kind}" d="M0.5 50{points}V50z"/>')
    drawn.append(f'<path class="gs-axis" d="M0 50h{len(values)}"/>')
    if over is not None:
        points = "L".join(f"{place}.5 {50 - 48 * value:.1f}" for place, value in enumerate(over.tolist()))
        drawn.append(f'<path class="gs-line" d="M{points}"/>')
    return _svg(len(values), "".join(drawn))


def _area(low: np.ndarray, high: np.ndarray, kind: str) -> str:
    """What lies between two lines of steps, (tokens,) each."""
    there = "".join(f"V{value:.1f}h1" for value in high.tolist())
    back = "".join(f"V{value:.1f}h-1" for value in low[::-1].tolist())
    return f'<path class="{kind}" d="M0 {high[0]:.1f}{there}{back}z"/>'


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
    """Lines on one scale as SVG, one unit of width for each token; values beyond the scale run along its edge.

    A value without neighbours is a dash in its column.
    """

    def height(value: float) -> float:
        return 96 - 92 * (min(max(value, low), high) - low) / (high - low)

    drawn = []
    for line in lines:
        there = np.concatenate([[False], ~np.isnan(line.values), [False]])
        path = []
        for place, value, before, here, after in zip(
            line.places, line.values, there[:-2], there[1:-1], there[2:], strict=True
        ):
            if here:
                path.append(f"{'L' if before else 'M'}{place + 0.5:g} {height(value):.1f}")
                path.append("" if before or after else "m-.3 0h.6")
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
