"""Over the distance: the numbers and the words against products of Jacobians by hand."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from model.reading.explanation import Question
from model.recurrence.decay import Decay
from tests.views.gradients.measured import (
    BOTH,
    TEXT,
    factor,
    gains,
    measured,
    number,
)
from tests.views.harmless import NASTY, assert_harmless, table_of
from views.gradients.decay import decay_card, decay_sentence


@BOTH
def test_decay_is_the_product_of_the_steps_of_both_cells(explainer, direction):
    explanation, found = measured(explainer, direction=direction)
    twin = explainer.explain(Question(TEXT, "rnn"))
    table = table_of(decay_card(found))
    expected = []
    for each, cell in ((explanation, "lstm"), (twin, "rnn")):
        for distance, product in enumerate(gains(explainer, each, 2, direction), start=1):
            largest = np.linalg.svd(product, compute_uv=False)[0]
            expected.append((each.question.checkpoint, cell, distance, factor(product), largest))
    assert [(row["checkpoint"], row["cell"], int(row["distance (tokens)"])) for row in table] == [
        row[:3] for row in expected
    ]
    forget = explanation.gates.of(2, direction).values("f").astype(float)
    read = forget if direction == "forward" else forget[::-1]
    for row in table:
        alone, distance = row["log10 forget gates alone"], int(row["distance (tokens)"])
        if row["cell"] == "rnn":
            assert alone == ""
            continue
        squares = [math.prod(read[-distance:, unit].tolist()) ** 2 for unit in range(5)]
        assert float(alone) == pytest.approx(0.5 * math.log10(sum(squares) / 5), abs=1e-4)
    for row, (*_, average, largest) in zip(table, expected, strict=True):
        assert float(row["log10 average"]) == pytest.approx(math.log10(average), abs=1e-4)
        assert float(row["log10 largest"]) == pytest.approx(math.log10(largest), abs=1e-4)


@BOTH
def test_sentence_says_what_is_left_and_how_fast_it_is_lost(explainer, direction):
    explanation, found = measured(explainer, direction=direction)
    said = decay_sentence(found)
    assert said.startswith("After 7 tokens the LSTM (bilstm) keeps <strong>")
    assert said.endswith(" Layer 2, trained weights.")
    shown = [
        number(value)
        for pair in re.findall(r"<strong>([\d.e−]+)</strong> of the signal .best fit: times ([\d.e−]+) for each", said)
        for value in pair
    ]
    expected = []
    for each in (explanation, explainer.explain(Question(TEXT, "rnn"))):
        left = [factor(product) for product in gains(explainer, each, 2, direction)]
        expected += [left[-1], 10 ** np.polyfit(np.arange(1, 8), np.log10(left), 1)[0]]
    assert shown == pytest.approx(expected, rel=0.051)
    assert said.index("LSTM (bilstm)") < said.index("plain RNN (rnn)")


@BOTH
def test_sentence_splits_what_is_left_and_says_how_much_lies_in_one_direction(explainer, direction):
    explanation, found = measured(explainer, direction=direction)
    said = " ".join(decay_sentence(found).split())
    alone, share = re.search(
        r"the LSTM .bilstm. the forget gates alone would keep ([\d.e−]+)\. "
        r"(\d+) % of what is left .squared. lies in one of 5 ",
        said,
    ).groups()
    forget = explanation.gates.of(2, direction).values("f").astype(float)
    read = forget[1:] if direction == "forward" else forget[:-1]
    assert number(alone) == pytest.approx(math.sqrt(np.mean(read.prod(axis=0) ** 2)), rel=0.051)
    *_, product = gains(explainer, explanation, 2, direction)
    singular = np.linalg.svd(product, compute_uv=False)
    assert float(share) == pytest.approx(100 * singular[0] ** 2 / (singular**2).sum(), abs=0.6)
    assert said.count("forget gates alone") == 1  # a plain RNN has none


def test_long_reviews_are_spoken_of_at_one_distance(explainer):
    explanation, found = measured(explainer, text="a good film but dull . " * 10, layer=1)
    said = decay_sentence(found)
    assert said.startswith("After 40 tokens the LSTM")
    left = [factor(product) for product in gains(explainer, explanation, 1, "forward")]
    assert len(left) == 59
    assert number(re.search("<strong>(.*?)</strong>", said)[1]) == pytest.approx(left[39], rel=0.051)


def test_two_tokens_are_one_step_apart(explainer):
    _, found = measured(explainer, text="good film")
    assert decay_sentence(found).startswith("After 1 token the LSTM")
    assert "best fit" not in decay_sentence(found)


@pytest.mark.parametrize(
    ("log10", "shown"),
    [(0.0, "1"), (-0.5, "0.32"), (-9, "1e−9"), (-8.5, "3.2e−9"), (-120.2, "6.3e−121"), (-math.inf, "nothing")],
)
def test_what_is_left_is_written_for_people(explainer, log10, shown):
    _, found = measured(explainer)
    flow = found.flows[0].flow
    gain = replace(flow.gain, log10_gain=np.full(7, float(log10)))
    one = replace(found, flows=(replace(found.flows[0], flow=replace(flow, gain=gain)),))
    assert f"keeps <strong>{shown}</strong> of the signal" in decay_sentence(one)


def test_what_no_float_holds_is_a_power_of_ten(explainer):
    _, found = measured(explainer)
    flow = found.flows[0].flow
    gain = replace(flow.gain, log10_gain=np.full(7, -412.3))
    one = replace(found, flows=(replace(found.flows[0], flow=replace(flow, gain=gain)),))
    assert "keeps <strong>10<sup>−413</sup></strong>" in decay_sentence(one)


def test_plain_rnn_stands_first_where_it_is_asked_for(explainer):
    said = decay_sentence(measured(explainer, "rnn")[1])
    assert said.index("plain RNN (rnn)") < said.index("LSTM (bilstm)")


def test_name_of_a_checkpoint_never_becomes_markup(explainer):
    _, found = measured(explainer)
    named = replace(found, flows=tuple(replace(each, checkpoint=NASTY) for each in found.flows))
    assert_harmless(decay_card(named))
    named = replace(found, flows=(replace(found.flows[0], checkpoint="=1+1"),))
    assert table_of(decay_card(named))[0]["checkpoint"] == "'=1+1"


def test_what_a_chain_leaves_out_is_said_of_the_cells_that_are_there(explainer):
    _, found = measured(explainer)
    assert "The LSTM&#39;s chain follows the cell state" in decay_card(found)
    plain = replace(found, flows=tuple(each for each in found.flows if each.flow.cell.key == "rnn"))
    assert len(plain.flows) == 1
    assert "chain follows" not in decay_card(plain)


def with_gain(flow, *log10_gain, bound=(-1.0,), apart=0.0):
    """A flow whose product, true derivative (`apart` from it) and largest gain are made."""
    gain = Decay(np.arange(1, len(log10_gain) + 1), np.array(log10_gain))
    total = replace(gain, log10_gain=gain.log10_gain + apart)
    return replace(flow, gain=gain, total=total, bound=Decay(np.arange(1, len(bound) + 1), np.array(bound)))


def notes_of(found, **changes):
    """The notes of the card, where the first flow is changed, each in one line."""
    first, *others = found.flows
    card = decay_card(replace(found, flows=(replace(first, **changes), *others)))
    return [" ".join(note.split()) for note in re.findall(r'<p class="gs-note">(.*?)</p>', card, re.DOTALL)]


@BOTH
def test_card_tells_the_product_from_the_true_derivative(explainer, direction):
    _, found = measured(explainer, direction=direction)
    flow = found.flows[0].flow
    flow = replace(flow, total=replace(flow.total, log10_gain=flow.total.log10_gain + 0.02))
    _, lstm, rnn = notes_of(found, flow=flow)
    product, total = re.search(
        r"LSTM .bilstm., over the longest distance, 7 tokens: the product of steps .solid. is ([\d.e−]+), "
        r"the true derivative .dashes and dots. ([\d.e−]+)\.",
        lstm,
    ).groups()
    assert number(product) == pytest.approx(flow.gain.at(7), rel=0.0051)
    assert number(total) == pytest.approx(flow.total.at(7), rel=0.0051)
    assert "For the plain RNN (rnn) the product of steps is the true derivative" in rnn
    assert "longest distance" not in rnn


@BOTH
def test_table_of_decay_has_the_true_derivative(explainer, direction):
    _, found = measured(explainer, direction=direction)
    shown = [float(row["log10 true derivative"]) for row in table_of(decay_card(found))]
    expected = np.concatenate([each.flow.total.log10_gain for each in found.flows])
    assert shown == pytest.approx(expected.tolist(), abs=1e-4)


def test_at_most_above_one_is_explained_once_where_it_is(explainer):
    _, found = measured(explainer)
    low = [replace(each, flow=with_gain(each.flow, -1.0, -2.0, bound=(-0.5, 0.0))) for each in found.flows]
    high = [replace(each, flow=with_gain(each.flow, -1.0, -2.0, bound=(-0.5, 0.2))) for each in found.flows]
    for flows, times in ((low, 0), ([low[0], high[1]], 1), (high, 1)):
        assert decay_card(replace(found, flows=tuple(flows))).count("“At most” lies above 1") == times


def test_line_that_rises_again_is_explained_only_where_it_does(explainer):
    _, found = measured(explainer)
    flow = found.flows[0].flow
    rises = notes_of(found, flow=with_gain(flow, -1.0, -2.0, -3.0, -2.5))[1]
    assert "rises again from 3 to 4 tokens back (times 3.2)" in rises
    falls = notes_of(found, flow=with_gain(flow, -1.0, -2.0, -3.0, -3.0))[1]
    assert "rises again" not in falls


def test_lines_that_cannot_be_told_apart_are_said_to_lie_on_one_another(explainer):
    _, found = measured(explainer)
    flow = found.flows[0].flow
    high = max(each.flow.bound.log10_gain.max() for each in found.flows)
    low = min(each.flow.gain.log10_gain.min() for each in found.flows)
    for share, close in ((0.005, True), (0.02, False)):
        made = with_gain(flow, -1.0, -2.0, -2.5, bound=(-0.5,), apart=share * (high - low))
        assert ("lie on one another" in notes_of(found, flow=made)[1]) is close


def test_single_token_has_nothing_to_tell_apart(explainer):
    assert notes_of(measured(explainer, text="good")[1]) == []


def test_one_that_never_learnt_is_named_so_wherever_it_is_spoken_of(explainer):
    _, found = measured(explainer)
    lstm, rnn = found.flows
    card = " ".join(decay_card(replace(found, flows=(lstm, replace(rnn, accuracy=0.536)))).split())
    assert card.count("plain RNN (rnn, never learnt)") == card.count("plain RNN (") == 2
    assert "rnn judges 53.6 % of the test reviews right, hardly more than by guessing: it never learnt." in card
    card = decay_card(replace(found, flows=(lstm, replace(rnn, accuracy=0.8776))))
    assert "never learnt" not in card
    assert "by guessing" not in card
