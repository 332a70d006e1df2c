"""Charts: each takes one result and gives back a Plotly figure. No torch, no Gradio, no files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from model.language import gettext
from model.metrics import CalibrationBin
from model.network.cells.cell import Cell
from model.network.cells.registry import CELLS
from model.network.checkpoint import Epoch
from model.reading.explanation import Flow
from model.reading.race import Race, Runner
from model.recurrence.decay import Decay
from model.recurrence.preactivations import BIN_EDGES, CURVES_END, Preactivations
from model.recurrence.replay import NEARLY_OPEN, NEARLY_SHUT
from model.recurrence.retention import HalfLives, Memory
from model.workbench.overview import ConfidenceBin
from views.drawing.colours import CHART_GROUND, GRID, INK, PALE_INK, SOFT_INK, ZERO_LINE
from views.drawing.fonts import FAMILY
from views.drawing.labels import NAMES, checkpoint_name, network_name

NO_NAME = "<extra></extra>"  # Plotly would write the name of the series beside what a pointer finds
_BELOW = {"yref": "container", "y": 0, "yanchor": "bottom"}  # a legend of several lines covers nothing there
_CONFIG = {"displayModeBar": False}  # each chart has its own button that saves it
_DOT, _LARGEST_DOT = 5, 32  # pixels across of one unit, and of as many as lie at one place
_MARKS_SHOWN = 12  # of a line that is told apart by marks, at most
_JAGGED, _THICKER = 0.45, -2  # of lines from word to word: their opacity; how much thinner their medians are drawn
_NAMES_APART, _NAME_HEIGHT = 0.12, 30  # of the height of a chart, where two names still fit; pixels of one


@dataclass(frozen=True, slots=True)
class _Line:
    """How the lines of one kind of cell are drawn: a shade, a width in pixels, and a mark, "" for none."""

    colour: str
    width: float
    mark: str

    def of(self, dash: str, thinner: float = 0, opacity: float = 1) -> dict[str, Any]:
        """One of them, as Plotly takes it; of what is drawn thinner or thicker the marks are left out."""
        line = {"line": {"color": self.colour, "width": self.width - thinner, "dash": dash}, "opacity": opacity}
        if not self.mark or thinner:
            return line | {"mode": "lines"}
        marker = {"symbol": self.mark, "size": 7, "maxdisplayed": _MARKS_SHOWN}
        return line | {"mode": "lines+markers", "marker": marker}


_CELL_LINES = dict(zip(CELLS, cycle((_Line(INK, 3, ""), _Line(SOFT_INK, 1.75, "circle-open"))), strict=False))


class Chart(go.Figure):
    """A figure that says how it is shown: without a toolbar."""

    def to_json(self, *args: Any, **settings: Any) -> str:
        """The figure and its configuration, as the page's plots take both."""
        return json.dumps(json.loads(super().to_json(*args, **settings)) | {"config": _CONFIG})


def training_curves(history: Sequence[Epoch]) -> Chart:
    """Accuracy of training and validation over the epochs."""
    epochs = [epoch.epoch for epoch in history]
    splits = (
        (gettext("train"), [epoch.train_accuracy for epoch in history], SOFT_INK, "dot", "circle-open"),
        (gettext("validation"), [epoch.validation_accuracy for epoch in history], INK, "solid", "circle"),
    )
    figure = go.Figure()
    for name, accuracies, colour, dash, mark in splits:
        figure.add_scatter(
            x=epochs,
            y=[100 * accuracy for accuracy in accuracies],
            name=name,
            mode="lines+markers",
            line={"color": colour, "dash": dash},
            marker={"symbol": mark, "size": 7},
        )
    figure.update_xaxes(title=gettext("epoch"), dtick=1)
    figure.update_yaxes(title=gettext("accuracy (%)"))
    return _plain(figure)


def reliability_diagram(bins: Sequence[CalibrationBin]) -> Chart:
    """Accuracy against confidence in bins with their counts; on the diagonal confidence can be taken at its word."""
    figure = go.Figure()
    figure.add_scatter(
        x=[50, 100],
        y=[50, 100],
        mode="lines",
        line={"color": SOFT_INK, "dash": "dot"},
        name=gettext("perfect"),
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[100 * bin_.confidence for bin_ in bins],
        y=[100 * bin_.accuracy for bin_ in bins],
        text=[gettext("{count:,} reviews").format(count=bin_.count) for bin_ in bins],
        mode="lines+markers",
        line={"color": INK},
        name=gettext("measured"),
    )
    figure.update_xaxes(title=gettext("confidence (%)"))
    figure.update_yaxes(title=gettext("accuracy (%)"))
    return _plain(figure)


def confidence_histogram(bins: Sequence[ConfidenceBin]) -> Chart:
    """How many reviews have a confidence in each bin, those judged right and wrong on top of one another."""
    names = [_between(f"{100 * bin_.low:.0f}", f"{100 * bin_.high:.0f}") for bin_ in bins]
    sides = (
        ("✓ " + gettext("right"), [bin_.hits for bin_ in bins], {"color": PALE_INK}),
        ("✗ " + gettext("wrong"), [bin_.mistakes for bin_ in bins], _pattern("/")),
        ("· " + gettext("no label"), [bin_.unlabelled for bin_ in bins], _pattern(".")),
    )
    hover = gettext("{confidence} % sure: {count} {side}")
    figure = go.Figure()
    for side, counts, marker in sides:
        if any(counts):
            figure.add_bar(
                x=names,
                y=counts,
                name=side,
                marker=marker,
                hovertemplate=hover.format(confidence="%{x}", count="%{y}", side=side) + NO_NAME,
            )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title=gettext("confidence (%)"), tickangle=-40)
    figure.update_yaxes(title=gettext("reviews"))
    return _plain(figure)


def _pattern(shape: str) -> dict[str, Any]:
    """A bar of that pattern in ink, with an outline."""
    pattern = {"shape": shape, "fgcolor": INK, "bgcolor": CHART_GROUND, "fillmode": "replace", "size": 6}
    return {"color": CHART_GROUND, "pattern": pattern, "line": {"color": INK, "width": 1}}


def saturation_plot(memory: Memory) -> Chart:
    """For each gate how often units have it nearly shut, and how often nearly open (Karpathy et al. 2015).

    Units at the same place are one dot; its area says how many they are.
    """
    gates = memory.saturation
    names = [_quantity(gate.symbol) for gate in gates]
    most = max(dot.units for gate in gates for dot in gate.dots())
    wide = min(_DOT, _LARGEST_DOT / most**0.5)  # pixels of one unit
    hover = gettext("{units} units: shut {shut} %, open {open} % of the tokens")
    figure = make_subplots(1, len(gates), subplot_titles=names, shared_yaxes=True, horizontal_spacing=0.04)
    for column, gate in enumerate(gates, start=1):
        dots = gate.dots()
        figure.add_scatter(
            x=[dot.shut for dot in dots],
            y=[dot.open for dot in dots],
            mode="markers",
            marker={"color": SOFT_INK, "size": [wide * dot.units**0.5 for dot in dots], "opacity": 0.75},
            cliponaxis=False,
            customdata=[dot.units for dot in dots],
            hovertemplate=hover.format(units="%{customdata}", shut="%{x:.0f}", open="%{y:.0f}") + NO_NAME,
            showlegend=False,
            row=1,
            col=column,
        )
    figure.update_xaxes(title=gettext("% below {limit:g}").format(limit=NEARLY_SHUT), range=[-8, 108])
    figure.update_yaxes(range=[-8, 108])
    figure.update_yaxes(title=gettext("% above {limit:g}").format(limit=NEARLY_OPEN), col=1)
    figure = _plain(figure)
    figure.update_annotations(font_size=12)  # on a phone three titles stand in one line
    figure.update_layout(margin={"t": 36})
    return figure


def half_life_histogram(memory: Memory) -> Chart:
    """How many units forget half within how many tokens; the outermost bars are all that lasts less, and longer."""
    bars = memory.half_lives()
    hover = gettext("{half_life} tokens: {units} units").format(half_life="%{x}", units="%{y}")
    figure = go.Figure(
        go.Bar(
            x=[_half_lives(bar) for bar in bars],
            y=[bar.units for bar in bars],
            marker_color=SOFT_INK,
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


def activation_curves(summed: Preactivations) -> Chart:
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
            marker={"color": PALE_INK},
            hovertemplate=hover.format(symbol=symbol, count="%{customdata}", place="%{x}") + NO_NAME,
            **where,
        )
        for name, line, dash in ((gettext("curve"), value, "solid"), (gettext("its slope"), slope, "dash")):
            figure.add_scatter(
                x=points, y=line, name=name, mode="lines", line={"color": INK, "dash": dash}, hoverinfo="y", **where
            )
    figure.update_xaxes(title=gettext("pre-activation"), range=[-CURVES_END, CURVES_END])
    figure = _plain(figure)
    figure.update_layout(height=300 * -(-len(titles) // columns), margin={"t": 32}, legend=_BELOW)
    return figure


def decay_chart(flows: Sequence[Flow]) -> Chart:
    """What the chain of steps leaves of a gradient, over the distance, in log10, one flow for each kind of cell.

    Solid: the average factor; in dashes and dots: that of the true derivative, where it is another; dashed: the largest
    gain; dotted: the best-fit rate per token. Each network has its own line, and its name at the end of it.
    """
    hover = gettext("{distance} tokens: 10^{exponent}").format(distance="%{x}", exponent="%{y:.2f}")
    figure = go.Figure()
    for each in flows:
        flow, style = each.flow, _CELL_LINES[each.flow.cell.key]
        drawn = [(gettext("{network}, product of steps"), flow.gain, "solid")]
        if not flow.whole:
            drawn.append((gettext("{network}, true derivative"), flow.total, "longdashdot"))
        drawn.append((gettext("{network}, at most"), flow.bound, "dash"))
        name = network_name(flow.cell, each.checkpoint, each.accuracy)
        for sentence, decay, dash in drawn:
            label = sentence.format(network=name)
            figure.add_scatter(
                x=decay.distances,
                y=decay.log10_gain,
                name=label,
                **style.of(dash, 0 if dash == "solid" else 1),
                hovertemplate=f"{hover}<extra>{label}</extra>",
            )
        if flow.gain.rate is None:
            continue
        figure.add_scatter(
            x=flow.gain.distances,
            y=flow.gain.fitted,
            name=gettext("{network}, best fit").format(network=name),
            **style.of("dot", 1),
            hoverinfo="skip",
        )
    figure.update_xaxes(title=gettext("distance back (tokens)"))
    figure.update_yaxes(title=gettext("log10 of the factor"))
    figure = _plain(figure)
    figure.update_layout(height=460, legend=_BELOW)
    return _with_ends(figure, [_End.of(each.flow.cell, each, each.flow.gain) for each in flows])


def race_chart(race: Race) -> Chart:
    """How far back a gradient gets, over the distance, in log10 of what there is at distance 0.

    Each network of the race has its own line, and its name at the end of it; dotted: the one that pools. A thick line
    over each third of the distance is the median there, which the words beside the chart speak of.
    """
    hover = gettext("{distance} tokens: 10^{exponent}").format(distance="%{x}", exponent="%{y:.2f}")
    lines = [(runner, "solid") for runner in race.runners]
    if race.pooled:
        lines.append((race.pooled, "dot"))
    figure = go.Figure()
    for runner, dash in lines:
        label = network_name(runner.cell, runner.checkpoint, runner.accuracy)
        if dash != "solid":
            label = gettext("{network}, which pools").format(network=label)
        style = _CELL_LINES[runner.cell.key]
        figure.add_scatter(
            x=runner.reach.distances,
            y=runner.reach.log10_gain,
            name=gettext("{network}, token by token").format(network=label),
            **style.of(dash, 0 if dash == "solid" else 1, _JAGGED),
            hovertemplate=f"{hover}<extra>{label}</extra>",
            showlegend=False,
        )
        figure.add_scatter(
            x=[x for third in runner.reach.thirds for x in (third.first - 0.4, third.last + 0.4, None)],
            y=[y for third in runner.reach.thirds for y in (third.log10_gain, third.log10_gain, None)],
            name=label,
            **style.of(dash, _THICKER),
            hovertemplate=f"{hover}<extra>{label}</extra>",
        )
    figure.update_xaxes(title=gettext("distance (tokens)"))
    figure.update_yaxes(title=gettext("log10 of what arrives"))
    figure = _plain(figure)
    figure.update_layout(height=380, legend=_BELOW)
    return _with_ends(figure, [_End.of(runner.cell, runner, runner.reach.in_thirds) for runner in race.runners])


@dataclass(frozen=True, slots=True)
class _End:
    """Where a line ends, and what is written there: the cell, and the checkpoint below it."""

    text: str
    x: float
    y: float

    @classmethod
    def of(cls, cell: Cell, named: Flow | Runner, decay: Decay) -> _End | None:
        """The last point that can be drawn, if there is one."""
        finite = np.flatnonzero(np.isfinite(decay.log10_gain))
        if not len(finite):
            return None
        text = f"{gettext(cell.name)}<br>{checkpoint_name(named.checkpoint, named.accuracy)}"
        return cls(text, float(decay.distances[finite[-1]]), float(decay.log10_gain[finite[-1]]))


def _with_ends(figure: Chart, ends: Sequence[_End | None]) -> Chart:
    """Names where the lines end; those that would lie on one another are moved apart."""
    there = sorted((end for end in ends if end), key=lambda end: end.y)
    values = np.concatenate([np.empty(0), *(np.array(line.y, dtype=float) for line in figure.data)])
    finite = values[np.isfinite(values)]
    near = bool(there) and there[-1].y - there[0].y < _NAMES_APART * float(np.ptp(finite))
    for place, end in enumerate(there):
        shift = _NAME_HEIGHT * (place - (len(there) - 1) / 2) if near else 0
        figure.add_annotation(
            x=end.x,
            y=end.y,
            text=end.text,
            font={"size": 11},
            align="left",
            showarrow=False,
            xanchor="left",
            xshift=6,
            yshift=shift,
        )
    if there:
        figure.update_xaxes(range=[0, max(end.x for end in there)])  # a name would make room for itself on the axis
    figure.update_layout(margin={"r": 108})
    return figure


def _plain(figure: go.Figure) -> Chart:
    """The look that all charts share; transparent, so that light and dark mode both show through."""
    figure.update_layout(
        height=300,
        margin={"l": 60, "r": 16, "t": 16, "b": 48},
        paper_bgcolor=CHART_GROUND,
        plot_bgcolor=CHART_GROUND,
        font={"color": SOFT_INK, "family": FAMILY},
        dragmode=False,
        legend={"orientation": "h", "y": 1.12},
    )
    lines = {"gridcolor": GRID, "zerolinecolor": ZERO_LINE, "fixedrange": True}  # a finger scrolls the page
    figure.update_xaxes(lines)
    figure.update_yaxes(lines)
    return Chart(figure)
