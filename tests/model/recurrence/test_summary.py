"""What a gate trace says at a glance: by hand."""

from __future__ import annotations

import numpy as np
import pytest

from model.network.cells.lstm import LSTM
from model.network.cells.rnn import RNN
from model.reading.explanation import Question
from model.recurrence.replay import GateTrace
from model.recurrence.summary import (
    BANDS,
    MOVED,
    Changes,
    largest_changes,
    mean_traces,
    saturation,
    summarise,
    unit_order,
)

UNITS = np.array([[0.0, 0.5, 1.0], [0.05, 0.95, 0.99]], dtype=np.float32)  # two tokens, three units
STATES = np.array([[-3.0, 0.0, 3.0], [0.5, -0.5, 1.5]], dtype=np.float32)
TRACE = GateTrace(
    1,
    "forward",
    LSTM,
    {"h": np.tanh(STATES), "i": UNITS, "f": UNITS, "g": np.tanh(STATES), "o": UNITS, "c": STATES},
)


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question("Not a good film, but great!", "bilstm"))


def test_units_are_sorted_by_the_token_of_their_peak():
    h = np.array([[0.1, 0.9, 0.0], [0.0, 0.0, 0.0], [0.9, 0.0, -0.5]], dtype=np.float32)
    assert unit_order(GateTrace(1, "forward", RNN, {"h": h}), "h", "peak").tolist() == [1, 0, 2]
    assert unit_order(GateTrace(1, "forward", RNN, {"h": h}), "h", "number").tolist() == [0, 1, 2]


def test_saturation_counts_units_at_both_ends():
    gate = saturation(UNITS, "i")
    assert gate.low.tolist() == pytest.approx([1 / 3, 1 / 3])
    assert gate.high.tolist() == pytest.approx([1 / 3, 2 / 3])
    cell = saturation(STATES, "c")
    assert cell.low.tolist() == pytest.approx([1 / 3, 0])
    assert cell.high.tolist() == pytest.approx([1 / 3, 1 / 3])


def test_summary_counts_units_and_has_their_quantiles():
    gate, cell = summarise(TRACE, "f"), summarise(TRACE, "c")
    assert (gate.symbol, gate.units, gate.low.tolist(), gate.high.tolist()) == ("f", 3, [1, 1], [1, 2])
    assert gate.median.tolist() == pytest.approx([0.5, 0.95])
    assert (cell.low.tolist(), cell.high.tolist()) == ([1, 0], [1, 1])
    assert cell.bands[:, 0].tolist() == pytest.approx([-2.4, -1.5, 0, 1.5, 2.4])  # of -3, 0 and 3
    assert BANDS == (0.1, 0.25, 0.5, 0.75, 0.9)
    with pytest.raises(KeyError):
        summarise(GateTrace(1, "forward", RNN, {"h": STATES}), "f")


def test_units_that_moved_are_counted_from_their_own_median():
    states = np.array([[0.5, 0.1, 0.9], [0.9, 0.1, 0.9], [0.5, 0.1, 0.5]], dtype=np.float32)
    found = summarise(GateTrace(1, "forward", RNN, {"h": states}), "h")
    assert (found.up.tolist(), found.down.tolist()) == ([0, 1, 0], [0, 0, 1])


@pytest.mark.parametrize("symbol", list("ifogch"))
def test_summary_equals_a_loop_over_tokens_and_units(explanation, symbol):
    trace = explanation.gates.of(2, "backward")
    values = trace.values(symbol).astype(float)
    found = summarise(trace, symbol)
    for place, row in enumerate(values):
        usual = [sorted(values[:, unit].tolist()) for unit in range(len(row))]
        middle = [(each[(len(each) - 1) // 2] + each[len(each) // 2]) / 2 for each in usual]
        assert found.up[place] == sum(value - at > MOVED for value, at in zip(row, middle, strict=True))
        assert found.down[place] == sum(at - value > MOVED for value, at in zip(row, middle, strict=True))
        assert found.median[place] == pytest.approx(sorted(row.tolist())[len(row) // 2])


def rows(changes: Changes) -> list[list[float]]:
    return np.stack([changes.units, changes.before, changes.after], axis=1).tolist()


def test_largest_change_is_counted_in_the_order_of_reading():
    states = np.array([[1.0, 0.0], [1.0, 3.0], [-1.0, 3.5]], dtype=np.float32)
    assert rows(largest_changes(GateTrace(1, "forward", RNN, {"h": states}))) == [[0, 0, 1], [1, 0, 3], [0, 1, -1]]
    assert rows(largest_changes(GateTrace(1, "backward", RNN, {"h": states}))) == [[1, 3, 0], [0, -1, 1], [1, 0, 3.5]]


def test_largest_change_is_that_of_the_cell_state_where_there_is_one():
    states = np.array([[1.0, 0.0], [1.0, 3.0]], dtype=np.float32)
    trace = GateTrace(1, "forward", LSTM, dict.fromkeys("ifgoc", states) | {"h": -states[:, ::-1]})
    assert rows(largest_changes(trace)) == [[0, 0, 1], [1, 0, 3]]


def test_mean_traces_are_named_by_layer_and_direction(explanation):
    means = {each.name: each for each in mean_traces(explanation.gates)}
    assert list(means) == ["layer1.forward", "layer1.backward", "layer2.forward", "layer2.backward"]
    backward = means["layer1.backward"]
    assert backward.symbols == explanation.gates.of(1, "backward").quantities
    assert backward.means[1] == pytest.approx(explanation.gates.of(1, "backward").values("f").mean(axis=1))
