"""What the forget gates keep: by hand, by plain loops, and against the cell state that it must add up to."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from model.errors import ReviewError
from model.network.cells.lstm import LSTM
from model.recurrence.replay import GateTrace, trace_gates
from model.recurrence.retention import longest_keeper, measure_memory
from tests.conftest import make_network
from tests.model.network.test_network import REVIEWS


def trace_of(forget: list[list[float]], direction: str = "forward", **others: list[list[float]]) -> GateTrace:
    """A trace whose forget gate (tokens, units) is given; what else is not named equals it."""
    arrays = {
        symbol: np.array(others.get(symbol, forget), dtype=np.float32) for symbol in ("i", "f", "g", "o", "c", "h")
    }
    return GateTrace(1, direction, LSTM, arrays)


@pytest.fixture(params=["forward", "backward"])
def trace(request) -> GateTrace:
    network = make_network()
    return trace_gates(network, network.embed(torch.tensor([REVIEWS[0]]))).of(2, request.param)


def test_share_kept_is_the_product_of_the_forget_gates_in_between(trace):
    memory = measure_memory(trace)
    tokens, units = trace.values("f").shape
    step = 1 if trace.direction == "forward" else -1
    for place in range(tokens):
        kept = memory.kept(place)
        for other in range(tokens):
            for unit in range(units):
                if (other - place) * step < 0:
                    assert math.isnan(kept[other, unit])
                    continue
                share = math.prod(float(trace.values("f")[t, unit]) for t in range(place + step, other + step, step))
                assert kept[other, unit] == pytest.approx(share, rel=1e-9)


def test_what_is_kept_of_all_that_was_written_adds_up_to_the_cell_state(trace):
    memory = measure_memory(trace)
    written = trace.values("i").astype(float) * trace.values("g")
    total = sum(np.nan_to_num(memory.kept(place)) * written[place] for place in range(len(written)))
    np.testing.assert_allclose(total, trace.values("c"), atol=1e-5)


def test_log_kept_is_in_reading_order_of_the_text():
    gates = [[0.5], [0.25], [0.125]]
    forward = measure_memory(trace_of(gates)).log_kept[:, 0]
    backward = measure_memory(trace_of(gates, "backward")).log_kept[:, 0]
    assert (forward / math.log(0.5)).tolist() == pytest.approx([1, 3, 6])
    assert (backward / math.log(0.5)).tolist() == pytest.approx([6, 5, 3])
    assert forward.dtype == np.float64


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_half_life_of_a_constant_gate(direction):
    memory = measure_memory(trace_of([[0.5, 0.9, 1.0]] * 4, direction))
    assert memory.half_life.tolist() == pytest.approx([1, math.log(0.5) / math.log(0.9), math.inf])


def test_half_life_goes_by_the_geometric_mean():
    memory = measure_memory(trace_of([[0.5], [1.0], [0.5], [1.0]]))
    assert memory.half_life.tolist() == pytest.approx([2])


def test_saturation_counts_tokens_beyond_the_ends():
    f = [[0.05, 0.5], [0.95, 0.5], [0.02, 0.5], [0.5, 0.99]]
    memory = measure_memory(trace_of(f, i=[[0.0, 0.91]] * 4, o=[[0.2, 0.8]] * 4))
    found = {each.symbol: (each.shut.tolist(), each.open.tolist()) for each in memory.saturation}
    assert found == {"i": ([1, 0], [0, 1]), "f": ([0.5, 0], [0.25, 0.25]), "o": ([0, 0], [0, 0])}
    assert memory.saturation_of("o") is memory.saturation[2]
    with pytest.raises(KeyError):
        memory.saturation_of("g")


def test_gates_of_exactly_0_and_1_give_plain_numbers():
    tokens = 500
    memory = measure_memory(trace_of([[0.0, 1.0, 1e-45]] * tokens))
    kept = memory.kept(0)
    assert np.isfinite(memory.log_kept).all()
    assert kept[0].tolist() == [1, 1, 1]
    assert kept[-1].tolist() == [0, 1, 0]
    assert kept[1, 0] < 1e-40
    assert 0 < memory.half_life[0] < 0.01
    assert memory.half_life[1] == math.inf


def test_share_kept_never_leaves_its_range():
    random = np.random.default_rng(0)
    memory = measure_memory(trace_of(random.uniform(size=(300, 4)) ** 0.01, "backward"))
    kept = memory.kept(299)
    assert ((kept >= 0) & (kept <= 1)).all()
    assert (np.diff(kept, axis=0) >= 0).all()


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_half_is_gone_when_the_gates_that_are_there_leave_less(direction):
    gates = [[0.1, 1.0], [0.8, 0.9], [0.7, 0.9], [0.8, 0.9]]  # in the order in which they are read
    ordered = gates if direction == "forward" else gates[::-1]
    memory = measure_memory(trace_of(ordered, direction))
    first = 0 if direction == "forward" else 3
    assert memory.half_gone(first).tolist() == [3, np.inf]  # 0.8, 0.56, 0.448; 0.729 at the end
    last = 3 - first
    assert memory.half_gone(last).tolist() == [np.inf, np.inf]


def test_review_of_one_token_keeps_all_of_it():
    memory = measure_memory(trace_of([[0.5, 0.1]], "backward"))
    assert memory.kept(0).tolist() == [[1, 1]]


@pytest.mark.parametrize("place", [-1, 3])
def test_token_that_does_not_exist_is_an_index_error(place):
    with pytest.raises(IndexError):
        measure_memory(trace_of([[0.5]] * 3)).kept(place)


def test_plain_rnn_has_no_forget_gate():
    network = make_network(cell="rnn")
    trace = trace_gates(network, network.embed(torch.tensor([REVIEWS[0]]))).of(1, "forward")
    with pytest.raises(ReviewError, match="plain RNN has no forget gate"):
        measure_memory(trace)


@pytest.mark.parametrize(("direction", "end", "after"), [("forward", 2, (2, 1, 0)), ("backward", 0, (0, 1, 2))])
def test_what_is_left_stands_at_the_token_read_last(direction, end, after):
    memory = measure_memory(trace_of([[0.9, 0.2], [0.45, 0.9], [0.95, 0.8]], direction))
    for place in range(3):
        assert memory.left(place).tolist() == memory.kept(place)[end].tolist()
        assert memory.read_after(place) == after[place]


def test_quartiles_are_those_of_all_units(trace):
    memory = measure_memory(trace)
    bands, kept = memory.quartiles(1), memory.kept(1)
    for other, shares in enumerate(kept):
        if math.isnan(shares[0]):
            assert np.isnan(bands[:, other]).all()
        else:
            assert bands[:, other].tolist() == sorted(shares.tolist())[1:4]  # of five units


def test_units_stand_in_the_order_of_their_half_lives():
    memory = measure_memory(trace_of([[0.5, 1.0, 0.9, 0.5, 1.0]]))
    assert memory.by_half_life.tolist() == [1, 4, 2, 0, 3]
    assert memory.middle_half_life == pytest.approx(math.log(0.5) / math.log(0.9))


def test_every_unit_falls_into_one_bar_of_half_lives():
    gates = [[0.01, 0.5 ** (1 / 3), 0.5 ** (1 / 3.5), 0.5, 0.99999, 1.0]]
    bars = measure_memory(trace_of(gates)).half_lives()
    assert [(bar.low, bar.high, bar.units) for bar in bars if bar.units] == [
        (0, 0.25, 1), (1, 2, 1), (2, 4, 2), (512, math.inf, 2),
    ]  # fmt: skip
    assert [bar.high for bar in bars[:-1]] == [bar.low for bar in bars[1:]]


def test_units_at_one_place_of_saturation_are_counted_together():
    gates = [[0.05, 0.05, 0.5], [0.95, 0.95, 0.5], [0.5, 0.5, 0.95], [0.5, 0.5, 0.5]]
    dots = measure_memory(trace_of(gates)).saturation_of("f").dots()
    assert [(dot.shut, dot.open, dot.units) for dot in dots] == [(0, 25, 1), (25, 25, 2)]


def test_longest_keeper_is_found_over_all_traces_and_the_first_of_equal_ones():
    gates = {"forward": [[0.5, 0.9]] * 3, "backward": [[0.9, 0.8]] * 3}
    memories = [measure_memory(trace_of(forget, direction)) for direction, forget in gates.items()]
    found = longest_keeper(memories)
    assert (found.layer, found.direction, found.unit) == (1, "forward", 1)
    assert found.half_life == pytest.approx(np.log(0.5) / np.log(0.9), rel=1e-5)
    assert longest_keeper(memories[::-1]).direction == "backward"
    with pytest.raises(ValueError, match="empty"):
        longest_keeper([])
