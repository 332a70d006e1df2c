"""Charts: the points drawn are the numbers computed."""

from __future__ import annotations

import json
import math
import re
from collections import Counter

import numpy as np
import pytest
import torch

from model.metrics import CalibrationBin
from model.network.cells.lstm import LSTM
from model.network.cells.registry import CELLS
from model.network.cells.rnn import RNN
from model.network.checkpoint import Epoch
from model.reading.explanation import Flow
from model.recurrence.decay import Decay
from model.recurrence.jacobians import GradientFlow, gradient_flow
from model.recurrence.preactivations import Preactivations, preactivations
from model.recurrence.replay import GateTrace, trace_gates
from model.recurrence.retention import measure_memory
from model.workbench.overview import ConfidenceBin
from tests.conftest import make_network
from views.drawing import charts
from views.drawing.colours import INK, PALE_INK, SOFT_INK
from views.drawing.fonts import FONTS

IDS = [3, 4, 5, 6, 7, 8]


def traces_of(ids=IDS, **settings):
    """A small network, its word vectors of a review and their traces."""
    network = make_network(**settings)
    embedded = network.embed(torch.tensor([ids]))
    return network, embedded, trace_gates(network, embedded)


def gate_memory(i, f, o):
    """The memory of made gates, each (tokens, units)."""
    arrays = {symbol: np.array(values, dtype=np.float32) for symbol, values in (("i", i), ("f", f), ("o", o))}
    return measure_memory(GateTrace(1, "forward", LSTM, arrays | dict.fromkeys("gch", arrays["i"])))


def flow_of(distances, gain, bound=((), ()), cell="lstm", total=None, accuracy=None):
    """A made flow of the checkpoint "made" of which only the decay counts."""
    made = ((distances, gain), bound, ((), ()), (distances, gain if total is None else total))
    decays = [Decay(np.array(x, dtype=int), np.array(y, dtype=float)) for x, y in made]
    flow = GradientFlow(1, "forward", CELLS[cell], (), np.array([np.nan]), 5, *decays)
    return Flow("made", flow, accuracy)


def flow_in(network, embedded, layer, direction):
    """The flow of a network, of the checkpoint "made"."""
    return Flow("made", gradient_flow(network, embedded, layer, direction))


def named(figure):
    return {trace.name: trace for trace in figure.data}


def test_curves_show_each_epoch_in_percent():
    history = [Epoch(1, 0.6, 0.7, 0.5, 0.8, 1, 1), Epoch(2, 0.5, 0.8, 0.4, 0.85, 1, 1)]
    figure = charts.training_curves(history)
    assert {trace.name: list(trace.y) for trace in figure.data} == {
        "train": pytest.approx([70, 80]),
        "validation": pytest.approx([80, 85]),
    }


def test_reliability_shows_the_bins_with_their_counts():
    measured = charts.reliability_diagram((CalibrationBin(0.6, 0.5, 3), CalibrationBin(0.9, 1.0, 4))).data[1]
    assert list(measured.x) == [60, 90]
    assert list(measured.y) == [50, 100]
    assert list(measured.text) == ["3 reviews", "4 reviews"]


def dots_of(figure):
    """For each panel of the saturation plot: how many units lie at which (shut, open), in whole percent."""
    titles = [note.text for note in figure.layout.annotations]
    return {
        title: dict(zip(zip(dots.x, dots.y, strict=True), dots.customdata, strict=True))
        for title, dots in zip(titles, figure.data, strict=True)
    }


def test_saturation_has_a_panel_for_each_gate_and_a_dot_for_units_at_one_place():
    i = [[0.05, 0.5], [0.05, 0.95], [0.5, 0.95], [0.95, 0.95]]
    f = [[0.95, 0.95], [0.95, 0.95], [0.95, 0.95], [0.95, 0.95]]
    o = [[0.5, 0.01], [0.5, 0.99], [0.5, 0.5], [0.5, 0.5]]
    figure = charts.saturation_plot(gate_memory(i, f, o))
    assert dots_of(figure) == {
        "input gate i": {(50, 25): 1, (0, 75): 1},
        "forget gate f": {(0, 100): 2},
        "output gate o": {(0, 0): 1, (25, 25): 1},
    }
    assert figure.data[1].marker.size[0] > figure.data[0].marker.size[0]


def test_discs_of_the_saturation_are_bounded_and_never_cut_off():
    for units in (1, 300):
        gate = np.full((1, units), 0.5)
        for dots in charts.saturation_plot(gate_memory(gate, gate, gate)).data:
            assert max(dots.marker.size) == pytest.approx(5 if units == 1 else 32)
            assert dots.cliponaxis is False


def test_saturation_of_a_review_counts_its_tokens():
    _, _, traces = traces_of()
    trace = traces.of(2, "backward")
    found = dots_of(charts.saturation_plot(measure_memory(trace)))
    for symbol, dots in zip("ifo", found.values(), strict=True):
        expected = Counter(
            (round(100 * sum(value < 0.1 for value in unit) / 6), round(100 * sum(value > 0.9 for value in unit) / 6))
            for unit in trace.values(symbol).T.tolist()
        )
        assert dots == expected


def bar_of(half_life):
    """Which bar a unit with this half-life falls into."""
    gate = 0.5 ** (1 / half_life) if half_life else 0.0
    bars = charts.half_life_histogram(gate_memory([[0.5]], [[gate]], [[0.5]])).data[0]
    assert sum(bars.y) == 1
    return bars.x[list(bars.y).index(1)]


@pytest.mark.parametrize(
    ("half_life", "bar"),
    [
        (0.01, "under 0.25"),
        (0.2, "under 0.25"),
        (0.3, "0.25 to 0.5"),
        (0.7, "0.5 to 1"),
        (1.5, "1 to 2"),
        (3, "2 to 4"),
        (200, "128 to 256"),
        (300, "256 to 512"),
        (1e5, "over 512"),
        (math.inf, "over 512"),
    ],
)
def test_half_life_falls_into_the_bar_that_names_it(half_life, bar):
    assert bar_of(half_life) == bar


def test_every_unit_falls_into_one_bar():
    _, _, traces = traces_of()
    memory = measure_memory(traces.of(1, "forward"))
    bars = charts.half_life_histogram(memory).data[0]
    for name, count in zip(bars.x, bars.y, strict=True):
        low, high = 0.0, math.inf
        if " to " in name:
            low, high = map(float, name.split(" to "))
        elif name.startswith("under "):
            high = float(name.removeprefix("under "))
        else:
            low = float(name.removeprefix("over "))
        assert count == sum(low <= value < high for value in memory.half_life)
    assert sum(bars.y) == 5


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_curves_of_the_cell_are_those_of_their_functions(cell):
    network, embedded, traces = traces_of(cell=cell)
    sums = preactivations(network, embedded, traces, 1, "backward")
    figure = charts.activation_curves(sums)
    symbols = "ifgo" if cell == "lstm" else "h"
    assert len(figure.data) == 3 * len(symbols)
    names = {"i": "input gate", "f": "forget gate", "g": "candidate", "o": "output gate", "h": "hidden state"}
    assert [title.text for title in figure.layout.annotations] == [f"{names[symbol]} {symbol}" for symbol in symbols]
    for number, symbol in enumerate(symbols):
        bars, curve, slope = figure.data[3 * number : 3 * number + 3]
        assert (curve.x[0], curve.x[-1]) == (-8, 8)
        for x, value, steepness in zip(curve.x, curve.y, slope.y, strict=True):
            function = torch.tanh if symbol in "gh" else torch.sigmoid
            point = torch.tensor(float(x), dtype=torch.float64, requires_grad=True)
            expected = function(point)
            expected.backward()
            assert value == pytest.approx(expected.item(), abs=1e-9)
            assert steepness == pytest.approx(point.grad.item(), abs=1e-9)
        values = [min(7.999, max(-8, float(value))) for value in sums.of(symbol).ravel()]
        counts = [sum(x - 0.25 <= value < x + 0.25 for value in values) for x in bars.x]
        assert list(bars.customdata) == counts
        assert sum(counts) == len(values) == 6 * 5
        assert list(bars.y) == pytest.approx([count / max(counts) for count in counts])
    assert [trace.showlegend for trace in figure.data[:3]] == [True] * 3
    assert not any(trace.showlegend for trace in figure.data[3:])


def test_sums_beyond_the_ends_count_at_the_ends():
    values = np.array([[-100.0, 100.0, 0.1]], dtype=np.float32)
    zeros = np.zeros((1, 1, 3), dtype=np.float32)
    made = Preactivations(1, "forward", 2, RNN.packed, values[:, None], zeros, zeros + 1, zeros[0])
    bars = charts.activation_curves(made).data[0]
    assert {x: count for x, count in zip(bars.x, bars.customdata, strict=True) if count} == {-7.75: 1, 7.75: 1, 0.25: 1}


def test_decay_shows_no_best_fit_through_two_points():
    lines = named(charts.decay_chart([flow_of([1, 2], [-2, -4], ([1, 2], [-1, -3]), "rnn")]))
    assert list(lines) == ["plain RNN (made), product of steps", "plain RNN (made), at most"]


def test_decay_shows_product_true_derivative_largest_and_best_fit():
    lstm = flow_of([1, 2, 3], [-0.5, -1.5, -1.75], ([1, 3], [-0.2, -0.9]), total=[-0.5, -1.4, -1.6])
    rnn = flow_of([1, 2, 3], [-2, -4, -5], ([1, 2], [-1, -3]), "rnn")
    lines = named(charts.decay_chart([lstm, rnn]))
    kinds = ("product of steps", "true derivative", "at most", "best fit")
    named_so = [f"{cell} (made), {kind}" for cell in ("LSTM", "plain RNN") for kind in kinds]
    named_so.remove("plain RNN (made), true derivative")  # its product is the true derivative
    assert list(lines) == named_so
    for name, flow in (("LSTM (made)", lstm.flow), ("plain RNN (made)", rnn.flow)):
        product = lines[f"{name}, product of steps"]
        assert list(product.x) == flow.gain.distances.tolist()
        assert list(product.y) == flow.gain.log10_gain.tolist()
        assert list(lines[f"{name}, at most"].x) == flow.bound.distances.tolist()
        assert list(lines[f"{name}, at most"].y) == flow.bound.log10_gain.tolist()
        fitted = np.polyval(np.polyfit(flow.gain.distances, flow.gain.log10_gain, 1), flow.gain.distances)
        assert list(lines[f"{name}, best fit"].y) == pytest.approx(fitted)
        dashes = [line.line.dash for label, line in lines.items() if label.startswith(name)]
        assert len(set(dashes)) == len(dashes)
    assert list(lines["LSTM (made), true derivative"].x) == [1, 2, 3]
    assert list(lines["LSTM (made), true derivative"].y) == [-0.5, -1.4, -1.6]
    assert lines["LSTM (made), true derivative"].line.color == lines["LSTM (made), product of steps"].line.color


def test_best_fit_leaves_out_what_is_nothing_at_all():
    lines = named(charts.decay_chart([flow_of([1, 2, 3, 4], [-1, -1.5, -np.inf, -3])]))
    slope, start = np.polyfit([1, 2, 4], [-1, -1.5, -3], 1)
    assert list(lines["LSTM (made), best fit"].y) == pytest.approx(
        [start + slope * distance for distance in (1, 2, 3, 4)]
    )


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_decay_of_a_plain_rnn_follows_its_chain(direction):
    network, embedded, traces = traces_of(cell="rnn")
    weights = network.layers[0].recurrence(direction).weight_hh_l0.double().numpy()
    states = traces.of(1, direction).h.astype(float)
    states = states if direction == "forward" else states[::-1]
    chain, expected = np.eye(5), []
    for h in states[:0:-1]:
        chain = chain @ np.diag(1 - h**2) @ weights
        expected.append(math.log10(math.sqrt((chain**2).sum() / 5)))
    line = named(charts.decay_chart([flow_in(network, embedded, 1, direction)]))["plain RNN (made), product of steps"]
    assert list(line.y) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_review_of_a_single_token_has_its_charts(cell, direction):
    network, embedded, traces = traces_of([3], cell=cell)
    sums = preactivations(network, embedded, traces, 2, direction)
    assert sum(charts.activation_curves(sums).data[0].customdata) == 5
    lines = charts.decay_chart([flow_in(network, embedded, 2, direction)]).data
    assert len(lines) == (3 if cell == "lstm" else 2)  # no best fit
    assert all(len(line.x) == len(line.y) == 0 for line in lines)
    if cell == "lstm":
        memory = measure_memory(traces.of(2, direction))
        assert sum(charts.half_life_histogram(memory).data[0].y) == 5
        assert set(charts.saturation_plot(memory).data[0].x) <= {0, 100}


@pytest.fixture(scope="module")
def each_chart():
    """One of each kind, by the name of what draws it."""
    network, embedded, traces = traces_of()
    memory = measure_memory(traces.of(1, "forward"))
    lstm, rnn = (flow_of([1, 2, 3], [-0.5, -1, -1.5], ([1, 3], [-0.2, -0.9]), cell) for cell in ("lstm", "rnn"))
    return {
        "training": charts.training_curves([Epoch(1, 0.6, 0.7, 0.5, 0.8, 1, 1)]),
        "reliability": charts.reliability_diagram((CalibrationBin(0.6, 0.5, 3),)),
        "confidence": charts.confidence_histogram((ConfidenceBin(0.5, 0.55, 3, 2, 1),)),
        "saturation": charts.saturation_plot(memory),
        "half-lives": charts.half_life_histogram(memory),
        "curves": charts.activation_curves(preactivations(network, embedded, traces, 1, "forward")),
        "decay": charts.decay_chart([lstm, rnn]),
    }


def test_charts_leave_the_page_to_show_through(each_chart):
    for figure in each_chart.values():
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_charts_have_no_toolbar_and_the_type_of_the_page(each_chart):
    for figure in each_chart.values():
        assert json.loads(figure.to_json())["config"]["displayModeBar"] is False
        assert figure.layout.font.family.split(", ")[-1] == FONTS[-1]


def test_charts_are_in_ink(each_chart):
    for name, figure in each_chart.items():
        found = re.findall(r"#[0-9a-f]{6}\b", json.dumps(json.loads(figure.to_json())["data"]))
        assert found, name
        assert set(found) <= {INK, SOFT_INK, PALE_INK}, name


def test_right_and_wrong_differ_by_pattern_mark_and_word(each_chart):
    bars = each_chart["confidence"].data
    assert [bar.name for bar in bars] == ["✓ right", "✗ wrong", "· no label"]
    assert [bar.marker.pattern.shape for bar in bars] == [None, "/", "."]
    assert [list(bar.y) for bar in bars] == [[3], [2], [1]]


def test_kinds_of_cells_differ_by_line_and_have_their_names_at_its_end(each_chart):
    figure = each_chart["decay"]
    lines = named(figure)
    for kind in ("product of steps", "at most", "best fit"):
        lstm, rnn = (lines[f"{cell} (made), {kind}"] for cell in ("LSTM", "plain RNN"))
        assert lstm.line.width > rnn.line.width
        assert lstm.line.dash == rnn.line.dash
    assert [lines[f"{cell} (made), product of steps"].mode for cell in ("LSTM", "plain RNN")] == [
        "lines",
        "lines+markers",
    ]
    assert [(note.text, note.x, note.y) for note in figure.layout.annotations] == [
        ("LSTM<br>made", 3, -1.5),
        ("plain RNN<br>made", 3, -1.5),
    ]


def test_name_stands_at_the_last_point_that_can_be_drawn():
    notes = charts.decay_chart([flow_of([1, 2, 3], [-1, -2, -np.inf])]).layout.annotations
    assert [(note.x, note.y) for note in notes] == [(2, -2)]


def test_names_at_the_ends_are_moved_apart_where_they_would_lie_on_one_another():
    def shifts(*ends):
        flows = [flow_of([1, 2], [0, end], cell=cell) for end, cell in zip(ends, ("lstm", "rnn"), strict=True)]
        return {note.text[:4]: note.yshift for note in charts.decay_chart(flows).layout.annotations}

    assert shifts(-1, -10) == {"LSTM": 0, "plai": 0}
    assert shifts(-9.9, -10) == {"LSTM": 15, "plai": -15}
    assert shifts(-10, -9.9) == {"LSTM": -15, "plai": 15}


@pytest.mark.parametrize(
    ("accuracy", "name"), [(None, "made"), (0.61, "made"), (0.59, "made, never learnt"), (0.5, "made, never learnt")]
)
def test_line_of_what_never_learnt_says_so_in_its_name_and_at_its_end(accuracy, name):
    figure = charts.decay_chart([flow_of([1, 2], [-2, -4], ([1, 2], [-1, -3]), "rnn", accuracy=accuracy)])
    assert {line.name.rpartition(", ")[0] for line in figure.data} == {f"plain RNN ({name})"}
    assert [note.text for note in figure.layout.annotations] == [f"plain RNN<br>{name}"]
