"""The race in words: how many times smaller, by whom, and what pooling changes; each by hand."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from model.network.cells.registry import CELLS
from model.reading.explanation import Question
from model.reading.race import Race, Runner
from model.recurrence.decay import Decay
from tests.views.harmless import NASTY, assert_harmless, table_of
from views.drawing.charts import race_chart
from views.gradients.race import race_card


def runner(name, cell, gains, accuracy=None):
    return Runner(name, CELLS[cell], accuracy, Decay(np.arange(len(gains)), np.array(gains, dtype=float)))


def race_of(
    lstm=(0, -0.3, -0.7), rnn=(0, -2, -6.5), pooled=(0, 0.1, 0.3), directions=("forward",), accuracies=(None, None)
):
    """A made race over as many distances as each has gains, in log10."""
    runners = runner("made-lstm", "lstm", lstm, accuracies[0]), runner("made-rnn", "rnn", rnn, accuracies[1])
    return Race(runners, None if pooled is None else runner("pools", "lstm", pooled), directions)


def text_of(card):
    return " ".join(re.sub(r"</?strong>", "", card).split())


def test_card_says_by_how_much_the_gradient_is_smaller():
    said = text_of(race_card(race_of()))
    assert (
        "In this review, 2 tokens before the last one, the gradient of the logit by the word vector, compared with "
        "that at the last one, is 5 times smaller in the LSTM (made-lstm; best fit: times 0.447 for each token), 3.2e6 "
        "times smaller in the plain RNN (made-rnn; best fit: times 0.000562 for each token)."
    ) in said
    assert "the verdict reads the last state alone" in said


def test_card_of_both_directions_counts_from_the_nearer_end():
    said = text_of(race_card(race_of(directions=("forward", "backward"))))
    assert "2 tokens from its nearer end" in said
    assert "the verdict reads the last state of each direction alone" in said
    assert "before the last one" not in said


def test_long_reviews_are_spoken_of_at_one_distance():
    gains = -np.arange(60) / 10
    said = text_of(race_card(race_of(gains, gains * 2, gains)))
    assert "40 tokens before the last one" in said
    assert "1e4 times smaller in the LSTM" in said
    assert "1e8 times smaller in the plain RNN" in said


@pytest.mark.parametrize(
    ("log10", "amount"),
    [
        (0.3, "2 times larger"),
        (0.0, "as large"),
        (-0.01, "as large"),
        (-1.5, "32 times smaller"),
        (-math.inf, "nothing"),
    ],
)
def test_amounts_are_told_by_how_they_compare(log10, amount):
    assert f"is {amount} in the LSTM (made-lstm" in text_of(race_card(race_of(lstm=(0, log10), rnn=(0, -1))))


def test_accuracy_is_said_where_it_was_measured():
    said = text_of(race_card(race_of(lstm=(0, -1), rnn=(0, -2))))
    assert "test reviews" not in said
    said = text_of(race_card(race_of(accuracies=(0.853, 0.54))))
    assert "made-lstm judges 85.3 % of the test reviews right." in said
    assert "made-rnn judges 54.0 % of the test reviews right, hardly more than by guessing." in said


@pytest.mark.parametrize(
    ("lstm", "rnn", "said"),
    [
        (np.zeros(12), np.linspace(0, -0.9, 12), "The plain RNN keeps much over this distance without a gate"),
        (np.zeros(12), np.linspace(0, -1.1, 12), ""),
        ((0, -0.1), (0, -0.9), ""),
    ],
)
def test_a_cell_without_gates_that_keeps_much_is_explained(lstm, rnn, said):
    text = text_of(race_card(race_of(lstm, rnn, lstm)))
    assert said in text
    assert text.count("keeps much") == bool(said)


def test_pooling_is_said_with_its_number():
    said = text_of(race_card(race_of()))
    assert "pools reads the maximum and the mean over all tokens" in said
    assert "over the same distance it is 2 times larger (Maini et al. 2020)" in said
    assert "Maini" not in race_card(race_of(pooled=None))


def test_single_token_has_no_distance_to_go():
    said = text_of(race_card(race_of([0], [0], [0])))
    assert "A review of a single token has no distance to go." in said
    assert "times" not in said
    assert "jagged" not in said
    assert "pools reads the maximum and the mean" in said


def test_without_two_to_race_one_sentence_says_so():
    card = race_card(None)
    assert "no two checkpoints here with the same head and different cells" in text_of(card)
    assert "Save" not in card


def test_table_has_a_row_for_each_runner_and_distance():
    table = table_of(race_card(race_of()))
    assert [(row["checkpoint"], row["cell"], int(row["distance (tokens)"])) for row in table] == [
        (name, cell, distance)
        for name, cell in (("made-lstm", "lstm"), ("made-rnn", "rnn"), ("pools", "lstm"))
        for distance in range(3)
    ]
    shown = [float(row["log10 gradient at the word"]) for row in table]
    assert shown == pytest.approx([0, -0.3, -0.7, 0, -2, -6.5, 0, 0.1, 0.3])


def test_name_of_a_checkpoint_never_becomes_markup():
    race = race_of()
    race = replace(race, runners=tuple(replace(each, checkpoint=NASTY) for each in race.runners))
    assert_harmless(race_card(replace(race, pooled=replace(race.pooled, checkpoint=NASTY))))


def test_chart_has_a_line_for_each_runner_and_a_dotted_one_for_what_pools():
    lines = race_chart(race_of()).data
    assert [line.name for line in lines] == ["LSTM (made-lstm)", "plain RNN (made-rnn)", "LSTM that pools (pools)"]
    assert [list(line.y) for line in lines] == [[0, -0.3, -0.7], [0, -2, -6.5], [0, 0.1, 0.3]]
    assert [line.line.dash for line in lines] == ["solid", "solid", "dot"]
    assert lines[0].line.width > lines[1].line.width
    assert [note.text for note in race_chart(race_of(pooled=None)).layout.annotations] == ["LSTM", "plain RNN"]


def test_card_and_chart_are_those_of_the_review(explainer):
    race = explainer.race(explainer.read(Question("not a good film , but great", "bilstm")))
    assert "3 tokens from its nearer end" in text_of(race_card(race))
    assert [len(line.x) for line in race_chart(race).data] == [4, 4]
