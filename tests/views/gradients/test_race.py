"""The race in words: how many times smaller, by whom, and what pooling changes; each by hand."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from model.network.cells.registry import CELLS
from model.reading.explanation import Question
from model.reading.race import LONG, Race, Runner
from model.recurrence.decay import Decay
from tests.views.harmless import NASTY, assert_harmless, table_of
from views.drawing.charts import race_chart
from views.gradients.race import race_card


def runner(name, cell, gains, accuracy=None):
    return Runner(name, CELLS[cell], accuracy, Decay(np.arange(len(gains)), np.array(gains, dtype=float)))


def race_of(
    lstm=(0, -0.3, -0.7),
    rnn=(0, -2, -6.5),
    pooled=(0, 0.1, 0.3),
    directions=("forward",),
    accuracies=(None, None),
    tokens=0,
):
    """A made race over as many distances as each has gains, in log10; of a review of so many tokens, or of as many."""
    runners = runner("made-lstm", "lstm", lstm, accuracies[0]), runner("made-rnn", "rnn", rnn, accuracies[1])
    return Race(runners, None if pooled is None else runner("pools", "lstm", pooled), directions, tokens or len(lstm))


def text_of(card):
    return " ".join(re.sub(r"</?strong>", "", card).split())


def test_card_says_by_how_much_the_gradient_is_smaller():
    said = text_of(race_card(race_of()))
    assert (
        "In the first third of this review of 3 tokens the gradient of the logit by a word’s vector, compared with "
        "that in the last third, which is read just before the verdict (medians, thick in the chart), is 5 times "
        "smaller in the LSTM (made-lstm), 3.2 × 10<sup>6</sup> times smaller in the plain RNN (made-rnn)."
    ) in said
    assert "the verdict reads the last state alone" in said


def test_card_of_both_directions_counts_from_the_nearer_end():
    said = text_of(race_card(race_of(directions=("forward", "backward"), tokens=6)))
    assert "In the third of this review of 6 tokens that lies farthest from its ends" in said
    assert "compared with that in the third nearest to them" in said
    assert "the verdict reads the last state of each direction alone" in said
    assert "first third" not in said


def test_what_is_said_hangs_on_no_single_token():
    steady = np.repeat([0.0, -1.0, -2.0], 20)
    for changed in (0, 7, 59):
        jagged = steady.copy()
        jagged[changed] = -40.0
        said = text_of(race_card(race_of(jagged, steady, steady)))
        assert "100 times smaller in the LSTM (made-lstm), 100 times smaller in the plain RNN (made-rnn)." in said


def test_a_short_review_says_that_it_shows_little_and_leads_to_a_long_one():
    short, long = (np.zeros(count) for count in (LONG - 1, LONG))
    said = race_card(race_of(short, short, short), "fragment")
    assert "A short review shows little: under 60 tokens" in text_of(said)
    assert '<a class="gs-button" href="#view=fragment">See the race on the long example</a>' in said
    assert "#view" not in race_card(race_of(short, short, short))
    said = race_card(race_of(long, long, long), "fragment")
    assert "short review" not in said
    assert "#view" not in said


@pytest.mark.parametrize(
    ("log10", "amount"),
    [
        (0.3, "2 times larger"),
        (0.0, "as large"),
        (-0.01, "as large"),
        (-1.5, "32 times smaller"),
        (-3.08, "1,200 times smaller"),
        (-6.9999, "1 × 10<sup>7</sup> times smaller"),
        (-402.6, "4.0 × 10<sup>402</sup> times smaller"),
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
        (
            np.zeros(60),
            np.repeat((0, -0.9), 30),
            "The plain RNN (made-rnn) keeps much over this distance without a gate",
        ),
        (np.zeros(60), np.repeat((0, -1.1), 30), ""),
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
    assert "between the same thirds it is 2 times larger (Maini et al. 2020)" in said
    assert "Maini" not in race_card(race_of(pooled=None))


def test_single_token_has_no_distance_to_go():
    said = text_of(race_card(race_of([0], [0], [0])))
    assert "A review of a single token has no distance to go." in said
    assert "times" not in said
    assert "jagged" not in said
    assert "A short review shows little" in said
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


def jagged(race):
    """The lines of a race's chart from token to token."""
    return [line for line in race_chart(race).data if line.opacity != 1]


def test_chart_has_a_line_for_each_runner_and_a_dotted_one_for_what_pools():
    named = [line.name for line in race_chart(race_of()).data if line.showlegend is not False]
    assert named == ["LSTM (made-lstm)", "plain RNN (made-rnn)", "LSTM (pools), which pools"]
    lines = jagged(race_of())
    assert [line.name for line in lines] == [f"{name}, token by token" for name in named]
    assert [list(line.y) for line in lines] == [[0, -0.3, -0.7], [0, -2, -6.5], [0, 0.1, 0.3]]
    assert [line.line.dash for line in lines] == ["solid", "solid", "dot"]
    assert lines[0].line.width > lines[1].line.width
    notes = race_chart(race_of(pooled=None, accuracies=(0.9, 0.53))).layout.annotations
    assert {note.text for note in notes} == {"LSTM<br>made-lstm", "plain RNN<br>made-rnn, never learnt"}


def test_chart_draws_the_medians_that_are_spoken_of():
    gains = (0, -0.5, -0.1, -1, -3, -2, -5, -4)  # thirds of three, three and two
    lines = {line.name: line for line in race_chart(race_of(gains, gains, gains)).data}
    medians = lines["LSTM (made-lstm)"]
    assert list(medians.x) == pytest.approx([-0.4, 2.4, None, 2.6, 5.4, None, 5.6, 7.4, None])
    assert list(medians.y) == pytest.approx([-0.1, -0.1, None, -2, -2, None, -4.5, -4.5, None])
    assert medians.line.width > lines["LSTM (made-lstm), token by token"].line.width
    assert len(lines) == 6
    notes = race_chart(race_of(gains, gains, gains)).layout.annotations
    assert [note.y for note in notes] == [-4.5, -4.5]


def test_card_and_chart_are_those_of_the_review(explainer):
    race = explainer.race(explainer.read(Question("not a good film , but great", "bilstm")))
    assert "third of this review of 7 tokens" in text_of(race_card(race))
    assert [len(line.x) for line in jagged(race)] == [4, 4]
