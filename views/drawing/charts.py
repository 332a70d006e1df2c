"""Charts: each takes one result and gives back a Plotly figure. No torch, no Gradio, no files."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from model.language import gettext
from model.metrics import CalibrationBin
from model.network.cells.registry import CELLS, QUANTITIES, SYMBOLS
from model.network.checkpoint import Epoch
from model.recurrence.jacobians import GradientFlow
from model.recurrence.preactivations import BIN_EDGES, CURVES_END, Preactivations
from model.recurrence.replay import NEARLY_OPEN, NEARLY_SHUT
from model.recurrence.retention import HalfLives, Memory
from model.workbench.overview import ConfidenceBin
from views.drawing.colours import (
    BLUE,
    CHART_GROUND,
    CHART_INK,
    GREY,
    GRID,
    ORANGE,
    PALE_SLATE,
    SERIES,
    SLATE,
    ZERO_LINE,
)
from views.drawing.labels import NAMES

NO_NAME = "<extra></extra>"  # Plotly would write the name of the series beside what a pointer finds
_BELOW = {"yref": "container", "y": 0, "yanchor": "bottom"}  # a legend of several lines covers nothing there
_GATES = (symbol for symbol in SYMBOLS if QUANTITIES[symbol].gate)
_CELL_COLOURS = dict(zip(CELLS, cycle(SERIES), strict=False))
_GATE_COLOURS = dict(zip(_GATES, cycle((BLUE, ORANGE, SLATE)), strict=False))


def training_curves(history: Sequence[Epoch]) -> go.Figure:
    """Accuracy of training and validation over the epochs."""
    epochs = [epoch.epoch for epoch in history]
    splits = (
        (gettext("train"), [epoch.train_accuracy for epoch in history], BLUE, "dot"),
        (gettext("validation"), [epoch.validation_accuracy for epoch in history], ORANGE, "solid"),
    )
    figure = go.Figure()
    for name, accuracies, colour, dash in splits:
        percent = [100 * accuracy for accuracy in accuracies]
        figure.add_scatter(x=epochs, y=percent, name=name, mode="lines+markers", line={"color": colour, "dash": dash})
    figure.update_xaxes(title=gettext("epoch"), dtick=1)
    figure.update_yaxes(title=gettext("accuracy (%)"))
    return _plain(figure)


def reliability_diagram(bins: Sequence[CalibrationBin]) -> go.Figure:
    """Accuracy against confidence in bins with their counts; on the diagonal confidence can be taken at its word."""
    figure = go.Figure()
    figure.add_scatter(
        x=[50, 100],
        y=[50, 100],
        mode="lines",
        line={"color": GREY, "dash": "dot"},
        name=gettext("perfect"),
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[100 * bin_.confidence for bin_ in bins],
        y=[100 * bin_.accuracy for bin_ in bins],
        text=[gettext("{count:,} reviews").format(count=bin_.count) for bin_ in bins],
        mode="lines+markers",
        line={"color": ORANGE},
        name=gettext("measured"),
    )
    figure.update_xaxes(title=gettext("confidence (%)"))
    figure.update_yaxes(title=gettext("accuracy (%)"))
    return _plain(figure)


def confidence_histogram(bins: Sequence[ConfidenceBin]) -> go.Figure:
    """How many reviews have a confidence in each bin, those judged right and wrong on top of one another."""
    names = [_between(f"{100 * bin_.low:.0f}", f"{100 * bin_.high:.0f}") for bin_ in bins]
    sides = (
        (gettext("right"), [bin_.hits for bin_ in bins], BLUE, ""),
        (gettext("wrong"), [bin_.mistakes for bin_ in bins], ORANGE, "/"),
        (gettext("no label"), [bin_.unlabelled for bin_ in bins], PALE_SLATE, "."),
    )
    hover = gettext("{confidence} % sure: {count} {side}")
    figure = go.Figure()
    for side, counts, colour, shape in sides:
        if any(counts):
            figure.add_bar(
                x=names,
                y=counts,
                name=side,
                marker={"color": colour, "pattern": {"shape": shape}},
                hovertemplate=hover.format(confidence="%{x}", count="%{y}", side=side) + NO_NAME,
            )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title=gettext("confidence (%)"), tickangle=-40)
    figure.update_yaxes(title=gettext("reviews"))
    return _plain(figure)


def saturation_plot(memory: Memory) -> go.Figure:
    """For each gate how often units have it nearly shut, and how often nearly open (Karpathy et al. 2015).

    Units at the same place are one dot; its area says how many they are.
    """
    gates = memory.saturation
    names = [_quantity(gate.symbol) for gate in gates]
    hover = gettext("{units} units: shut {shut} %, open {open} % of the tokens")
    figure = make_subplots(1, len(gates), subplot_titles=names, shared_yaxes=True, horizontal_spacing=0.04)
    for column, gate in enumerate(gates, start=1):
        dots = gate.dots()
        figure.add_scatter(
            x=[dot.shut for dot in dots],
            y=[dot.open for dot in dots],
            mode="markers",
            marker={"color": _GATE_COLOURS[gate.symbol], "size": [5 * dot.units**0.5 for dot in dots], "opacity": 0.75},
            customdata=[dot.units for dot in dots],
            hovertemplate=hover.format(units="%{customdata}", shut="%{x:.0f}", open="%{y:.0f}") + NO_NAME,
            showlegend=False,
            row=1,
            col=column,
        )
    figure.update_xaxes(title=gettext("% below {limit:g}").format(limit=NEARLY_SHUT), range=[-5, 105])
    figure.update_yaxes(range=[-5, 105])
    figure.update_yaxes(title=gettext("% above {limit:g}").format(limit=NEARLY_OPEN), col=1)
    figure = _plain(figure)
    figure.update_layout(margin={"t": 32})
    return figure


def half_life_histogram(memory: Memory) -> go.Figure:
    """How many units forget half within how many tokens; the outermost bars are all that lasts less, and longer."""
    bars = memory.half_lives()
    hover = gettext("{half_life} tokens: {units} units").format(half_life="%{x}", units="%{y}")
    figure = go.Figure(
        go.Bar(
            x=[_half_lives(bar) for bar in bars],
            y=[bar.units for bar in bars],
            marker_color=BLUE,
            hovertemplate=hover + NO_NAME,
            name=gettext("units"),
        )
    )
    figure.update_xaxes(title=gettext("half-life (tokens)"), tickangle=-40)
    figure.update_yaxes(title=gettext("units"))
    return _plain(figure)


def _half_lives(bar: HalfLives) -> str:
    if not bar.low:
        return gettext("under {limit}").format(limit=f"{bar.high:g}")
    if np.isinf(bar.high):
        return gettext("over {limit}").format(limit=f"{bar.low:g}")
    return _between(f"{bar.low:g}", f"{bar.high:g}")


def _between(low: str, high: str) -> str:
    return gettext("{low} to {high}").format(low=low, high=high)


def _quantity(symbol: str) -> str:
    return f"{gettext(NAMES[symbol])} {symbol}"


def activation_curves(summed: Preactivations) -> go.Figure:
    """For each gate its sigmoid or tanh, the derivative, and where this review's pre-activations lie under them.

    Bars: the number of values in each bin of half a unit, as a share of the fullest; the outermost hold all beyond.
    """
    columns = 1 if len(summed.packed) == 1 else 2
    titles = [_quantity(symbol) for symbol in summed.symbols]
    figure = make_subplots(-(-len(titles) // columns), columns, subplot_titles=titles, vertical_spacing=0.2)
    hover = gettext("{symbol}: {count} values near {place}")
    points = np.linspace(-CURVES_END, CURVES_END, 161)
    for number, packed in enumerate(summed.packed):
        symbol = packed.symbol
        where = {"row": number // columns + 1, "col": number % columns + 1, "showlegend": number == 0}
        value, slope = packed.curve.value(points), packed.curve.slope(points)
        heights = summed.bin_counts(symbol)
        figure.add_bar(
            x=(BIN_EDGES[:-1] + BIN_EDGES[1:]) / 2,
            y=heights / heights.max(),
            customdata=heights,
            width=0.5,
            name=gettext("values in this review"),
            marker={"color": BLUE, "opacity": 0.45},
            hovertemplate=hover.format(symbol=symbol, count="%{customdata}", place="%{x}") + NO_NAME,
            **where,
        )
        for name, line, dash in ((gettext("curve"), value, "solid"), (gettext("its slope"), slope, "dash")):
            figure.add_scatter(
                x=points, y=line, name=name, mode="lines", line={"color": ORANGE, "dash": dash}, hoverinfo="y", **where
            )
    figure.update_xaxes(title=gettext("pre-activation"), range=[-CURVES_END, CURVES_END])
    figure = _plain(figure)
    figure.update_layout(height=300 * -(-len(titles) // columns), margin={"t": 32}, legend=_BELOW)
    return figure


def decay_chart(flows: Sequence[GradientFlow]) -> go.Figure:
    """What the chain of steps leaves of a gradient, over the distance, in log10, one flow for each kind of cell.

    Solid: the average factor; dashed: the largest gain; dotted: the best-fit rate per token.
    """
    hover = gettext("{distance} tokens: 10^{exponent}").format(distance="%{x}", exponent="%{y:.2f}")
    figure = go.Figure()
    for flow in flows:
        name, colour = gettext(flow.cell.name), _CELL_COLOURS[flow.cell.key]
        at_most = gettext("{cell}, at most").format(cell=name)
        for label, decay, dash in ((name, flow.gain, "solid"), (at_most, flow.bound, "dash")):
            figure.add_scatter(
                x=decay.distances,
                y=decay.log10_gain,
                name=label,
                mode="lines",
                line={"color": colour, "width": 2.5 if dash == "solid" else 1.5, "dash": dash},
                hovertemplate=f"{hover}<extra>{label}</extra>",
            )
        figure.add_scatter(
            x=flow.gain.distances,
            y=flow.gain.fitted,
            name=gettext("{cell}, best fit").format(cell=name),
            mode="lines",
            line={"color": colour, "width": 1, "dash": "dot"},
            hoverinfo="skip",
        )
    figure.update_xaxes(title=gettext("distance back (tokens)"))
    figure.update_yaxes(title=gettext("log10 of the factor"))
    figure = _plain(figure)
    figure.update_layout(height=420, legend=_BELOW)
    return figure


def _plain(figure: go.Figure) -> go.Figure:
    """The look that all charts share; transparent, so that light and dark mode both show through."""
    figure.update_layout(
        height=300,
        margin={"l": 60, "r": 16, "t": 16, "b": 48},
        paper_bgcolor=CHART_GROUND,
        plot_bgcolor=CHART_GROUND,
        font={"color": CHART_INK},
        legend={"orientation": "h", "y": 1.12},
    )
    lines = {"gridcolor": GRID, "zerolinecolor": ZERO_LINE}
    figure.update_xaxes(lines)
    figure.update_yaxes(lines)
    return figure
