"""Activation patching: against holding every unit of a reader at the other reading's state, and by invariants."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model.network.network import RecurrentNetwork
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence.clamps import Clamp
from model.recurrence.interventions import intervene
from model.recurrence.patching import Patched, patch
from model.recurrence.replay import CheckedTraces, GateTrace, trace_gates
from tests.conftest import make_network

REVIEW, EDIT = [3, 4, 5, 6, 7, 8, 9], [3, 4, 5, 11, 7, 2, 9]  # another word at places 3 and 5
FIRST, LAST = 3, 5
KINDS = [
    (cell, pooling, layers) for cell in ("lstm", "rnn") for pooling in ("last", "max_mean") for layers in (1, 2, 3)
]


def read(network: RecurrentNetwork, ids: list[int]) -> tuple[torch.Tensor, CheckedTraces]:
    embedded = network.embed(torch.tensor([ids]))
    return embedded, trace_gates(network, embedded)


def patched(network: RecurrentNetwork, own: list[int], other: list[int]) -> Patched:
    embedded, traces = read(network, own)
    return patch(network, embedded, traces, read(network, other)[1])


def held_at(trace: GateTrace, place: int) -> list[Clamp]:
    """Every unit of every state of a trace at one token."""
    return [
        Clamp(symbol, float(trace.values(symbol)[place, unit]), trace.layer, trace.direction, unit, place, place + 1)
        for symbol in trace.cell.states
        for unit in range(trace.h.shape[1])
    ]


@pytest.mark.parametrize(("cell", "pooling", "layers"), KINDS)
def test_each_state_put_in_equals_holding_all_its_units_there(cell, pooling, layers):
    network = make_network(cell=cell, pooling=pooling, layers=layers, temperature=0.8)
    embedded, own = read(network, REVIEW)
    _, other = read(network, EDIT)
    found = patch(network, embedded, own, other)
    assert found.logit == pytest.approx(own.logit, abs=1e-5)
    assert found.other == pytest.approx(other.logit, abs=1e-5)
    assert abs(found.difference) > 1e-2
    assert len(found.readers) == len(other.traces)
    for reader, trace in zip(found.readers, other.traces, strict=True):
        assert (reader.layer, reader.direction) == (trace.layer, trace.direction)
        held = [intervene(network, embedded, held_at(trace, place)).logit for place in range(len(REVIEW))]
        np.testing.assert_allclose(reader.logits, held, atol=1e-5)
        assert np.abs(found.effects(reader)).max() > 1e-4


@pytest.mark.parametrize(("cell", "pooling", "layers"), KINDS)
def test_a_reader_as_a_whole_equals_holding_it_at_every_token(cell, pooling, layers):
    network = make_network(cell=cell, pooling=pooling, layers=layers, hidden_size=3)
    embedded, own = read(network, REVIEW[2:5])
    _, other = read(network, EDIT[2:5])
    for reader, trace in zip(patch(network, embedded, own, other).readers, other.traces, strict=True):
        held = [clamp for place in range(3) for clamp in held_at(trace, place)]
        assert reader.whole == pytest.approx(intervene(network, embedded, held).logit, abs=1e-5)


@pytest.mark.parametrize(("cell", "pooling", "layers"), KINDS)
def test_all_of_a_layer_gives_the_other_logit_and_states_before_the_edit_give_nothing(cell, pooling, layers):
    found = patched(make_network(cell=cell, pooling=pooling, layers=layers), REVIEW, EDIT)
    assert found.parity < 1e-5
    forward, backward = found.readers[:2]
    assert not found.effects(forward)[:FIRST].any()
    assert not found.effects(backward)[LAST + 1 :].any()
    assert found.effects(forward)[FIRST:].all()
    assert found.effects(backward)[: LAST + 1].all()


def test_nothing_comes_over_from_the_same_review(network):
    found = patched(network, REVIEW, REVIEW)
    assert found.difference == 0
    for reader in found.readers:
        assert not found.effects(reader).any()
        assert reader.whole == pytest.approx(found.logit, abs=1e-6)


def test_one_token_is_read_by_each_reader_alone(network):
    found = patched(network, [3], [4])
    for reader in found.readers:
        assert reader.logits[0] == pytest.approx(reader.whole, abs=1e-6)


def test_readings_that_do_not_belong_together_are_refused(network):
    embedded, own = read(network, REVIEW)
    for other in (read(network, EDIT[1:])[1], read(make_network(layers=1), EDIT)[1]):
        with pytest.raises(ValueError, match="both traces"):
            patch(network, embedded, own, other)


@pytest.mark.parametrize("name", Explainer().names)
def test_shipped_networks_carry_all_of_the_difference_over_in_each_layer(name):
    explainer = Explainer()
    network = explainer.checkpoint(name).network
    sides = [
        explainer.read(Question(f"It starts slowly, but the {word} ending stayed with me for days.", name))
        for word in ("awful", "wonderful")
    ]
    embedded = network.embed(torch.tensor([sides[0].review.ids]))
    found = patch(network, embedded, sides[0].gates, sides[1].gates)
    assert found.parity < 1e-4
    assert found.logit == pytest.approx(sides[0].prediction.logit, abs=1e-4)
    assert found.other == pytest.approx(sides[1].prediction.logit, abs=1e-4)
    edit = next(place for place, token in enumerate(sides[0].review.tokens) if token.text == "awful")
    assert np.abs(found.effects(found.readers[0])[:edit]).max() < 1e-6
