"""Who wrote, who read: against plain loops, the cell's own equations, and the network's logit."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from model.assets import CHECKPOINTS
from model.errors import ReviewError
from model.network import checkpoint
from model.network.cells.lstm import LSTM
from model.network.network import DIRECTIONS
from model.recurrence.ledger import read_ledger, written_ledger
from model.recurrence.replay import GateTrace, GateTraces, trace_gates
from model.text import encode
from tests.conftest import make_network
from tests.model.network.test_network import REVIEWS

REVIEW = "I expected little, and the first hour is slow and dull. But it becomes one of the best films, flembic!"


def trace_of(i, f, g, direction="forward") -> GateTrace:
    """The trace of one unit whose gates are given, token by token in the text's order."""
    arrays = {
        symbol: np.array(values, dtype=np.float32)[:, None] for symbol, values in {"i": i, "f": f, "g": g}.items()
    }
    c, memory = np.zeros_like(arrays["i"]), 0.0
    for place in range(len(i))[:: 1 if direction == "forward" else -1]:
        memory = f[place] * memory + i[place] * g[place]
        c[place] = memory
    return GateTrace(1, direction, LSTM, arrays | {"o": np.ones_like(c), "c": c, "h": np.tanh(c)})


@pytest.fixture(scope="module", params=checkpoint.available(CHECKPOINTS))
def read(request):
    """A checkpoint that is shipped, a review's ids as it reads them, and their traces."""
    loaded = checkpoint.load(request.param)
    ids = torch.tensor([encode(REVIEW, loaded.field).ids])
    return loaded.network, ids, trace_gates(loaded.network, loaded.network.embed(ids))


def test_what_was_written_adds_up_to_the_memory_in_every_shipped_checkpoint(read):
    network, _, gates = read
    if not network.cell.forget_gates:
        pytest.skip("nothing adds up in a cell without a forget gate")
    for trace in gates.traces:
        ledger = written_ledger(trace)
        size = np.maximum(1, np.abs(trace.memory).max(axis=0))
        np.testing.assert_allclose(
            ledger.written / size, trace.values("i") * trace.values("g") / size, atol=1e-6, err_msg=trace.name
        )
        for unit in (0, 7, trace.memory.shape[1] - 1):
            for place in range(len(trace.memory)):
                held = ledger.of_unit(unit, place)
                assert held.sum() == pytest.approx(trace.memory[place, unit], abs=1e-5 * float(size[unit]))


def test_what_was_read_adds_up_to_the_logit_in_every_shipped_checkpoint(read):
    network, ids, gates = read
    logit = float(network(ids, torch.tensor([ids.shape[1]])))
    ledger = read_ledger(network, gates)
    assert ledger.logit == pytest.approx(logit, abs=1e-4)
    assert ledger.by_token.sum() == pytest.approx(ledger.by_unit.sum(), abs=1e-9)
    assert ledger.read.shape == (ids.shape[1], network.config.states)


@pytest.mark.parametrize("pooling", ["last", "max_mean"])
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_what_was_read_adds_up_to_the_logit_for_any_cell_and_pooling(pooling, cell):
    network = make_network(pooling=pooling, cell=cell, temperature=1.7)
    for review in REVIEWS:
        ids = torch.tensor([review])
        gates = trace_gates(network, network.embed(ids))
        logit = float(network(ids, torch.tensor([len(review)])))
        assert read_ledger(network, gates).logit == pytest.approx(logit, abs=1e-5)


def test_last_states_are_read_where_each_reader_ends():
    network = make_network(pooling="last")
    gates = trace_gates(network, network.embed(torch.tensor([REVIEWS[0]])))
    read = read_ledger(network, gates).read
    hidden = network.config.hidden_size
    assert np.flatnonzero(read[:, :hidden].any(axis=1)).tolist() == [len(read) - 1]
    assert np.flatnonzero(read[:, hidden:].any(axis=1)).tolist() == [0]


def test_a_maximum_that_is_reached_twice_is_shared():
    network = make_network(pooling="max_mean", layers=1)
    gates = trace_gates(network, network.embed(torch.tensor([REVIEWS[0]])))
    hidden = network.config.hidden_size
    states = gates.of(1, "forward").h.copy()
    states[1] = states[3] = 0.999  # the largest of every unit, twice
    forward = GateTrace(1, "forward", LSTM, {**gates.of(1, "forward").arrays, "h": states})
    read = read_ledger(network, GateTraces((forward, gates.of(1, "backward")))).read
    weights = network.output.weight[0].double().numpy()
    expected = states.astype(float) * weights[2 * hidden : 3 * hidden] / len(states)
    expected[[1, 3]] += states[[1, 3]] * weights[:hidden] / 2
    np.testing.assert_allclose(read[:, :hidden], expected, atol=1e-9)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_shares_and_sums_by_plain_loops(direction):
    network = make_network()
    trace = trace_gates(network, network.embed(torch.tensor([REVIEWS[0]]))).of(2, direction)
    ledger, shares = written_ledger(trace), written_ledger(trace).shares()
    written, forget = trace.values("i") * trace.values("g"), trace.values("f")
    tokens, units = written.shape
    step = 1 if direction == "forward" else -1
    for place in range(tokens):
        held = np.zeros((tokens, units))
        for source in range(tokens):
            if (place - source) * step < 0:
                continue
            for unit in range(units):
                gates = [forget[between, unit] for between in range(source + step, place + step, step)]
                held[source, unit] = written[source, unit] * math.prod(gates)
                assert ledger.of_unit(unit, place)[source] == pytest.approx(held[source, unit], abs=1e-6)
        sizes = np.abs(held).sum(axis=1)
        np.testing.assert_allclose(shares[place], sizes / sizes.sum(), atol=1e-6)
    np.testing.assert_allclose(shares.sum(axis=1), 1)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_token_that_wrote_nothing_holds_nothing(direction):
    ledger = written_ledger(trace_of([0.5, 0.0, 1.0], [0.5, 0.5, 0.5], [1.0, 1.0, -1.0], direction))
    for place in range(3):
        assert ledger.of_unit(0, place)[1] == 0
    assert not ledger.shares()[:, 1].any()


def test_later_words_take_over_where_the_gate_shuts():
    ledger = written_ledger(trace_of([1, 1, 1], [1, 1, 0], [0.5, 0.25, -1]))
    assert ledger.of_unit(0, 1).tolist() == [0.5, 0.25, 0]
    assert ledger.of_unit(0, 2).tolist() == [0, 0, -1]
    np.testing.assert_allclose(ledger.shares(), [[1, 0, 0], [2 / 3, 1 / 3, 0], [0, 0, 1]])


def test_shares_are_nothing_where_nothing_was_written():
    assert not written_ledger(trace_of([0, 0], [1, 1], [1, 1])).shares().any()


@pytest.mark.parametrize(("unit", "place"), [(-1, 0), (1, 0), (0, -1), (0, 2)])
def test_a_place_or_unit_that_there_is_not_is_an_error(unit, place):
    with pytest.raises(IndexError):
        written_ledger(trace_of([0, 0], [1, 1], [1, 1])).of_unit(unit, place)


def test_units_at_a_token_come_by_size():
    network = make_network()
    ledger = read_ledger(network, trace_gates(network, network.embed(torch.tensor([REVIEWS[0]]))))
    found = ledger.units_at(2, 3)
    sizes = np.abs(ledger.read[2])
    assert len(found) == 3
    assert sizes[found].tolist() == sorted(sizes.tolist(), reverse=True)[:3]


def test_a_cell_that_writes_over_its_memory_has_no_ledger():
    network = make_network(cell="rnn")
    trace = trace_gates(network, network.embed(torch.tensor([REVIEWS[0]]))).of(1, "forward")
    with pytest.raises(ReviewError, match="A plain RNN writes over"):
        written_ledger(trace)
