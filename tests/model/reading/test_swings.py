"""Units that swing by themselves: by hand, and in the shipped networks, of which one does and the others do not."""

from __future__ import annotations

import numpy as np
import pytest

from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.reading.swings import AGAIN, COMPARED, LONGEST, ROUNDS, own_period

OTHERS = [f"w{place}" for place in range(200)]  # no word twice
REVIEW = (
    "I took my aunt to see this on a rainy Sunday, and for an hour neither of us said a word. The songs are thin, the "
    "sets are thinner, but the two old friends at its heart are played with such warmth that we forgave it everything."
)


def to_and_fro(period: int, tokens: int) -> np.ndarray:
    """A round of so many tokens, half of it above 0 and half below."""
    return np.array([1.0 if place % period < period / 2 else -1.0 for place in range(tokens)], dtype=np.float32)


@pytest.mark.parametrize("period", [2, 3, 6, 10, LONGEST])
def test_unit_that_comes_round_again_has_its_period(period):
    tokens = max(int(np.ceil(ROUNDS * period)), period + COMPARED)
    assert own_period(to_and_fro(period, tokens), OTHERS) == period
    assert own_period(to_and_fro(period, tokens)[::-1].copy(), OTHERS) == period
    assert own_period(to_and_fro(period, tokens - 1), OTHERS) == 0  # too few rounds, or tokens, to say so


def test_sign_that_alternates_at_every_token_is_a_period_of_two():
    values = np.array([(-1) ** place * (0.9 + 0.01 * place) for place in range(20)])
    assert own_period(values, OTHERS) == 2


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(60),
        np.linspace(-1, 1, 60),
        np.linspace(0, 1, 60) ** 2,
        np.where(np.arange(60) == 30, 1.0, 0.0),
        np.where(np.arange(60) < 30, 1.0, -1.0),
        np.random.default_rng(1).normal(size=60),
        np.random.default_rng(2).normal(size=60).cumsum(),
    ],
)
def test_unit_that_stays_drifts_jumps_or_wanders_has_none(values):
    assert own_period(values.astype(np.float32), OTHERS) == 0


def test_what_comes_round_less_alike_than_stated_is_no_period():
    rng = np.random.default_rng(0)
    regular, noise = to_and_fro(6, 120), rng.normal(size=120)
    for share, found in ((0.1, 6), (0.6, 0)):
        values = regular + share * noise
        alike = np.corrcoef(values[6:], values[:-6])[0, 1]
        assert (alike >= AGAIN) == bool(found)
        assert own_period(values, OTHERS) == found


def test_words_that_repeat_themselves_may_be_behind_it():
    values = to_and_fro(2, 40)
    assert own_period(values, ["good", "bad"] * 20) == 0
    assert own_period(values, ["good", "bad", "dull", "great", "slow"] * 8) == 2


def swinging(name: str) -> dict[tuple[int, str], set[int]]:
    """The periods of the units of each layer and direction that make up more than nine in ten of it."""
    reading = Explainer().read(Question(REVIEW, name))
    words = [token.text for token in reading.review.tokens]
    found = {}
    for trace in reading.gates.traces:
        periods = [own_period(trace.memory[:, unit], words) for unit in range(trace.memory.shape[1])]
        found[trace.layer, trace.direction] = {each for each in periods if periods.count(each) > 0.02 * len(periods)}
    return found


def test_plain_rnn_that_never_learnt_swings_in_its_first_layer_by_itself():
    found = swinging("rnn")
    assert found[1, "forward"] - {0} == {6}
    assert found[1, "backward"] - {0} == {10}


@pytest.mark.parametrize("name", ["bilstm", "bilstm-recipe", "small-lstm", "small-rnn"])
def test_networks_that_learnt_do_not(name):
    assert set().union(*swinging(name).values()) == {0}
