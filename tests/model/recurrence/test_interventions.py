"""What if: against a loop by hand, against networks whose weights were taken away, and against bad input."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import ReviewError
from model.network.cells.registry import SYMBOLS
from model.network.network import DIRECTIONS, NetworkConfig, RecurrentNetwork
from model.recurrence.clamps import MAX_CLAMPS, Clamp, check_clamp, switch_off
from model.recurrence.interventions import differ, elsewhere, intervene
from model.recurrence.replay import trace_gates
from tests.conftest import TINY, make_network
from tests.model.network.test_network import REVIEWS
from tests.model.recurrence.test_replay import HELD, one_review, read_by_hand

LENGTH = len(REVIEWS[0])
LSTM, RNN = NetworkConfig(**TINY), NetworkConfig(**TINY, cell="rnn")
SETTINGS = [
    {"cell": cell, "pooling": pooling, "temperature": 0.7}
    for cell in ("lstm", "rnn")
    for pooling in ("last", "max_mean")
]


def plain_logit(network: RecurrentNetwork, review: list[int]) -> float:
    return float(network(torch.tensor([review]), torch.tensor([len(review)])))


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("review", REVIEWS)
def test_nothing_held_gives_the_plain_verdict(settings, review):
    network = make_network(**settings)
    found = intervene(network, network.embed(torch.tensor([review])), ())
    assert found.logit == pytest.approx(plain_logit(network, review), abs=1e-5)
    assert found.clamps == ()


@pytest.mark.parametrize("settings", SETTINGS)
def test_verdict_with_clamps_equals_a_loop_by_hand(settings):
    network = make_network(**settings).double()
    clamps = [clamp for clamp in HELD if settings["cell"] == "lstm" or clamp.symbol == "h"]
    embedded = one_review(network)
    expected = read_by_hand(network, embedded[0].numpy(), clamps).logit
    found = intervene(network, embedded, clamps)
    assert found.logit == pytest.approx(expected, abs=1e-6)  # the network hands out its logit in float32
    assert found.probability == pytest.approx(1 / (1 + math.exp(-expected)), abs=1e-6)
    assert abs(expected - plain_logit(network, REVIEWS[0])) > 1e-3
    assert found.clamps == tuple(clamps)


def test_gates_after_the_clamps_equal_a_loop_by_hand(network):
    embedded = one_review(network)
    expected = read_by_hand(network, embedded[0].numpy(), HELD).values
    gates = intervene(network, embedded, HELD).gates
    assert len(gates.traces) == 4
    for (layer, direction, symbol), values in expected.items():
        found = gates.of(layer, direction).values(symbol)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, values, atol=1e-5)


def test_gates_with_nothing_held_are_those_of_the_review(network):
    embedded = one_review(network)
    for found, expected in zip(
        intervene(network, embedded, ()).gates.traces, trace_gates(network, embedded).traces, strict=True
    ):
        for symbol in SYMBOLS:
            np.testing.assert_allclose(found.values(symbol), expected.values(symbol), atol=1e-6, rtol=0)


@pytest.mark.parametrize(("direction", "before"), [("forward", slice(0, 3)), ("backward", slice(5, LENGTH))])
def test_what_was_read_before_the_clamp_does_not_change(network, direction, before):
    embedded = one_review(network)
    plain, held = (
        intervene(network, embedded, clamps).gates.of(1, direction).h
        for clamps in ((), [Clamp("f", 0.0, 1, direction, start=3, end=5)])
    )
    same = np.isclose(plain, held, atol=1e-7).all(axis=1)
    assert same[before].all()
    assert not same[3:5].all()
    assert not same[2 if direction == "backward" else 5]


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("unit", [0, 3])
def test_switching_off_a_unit_equals_taking_its_outgoing_weights_away(cell, direction, layer, unit):
    network = make_network(cell=cell)
    found = intervene(network, one_review(network), [switch_off(layer, direction, unit)])
    assert abs(found.logit - plain_logit(network, REVIEWS[0])) > 1e-5
    column = unit + network.config.hidden_size * DIRECTIONS.index(direction)  # forward units come first
    network.layers[layer - 1].recurrence(direction).weight_hh_l0[:, unit] = 0
    if layer == 1:
        for each in DIRECTIONS:
            network.layers[1].recurrence(each).weight_ih_l0[:, column] = 0
    else:
        network.output.weight[:, column] = 0
    assert found.logit == pytest.approx(plain_logit(network, REVIEWS[0]), abs=1e-5)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("layer", [1, 2])
def test_switching_off_a_layer_makes_the_logit_independent_of_the_text(settings, layer):
    network = make_network(**settings)
    embedded = network.embed(torch.tensor([REVIEWS[0], REVIEWS[0][::-1], [11] * LENGTH]))
    logits = [intervene(network, review[None], [switch_off(layer)]).logit for review in embedded]
    assert logits == pytest.approx([logits[0]] * 3, abs=1e-6)
    assert np.ptp([intervene(network, review[None], ()).logit for review in embedded]) > 1e-2


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("clamp", [switch_off(), switch_off(layer=2)])
def test_nothing_but_the_bias_is_left_where_the_last_layer_is_off(settings, clamp):
    network = make_network(**settings)
    found = intervene(network, one_review(network), [clamp])
    assert found.logit == pytest.approx(float(network.output.bias) / 0.7, abs=1e-6)


def test_switching_off_a_direction_equals_taking_its_columns_away(network):
    found = intervene(network, one_review(network), [switch_off(direction="backward")])
    backward = slice(network.config.hidden_size, None)
    network.output.weight[:, backward] = 0
    for each in DIRECTIONS:
        network.layers[1].recurrence(each).weight_ih_l0[:, backward] = 0
    assert found.logit == pytest.approx(plain_logit(network, REVIEWS[0]), abs=1e-5)


def test_one_token_alone_can_be_intervened_on(network):
    embedded = network.embed(torch.tensor([[5]]))
    clamps = [Clamp("o", 1.0, start=0, end=1)]
    expected = read_by_hand(network, embedded[0].numpy(), clamps).logit
    assert intervene(network, embedded, clamps).logit == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("clamp", HELD)
def test_clamp_that_makes_sense_is_accepted(clamp):
    check_clamp(clamp, LSTM, LENGTH)


@pytest.mark.parametrize(
    ("symbol", "low", "high"),
    [("i", 0, 1), ("f", 0, 1), ("o", 0, 1), ("g", -1, 1), ("h", -1, 1), ("c", -100, 100)],
)
def test_range_of_a_quantity_holds_its_ends_and_nothing_beyond(symbol, low, high):
    for value in (low, high, float(low), (low + high) / 2):
        check_clamp(Clamp(symbol, value), LSTM, LENGTH)
    for value in (low - 0.001, high + 0.001, math.inf, -math.inf, math.nan):
        with pytest.raises(ReviewError, match=rf" {symbol} can be held at a number from .* to {high} only\.$"):
            check_clamp(Clamp(symbol, value), LSTM, LENGTH)


class Odd:
    """A value of a type that no clamp has, and that cannot even be compared or shown."""

    def __eq__(self, other):
        raise RuntimeError

    __hash__ = None
    __repr__ = __str__ = __bool__ = __len__ = __le__ = __ge__ = __eq__


BAD = [
    ({"symbol": "x"}, "one of i, f, o, g, c and h"),
    ({"symbol": ""}, "one of"),
    ({"symbol": "if"}, "one of"),
    ({"symbol": None}, "one of"),
    ({"symbol": 3}, "one of"),
    ({"symbol": ["f"]}, "one of"),
    ({"symbol": Odd()}, "one of"),
    ({"value": True}, "from 0 to 1"),
    ({"value": "0.5"}, "from 0 to 1"),
    ({"value": None}, "from 0 to 1"),
    ({"value": 10**400}, "from 0 to 1"),
    ({"value": 0.5j}, "from 0 to 1"),
    ({"value": Odd()}, "from 0 to 1"),
    ({"value": np.array([0.5, 0.5])}, "from 0 to 1"),
    ({"symbol": "g", "value": -2}, "candidate g .* from −1 to 1"),
    ({"symbol": "c", "value": 101}, "cell state c .* from −100 to 100"),
    ({"layer": 0}, "from 1 to 2"),
    ({"layer": 3}, "from 1 to 2"),
    ({"layer": -1}, "from 1 to 2"),
    ({"layer": 10**5000}, "from 1 to 2"),
    ({"layer": True}, "from 1 to 2"),
    ({"layer": 1.0}, "from 1 to 2"),
    ({"layer": "1"}, "from 1 to 2"),
    ({"layer": math.nan}, "from 1 to 2"),
    ({"layer": Odd()}, "from 1 to 2"),
    ({"direction": "sideways"}, "forward, backward or both"),
    ({"direction": 0}, "forward, backward or both"),
    ({"direction": ["forward"]}, "forward, backward or both"),
    ({"direction": Odd()}, "forward, backward or both"),
    ({"unit": -1}, "from 0 to 4"),
    ({"unit": 5}, "from 0 to 4"),
    ({"unit": False}, "from 0 to 4"),
    ({"unit": "0"}, "from 0 to 4"),
    ({"unit": Odd()}, "from 0 to 4"),
    ({"start": -1}, "has 7 tokens"),
    ({"start": 7}, "has 7 tokens"),
    ({"start": None}, "has 7 tokens"),
    ({"start": True}, "has 7 tokens"),
    ({"start": "0"}, "has 7 tokens"),
    ({"start": Odd()}, "has 7 tokens"),
    ({"end": 8}, "has 7 tokens"),
    ({"end": 0}, "has 7 tokens"),
    ({"end": -1}, "has 7 tokens"),
    ({"end": 7.0}, "has 7 tokens"),
    ({"end": Odd()}, "has 7 tokens"),
    ({"start": 3, "end": 3}, "no token in this range"),
    ({"start": 5, "end": 2}, "no token in this range"),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_bad_clamp_is_refused_by_one_clear_sentence(number):
    changed, part = BAD[number]
    with pytest.raises(ReviewError, match=part) as caught:
        check_clamp(Clamp(**({"symbol": "f", "value": 0.5} | changed)), LSTM, LENGTH)
    message = str(caught.value)
    assert message[0].isupper()
    assert message.endswith(".")
    assert message.count(".") == 1


@pytest.mark.parametrize("symbol", ["i", "f", "o", "g", "c", "x", None])
def test_plain_rnn_says_that_it_has_no_gates(symbol):
    with pytest.raises(ReviewError) as caught:
        check_clamp(Clamp(symbol, 0.5), RNN, LENGTH)
    assert str(caught.value) == "A plain RNN has no gates: only its hidden state h can be held."
    check_clamp(Clamp("h", 0.5), RNN, LENGTH)


@pytest.mark.parametrize("clamp", [None, "f", ("f", 0.5), {"symbol": "f"}, Clamp])
def test_what_is_no_clamp_is_refused(clamp):
    with pytest.raises(ReviewError, match="Choose what to hold"):
        check_clamp(clamp, LSTM, LENGTH)


# no subnormal floats: native code that other tests run makes the processor round them to 0
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_subnormal=False),
    st.text(max_size=3),
    st.lists(st.integers(), max_size=2),
)
PLACES = st.none() | st.integers(0, LENGTH)
VALUES = {
    "symbol": st.sampled_from(SYMBOLS),
    "value": st.floats(-1, 1, allow_subnormal=False) | st.integers(0, 1),
    "layer": st.none() | st.integers(1, 2),
    "direction": st.none() | st.sampled_from(DIRECTIONS),
    "unit": st.none() | st.integers(0, 4),
    "start": PLACES,
    "end": PLACES,
}
SPOILT = st.fixed_dictionaries({name: values | ODD for name, values in VALUES.items()})


@settings(max_examples=300, deadline=None)
@given(st.fixed_dictionaries(VALUES) | SPOILT, st.sampled_from([LSTM, RNN]))
def test_whatever_a_clamp_is_made_of_it_is_refused_or_can_be_read_with(values, config):
    clamp = Clamp(**values)
    try:
        check_clamp(clamp, config, LENGTH)
    except ReviewError:
        return
    network = make_network(cell=config.cell)
    assert math.isfinite(intervene(network, one_review(network), [clamp]).logit)


def test_clamp_of_another_review_is_refused_before_anything_is_read(network):
    with pytest.raises(ReviewError, match="has 1 token"):
        intervene(network, network.embed(torch.tensor([[5]])), [Clamp("f", 0.5), Clamp("f", 0.5, start=1)])


def test_too_many_clamps_are_refused(network):
    intervene(network, one_review(network), [Clamp("f", 0.5)] * MAX_CLAMPS)
    with pytest.raises(ReviewError, match=f"At most {MAX_CLAMPS}"):
        intervene(network, one_review(network), [Clamp("f", 0.5)] * (MAX_CLAMPS + 1))


def test_traces_differ_where_more_than_rounding_does(network):
    embedded = network.embed(torch.tensor([REVIEWS[0]]))
    trace = trace_gates(network, embedded).of(1, "forward")
    rounded, moved = dict(trace.arrays), dict(trace.arrays)
    rounded["c"] = trace.values("c") + np.float32(1e-8)
    moved["c"] = trace.values("c") + np.where(np.arange(5) == 3, np.float32(1e-4), 0)
    assert not differ(trace, replace(trace, arrays=rounded))
    assert differ(trace, replace(trace, arrays=moved))


def test_the_same_is_held_at_other_tokens_where_it_is_held_at_one():
    clamps = (Clamp("f", 0.0, start=3, end=4), Clamp("i", 0.5, 1, "forward", 2, 3, 4))
    others = elsewhere(clamps, 8, 5)
    assert others == elsewhere(clamps, 8, 5)
    places = [held[0].start for held in others]
    assert len(set(places) - {3}) == len(places) == 3
    assert places == sorted(places)
    for held in others:
        place = held[0].start
        assert 0 <= place < 8
        assert held == tuple(replace(clamp, start=place, end=place + 1) for clamp in clamps)


@pytest.mark.parametrize(
    "clamps",
    [(), (Clamp("f", 0.0),), (Clamp("f", 0.0, start=1, end=3),), (Clamp("f", 0.0, start=1, end=2), Clamp("f", 0.0))],
)
def test_what_is_held_over_a_range_is_not_held_elsewhere(clamps):
    assert elsewhere(clamps, 8, 5) == ()


def test_of_few_tokens_there_are_few_others():
    assert [held[0].start for held in elsewhere((Clamp("f", 0.0, start=1, end=2),), 3, 5)] == [0, 2]
    assert elsewhere((Clamp("f", 0.0),), 1, 5) == ()


def test_the_same_is_held_of_other_units_where_one_is_named():
    alone = (switch_off(1, "backward"), Clamp("h", 0.0, 1, "forward", 2, spared=True))
    others = elsewhere(alone, 8, 5)
    units = [held[1].unit for held in others]
    assert len(set(units) - {2}) == len(units) == 3
    assert units == sorted(units)
    assert others == tuple((alone[0], replace(alone[1], unit=unit)) for unit in units)
    assert elsewhere((switch_off(1, "forward", 0), switch_off(1, "forward", 3)), 8, 5) == ()


def test_all_units_but_a_spared_one_are_held(network):
    embedded = one_review(network)
    spared = intervene(network, embedded, (Clamp("h", 0.25, 1, "forward", 2, spared=True),))
    one_by_one = intervene(network, embedded, [Clamp("h", 0.25, 1, "forward", unit) for unit in (0, 1, 3, 4)])
    assert spared.logit == pytest.approx(one_by_one.logit, abs=1e-6)
    held = spared.gates.of(1, "forward").h
    assert (held[:, [0, 1, 3, 4]] == 0.25).all()
    assert not (held[:, 2] == 0.25).any()
    with pytest.raises(ReviewError, match="Choose the unit that is spared"):
        check_clamp(Clamp("h", 0.0, spared=True), LSTM, LENGTH)
