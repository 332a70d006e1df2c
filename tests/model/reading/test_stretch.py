"""From a stretch to the units that stand out over it: by hand on four units, by a loop on a network, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from model.errors import ReviewError
from model.network.cells.rnn import RNN
from model.reading.explanation import Question
from model.reading.stretch import STANDS_OUT, Stretch, units_over
from model.recurrence.replay import GateTrace, GateTraces

# five tokens, four units: high inside, low inside, high inside but for one token, high inside and just after
H = np.array(
    [
        [0.1, 0.5, 0.0, 0.0],
        [0.6, 0.1, 0.9, 0.9],
        [0.5, -0.2, 0.1, 0.9],
        [0.2, 0.3, 0.2, 0.9],
        [0.9, 0.0, 0.0, 0.0],
    ],
    dtype=np.float32,
)


def traces(h: np.ndarray = H) -> GateTraces:
    """Both directions of one layer, of which the backward one holds half as much."""
    return GateTraces((GateTrace(1, "forward", RNN, {"h": h}), GateTrace(1, "backward", RNN, {"h": h / 2})))


def of(found):
    return [(each.direction, each.unit, round(each.value, 4), each.places) for each in found]


def test_unit_stands_out_by_the_gap_between_the_stretch_and_both_neighbours():
    assert of(units_over(traces(), Stretch(1, 2), 9)) == [
        ("forward", 0, 0.3, (1, 2)),
        ("forward", 1, -0.2, (1, 2)),
        ("backward", 0, 0.15, (2, 1)),
        ("backward", 1, -0.1, (2, 1)),
    ]
    assert all(each.measure == STANDS_OUT for each in units_over(traces(), Stretch(1, 2), 1))


def test_a_stretch_at_an_end_has_one_neighbour():
    assert of(units_over(traces(), Stretch(3, 4), 2)) == [("forward", 1, 0.2, (3, 4)), ("backward", 1, 0.1, (4, 3))]


def test_one_token_is_one_place():
    assert of(units_over(traces(), Stretch(2, 2), 1)) == [("forward", 1, -0.3, (2,))]


def test_at_most_so_many_units_are_found():
    assert len(units_over(traces(), Stretch(1, 2), 3)) == 3


@pytest.mark.parametrize(
    ("stretch", "said"),
    [
        (Stretch(2, 1), "ends before it starts"),
        (Stretch(0, 5), "which has 5 tokens"),
        (Stretch(-1, 2), "which has 5 tokens"),
        (Stretch(0, 4), "whole review"),
    ],
)
def test_a_stretch_that_is_none_is_refused_in_a_sentence(stretch, said):
    with pytest.raises(ReviewError, match=said):
        units_over(traces(), stretch, 1)


def test_one_token_alone_has_nothing_to_stand_out_from():
    with pytest.raises(ReviewError, match="whole review"):
        units_over(traces(H[:1]), Stretch.around(0, 1), 1)


def test_around_a_token_are_its_neighbours():
    assert Stretch.around(3, 9) == Stretch(2, 4)
    assert Stretch.around(0, 9) == Stretch(0, 1)
    assert Stretch.around(8, 9) == Stretch(7, 8)
    assert Stretch.around(1, 3) == Stretch(1, 1)


@pytest.mark.parametrize("name", ["bilstm", "rnn"])
def test_units_that_stand_out_are_those_that_a_threshold_parts(explainer, name):
    reading = explainer.read(Question("Not a good film, but a great one, and not dull at all!", name))
    stretch = Stretch(4, 6)
    found = {
        (each.layer, each.direction, each.unit): each.value for each in explainer.standing_out(reading, stretch, 10**6)
    }
    expected = {}
    for trace in reading.gates.traces:
        for unit in range(trace.h.shape[1]):
            memory = trace.memory[:, unit].astype(float)
            for sign in (1, -1):
                gap = min(sign * memory[[4, 5, 6]]) - max(sign * memory[[3, 7]])
                if gap > 0:
                    expected[trace.layer, trace.direction, unit] = sign * gap
    assert found == pytest.approx(expected)
    assert 0 < len(found) < 20
