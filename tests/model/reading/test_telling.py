"""Telling units: each measure by hand on two units, by a loop on a network, and what is found of it."""

from __future__ import annotations

import numpy as np
import pytest

from model.network.cells.lstm import LSTM
from model.network.cells.rnn import RNN
from model.reading.explanation import Question
from model.reading.telling import (
    DECIDES,
    HOLDS,
    JUMPS,
    KEEPS,
    MEASURES,
    SIX,
    SWITCHES,
    TellingUnit,
    jumps_and_shows,
    six_units,
    telling_units,
)
from model.recurrence.ledger import ReadLedger
from model.recurrence.replay import GateTrace, GateTraces

NOTHING_READ = ReadLedger(np.zeros((4, 4)), 0.0)
C = np.array([[0.0, 0.1], [2.0, 0.2], [1.9, 0.2], [0.2, 0.9]], dtype=np.float32)  # four tokens, two units
F = np.array([[0.5, 0.9]] * 4, dtype=np.float32)


def lstm(c: np.ndarray, f: np.ndarray = F, direction: str = "forward") -> GateTrace:
    return GateTrace(1, direction, LSTM, dict.fromkeys("igoh", np.zeros_like(c)) | {"c": c, "f": f})


def traces(forward: GateTrace) -> GateTraces:
    """Both directions of one layer, of which the backward one holds nothing."""
    still = np.zeros_like(forward.h)
    arrays = dict.fromkeys(forward.quantities, still)
    return GateTraces((forward, GateTrace(1, "backward", forward.cell, arrays)))


def of(found: tuple[TellingUnit, ...]) -> list[tuple[str, int, float, tuple[int, ...]]]:
    return [(each.direction, each.unit, round(each.value, 4), each.places) for each in found]


def test_keeper_is_the_unit_with_the_longest_half_life_that_holds_something():
    half_life = round(float(np.log(0.5) / np.log(np.float32(0.9))), 4)
    assert of(telling_units(traces(lstm(C)), NOTHING_READ, KEEPS, 9)) == [
        ("forward", 1, half_life, ()),
        ("forward", 0, 1.0, ()),
    ]
    little = C * np.array([1, HOLDS / 0.9 * 0.99], dtype=np.float32)
    assert of(telling_units(traces(lstm(little)), NOTHING_READ, KEEPS, 9)) == [("forward", 0, 1.0, ())]


def test_jump_is_the_largest_change_at_one_token_from_nothing_on():
    assert of(telling_units(traces(lstm(C)), NOTHING_READ, JUMPS, 9)) == [
        ("forward", 0, 2.0, (1,)),
        ("forward", 1, 0.7, (3,)),
    ]
    backward = GateTraces((lstm(C, direction="backward"), lstm(np.zeros_like(C))))
    assert of(telling_units(backward, NOTHING_READ, JUMPS, 1)) == [("backward", 0, 2.0, (0,))]  # from 2.0 to 0.0


def test_unit_to_begin_with_jumps_most_of_those_that_show_something_at_every_token():
    def showing(*h: float) -> GateTrace:
        """Two units, of which the first jumps more; `h` is what both show at the four tokens."""
        shown = np.array([h, [0.3, -0.005, 0.3, 0.3]], dtype=np.float32).T
        return GateTrace(1, "forward", LSTM, dict.fromkeys("igo", np.zeros_like(C)) | {"c": C, "f": F, "h": shown})

    assert jumps_and_shows(showing(0.3, 0.3, -0.3, 0.3)) == 0
    assert jumps_and_shows(showing(0.3, 0.3, -0.0049, 0.3)) == 1
    assert jumps_and_shows(lstm(C)) == 0  # of all, where none shows anything
    assert jumps_and_shows(lstm(C[:, ::-1])) == 1


def test_switch_is_there_and_back():
    assert of(telling_units(traces(lstm(C)), NOTHING_READ, SWITCHES, 9)) == [("forward", 0, 1.7, (1, 3))]
    backward = GateTraces((lstm(C, direction="backward"), lstm(np.zeros_like(C))))
    # read from the end: 0.2, 1.9, 2.0, 0.0
    assert of(telling_units(backward, NOTHING_READ, SWITCHES, 1)) == [("backward", 0, 1.7, (2, 0))]


def test_unit_that_decides_is_the_one_off_which_most_was_read():
    read = np.zeros((4, 4))
    read[2, 3], read[0, 3], read[1, 0] = -0.75, 0.25, 0.25
    assert of(telling_units(traces(lstm(C)), ReadLedger(read, 0.0), DECIDES, 9)) == [
        ("backward", 1, -0.5, (2,)),
        ("forward", 0, 0.25, (1,)),
    ]


def test_one_token_has_a_jump_and_no_way_back():
    one = traces(lstm(C[1:2], F[:1]))
    assert of(telling_units(one, NOTHING_READ, JUMPS, 1)) == [("forward", 0, 2.0, (0,))]
    assert telling_units(one, NOTHING_READ, SWITCHES, 1) == ()


def test_a_plain_rnn_keeps_nothing_and_has_the_other_measures_of_its_hidden_state():
    still = GateTraces(tuple(GateTrace(1, direction, RNN, {"h": C}) for direction in ("forward", "backward")))
    assert telling_units(still, NOTHING_READ, KEEPS, 9) == ()
    assert of(telling_units(still, NOTHING_READ, JUMPS, 1)) == [("forward", 0, 2.0, (1,))]


def test_another_measure_is_an_error():
    with pytest.raises(ValueError, match="no measure"):
        telling_units(traces(lstm(C)), NOTHING_READ, "dreams", 1)


@pytest.mark.parametrize("name", ["bilstm", "rnn"])
def test_six_units_are_the_first_of_each_measure_and_none_twice(explainer, name):
    reading = explainer.read(Question("Not a good film, but a great one, and not dull at all!", name))
    read = explainer.read_off(reading)
    found = six_units(reading.gates, read)
    there = [(each.layer, each.direction, each.unit) for each in found]
    assert len(set(there)) == len(there)
    wanted = {measure: count for measure, count in SIX.items() if name == "bilstm" or measure != KEEPS}
    assert {each.measure for each in found} == set(wanted)
    for measure, count in wanted.items():
        chosen = [each for each in found if each.measure == measure]
        assert len(chosen) == count
        best = telling_units(reading.gates, read, measure, 1)[0]
        assert chosen[0].value == best.value or (best.layer, best.direction, best.unit) in there
    assert sum(SIX.values()) == 6


@pytest.mark.parametrize("measure", [JUMPS, SWITCHES])
def test_measures_equal_a_loop_over_pairs_of_tokens(explainer, measure):
    reading = explainer.read(Question("Not a good film, but a great one, and not dull at all!", "bilstm"))
    found = telling_units(reading.gates, explainer.read_off(reading), measure, 10**6)
    for each in found:
        read = each.memory.astype(float) if each.direction == "forward" else each.memory[::-1].astype(float)
        changes = [after - before for before, after in zip([0.0, *read[:-1]], read, strict=True)]
        if measure == JUMPS:
            expected = max(map(abs, changes))
        else:
            expected = max(
                min(abs(one), abs(other))
                for place, one in enumerate(changes)
                for other in changes[place + 1 :]
                if one * other < 0
            )
        assert each.value == pytest.approx(expected, abs=1e-6)
        steps = [place if each.direction == "forward" else len(read) - 1 - place for place in each.places]
        assert steps == sorted(steps)
        assert min(abs(changes[step]) for step in steps) == pytest.approx(expected, abs=1e-6)
    values = [each.value for each in found]
    assert values == sorted(values, reverse=True)
    assert len(found) == len({(each.layer, each.direction, each.unit) for each in found})


def test_what_decides_adds_up_to_the_logit_but_for_the_bias(explainer):
    reading = explainer.read(Question("Not a good film, but great!", "bilstm"))
    ledger = explainer.read_off(reading)
    found = telling_units(reading.gates, ledger, DECIDES, 10**6)
    assert sum(each.value for each in found) + ledger.bias == pytest.approx(reading.prediction.logit, abs=1e-5)
    assert set(MEASURES) == set(SIX)
