"""Charts: each takes one result and gives back a Plotly figure. No torch, no Gradio, no files."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, pairwise

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
from model.recurrence.retention import Memory
from model.workbench.overview import ConfidenceBin
from views.drawing.colours import NEGATIVE, POSITIVE, as_hex
from views.drawing.labels import NAMES

_BLUE, _ORANGE, _SLATE = as_hex(np.array(NEGATIVE)), as_hex(np.array(POSITIVE)), "#64748b"


def training_curves(history: Sequence[Epoch]) -> go.Figure:
    """Accuracy of training and validation over the epochs."""
    epochs = [epoch.epoch for epoch in history]
    figure = go.Figure()
    for split, colour, dash in (("train", _BLUE, "dot"), ("validation", _ORANGE, "solid")):
        accuracies = [100 * getattr(epoch, f"{split}_accuracy") for epoch in history]
        figure.add_scatter(
            x=epochs, y=accuracies, name=split, mode="lines+markers", line={"color": colour, "dash": dash}
        )
    figure.update_xaxes(title="epoch", dtick=1)
    figure.update_yaxes(title="accuracy (%)")
    return _plain(figure)


def reliability_diagram(bins: Sequence[CalibrationBin]) -> go.Figure:
    """Accuracy against confidence in bins with their counts; on the diagonal confidence can be taken at its word."""
    figure = go.Figure()
    figure.add_scatter(
        x=[50, 100], y=[50, 100], mode="lines", line={"color": "#888", "dash": "dot"}, name="perfect", hoverinfo="skip"
    )
    figure.add_scatter(
        x=[100 * bin_.confidence for bin_ in bins],
        y=[100 * bin_.accuracy for bin_ in bins],
        text=[f"{bin_.count:,} reviews" for bin_ in bins],
        mode="lines+markers",
        line={"color": _ORANGE},
        name="measured",
    )
    figure.update_xaxes(title="confidence (%)")
    figure.update_yaxes(title="accuracy (%)")
    return _plain(figure)


def confidence_histogram(bins: Sequence[ConfidenceBin]) -> go.Figure:
    """How many reviews have a confidence in each bin, those judged right and wrong on top of one another."""
    names = [f"{100 * bin_.low:.0f} to {100 * bin_.high:.0f}" for bin_ in bins]
    figure = go.Figure()
    sides = (
        ("right", "hits", _BLUE, ""),
        ("wrong", "mistakes", _ORANGE, "/"),
        ("no label", "unlabelled", "#94a3b8", "."),
    )
    for side, field, colour, shape in sides:
        counts = [getattr(bin_, field) for bin_ in bins]
        if any(counts):
            figure.add_bar(
                x=names,
                y=counts,
                name=side,
                marker={"color": colour, "pattern": {"shape": shape}},
                hovertemplate=f"%{{x}} % sure: %{{y}} {side}<extra></extra>",
            )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title="confidence (%)", tickangle=-40)
    figure.update_yaxes(title="reviews")
    return _plain(figure)


_BELOW = {"yref": "container", "y": 0, "yanchor": "bottom"}  # a legend of several lines covers nothing there
_CELL_COLOURS = dict(zip(CELLS, cycle([_ORANGE, _BLUE, _SLATE]), strict=False))
_GATE_COLOURS = dict(
    zip((symbol for symbol in SYMBOLS if QUANTITIES[symbol].gate), cycle([_BLUE, _ORANGE, _SLATE]), strict=False)
)


def saturation_plot(memory: Memory) -> go.Figure:
    """For each gate how often units have it nearly shut, and how often nearly open (Karpathy et al. 2015).

    Units at the same place are one dot; its area says how many they are.
    """
    gates = memory.saturation
    names = [f"{NAMES[gate.symbol]} {gate.symbol}" for gate in gates]
    figure = make_subplots(1, len(gates), subplot_titles=names, shared_yaxes=True, horizontal_spacing=0.04)
    for column, gate in enumerate(gates, start=1):
        places, units = np.unique(np.round(100 * np.stack([gate.shut, gate.open])), axis=1, return_counts=True)
        figure.add_scatter(
            x=places[0],
            y=places[1],
            mode="markers",
            marker={"color": _GATE_COLOURS[gate.symbol], "size": np.sqrt(units) * 5, "opacity": 0.75},
            customdata=units,
            hovertemplate="%{customdata} units: shut %{x:.0f} %, open %{y:.0f} % of the tokens<extra></extra>",
            showlegend=False,
            row=1,
            col=column,
        )
    figure.update_xaxes(title=f"% below {NEARLY_SHUT:g}", range=[-5, 105])
    figure.update_yaxes(range=[-5, 105])
    figure.update_yaxes(title=f"% above {NEARLY_OPEN:g}", col=1)
    figure = _plain(figure)
    figure.update_layout(margin={"t": 32})
    return figure


def half_life_histogram(memory: Memory) -> go.Figure:
    """How many units forget half within how many tokens; the outermost bars are all that lasts less, and longer."""
    edges = 2.0 ** np.arange(-3, 10)  # an eighth of a token to 512
    half_life = np.clip(memory.half_life, edges[0], None)
    counts = np.histogram(half_life, [*edges, np.inf])[0]
    between = [f"{low:g} to {high:g}" for low, high in pairwise(edges[1:])]
    names = [f"under {edges[1]:g}", *between, f"over {edges[-1]:g}"]
    figure = go.Figure(
        go.Bar(
            x=names, y=counts, marker_color=_BLUE, hovertemplate="%{x} tokens: %{y} units<extra></extra>", name="units"
        )
    )
    figure.update_xaxes(title="half-life (tokens)", tickangle=-40)
    figure.update_yaxes(title="units")
    return _plain(figure)


def activation_curves(summed: Preactivations) -> go.Figure:
    """For each gate its sigmoid or tanh, the derivative, and where this review's pre-activations lie under them.

    Bars: the number of values in each bin of half a unit, as a share of the fullest; the outermost hold all beyond.
    """
    columns = 1 if len(summed.packed) == 1 else 2
    titles = [f"{NAMES[packed.symbol]} {packed.symbol}" for packed in summed.packed]
    figure = make_subplots(-(-len(titles) // columns), columns, subplot_titles=titles, vertical_spacing=0.2)
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
            name="values in this review",
            marker={"color": _BLUE, "opacity": 0.45},
            hovertemplate=f"{symbol}: %{{customdata}} values near %{{x}}<extra></extra>",
            **where,
        )
        for name, line, dash in (("curve", value, "solid"), ("its slope", slope, "dash")):
            figure.add_scatter(
                x=points, y=line, name=name, mode="lines", line={"color": _ORANGE, "dash": dash}, hoverinfo="y", **where
            )
    figure.update_xaxes(title="pre-activation", range=[-CURVES_END, CURVES_END])
    figure = _plain(figure)
    figure.update_layout(height=300 * -(-len(titles) // columns), margin={"t": 32}, legend=_BELOW)
    return figure


def decay_chart(flows: Sequence[GradientFlow]) -> go.Figure:
    """What the chain of steps leaves of a gradient, over the distance, in log10, one flow for each kind of cell.

    Solid: the average factor; dashed: the largest gain; dotted: the best-fit rate per token.
    """
    figure = go.Figure()
    for flow in flows:
        name, colour = gettext(flow.cell.name), _CELL_COLOURS[flow.cell.key]
        for label, decay, dash in ((name, flow.gain, "solid"), (f"{name}, at most", flow.bound, "dash")):
            figure.add_scatter(
                x=decay.distances,
                y=decay.log10_gain,
                name=label,
                mode="lines",
                line={"color": colour, "width": 2.5 if dash == "solid" else 1.5, "dash": dash},
                hovertemplate=f"%{{x}} tokens: 10^%{{y:.2f}}<extra>{label}</extra>",
            )
        figure.add_scatter(
            x=flow.gain.distances,
            y=flow.gain.fitted,
            name=f"{name}, best fit",
            mode="lines",
            line={"color": colour, "width": 1, "dash": "dot"},
            hoverinfo="skip",
        )
    figure.update_xaxes(title="distance back (tokens)")
    figure.update_yaxes(title="log10 of the factor")
    figure = _plain(figure)
    figure.update_layout(height=420, legend=_BELOW)
    return figure


def _plain(figure: go.Figure) -> go.Figure:
    """The look that all charts share; transparent, so that light and dark mode both show through."""
    figure.update_layout(
        height=300,
        margin={"l": 60, "r": 16, "t": 16, "b": 48},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": "#76808c"},  # 4:1 or more on white and on Gradio's dark grey
        legend={"orientation": "h", "y": 1.12},
    )
    lines = {"gridcolor": "rgba(128,128,128,0.25)", "zerolinecolor": "rgba(128,128,128,0.5)"}
    figure.update_xaxes(lines)
    figure.update_yaxes(lines)
    return figure
