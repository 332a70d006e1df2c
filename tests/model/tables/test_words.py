"""What a cell says as a label: one spelling for all the ways to write it, and nothing that it does not say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import DataError
from model.tables.labels import NEGATIVE, NO_LABEL, POSITIVE
from model.tables.words import LONGEST, is_label, is_no_review, key_of, number_of, parsed_answers, said_by

SAME = {
    "positive": [" POSITIVE ", "Positive.", '"positive"', "__label__positive", ["positive"], [["Positive"]],
                 {"label": "POSITIVE", "score": 0.9}, "{'label': 'positive', 'score': 0.1}", '["positive"]',
                 "positive (0.98)", {"choices": ["Positive"]}, [{"label": "positive"}]],
    "very negative": ["Very_Negative", "VERY-NEGATIVE", " very  negative "],
    "1": [1, 1.0, "1", "1.0", " 1 ", "+1", "1,0", "__label__1"],
    "4.5": [4.5, "4,5", "4.50"],
    "9/10": ["9/10", "9 / 10", "9 out of 10", "9.0/10.0", "9 of 10"],
    "5/5": ["5.0 out of 5 stars", "\u2605\u2605\u2605\u2605\u2605", "5 / 5"],
    "4 stars": ["4 stars", "4.0 Stars", "four stars", "4-star"],
    "label 2": ["LABEL_2", "label 2", {"label": "LABEL_2"}],
    "": [None, "", "  ", float("nan"), [], {}, "[]"],
}  # fmt: skip


@pytest.mark.parametrize("key", SAME)
def test_all_ways_to_write_a_label_are_one(key):
    assert {said_by(value).key for value in SAME[key]} == {key}
    assert len({(said_by(value).meaning, said_by(value).number) for value in SAME[key]}) == 1


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("positive review", POSITIVE), ("somewhat positive", POSITIVE), ("overwhelmingly negative", NEGATIVE),
        ("Not Recommended", NEGATIVE), ("sentiment: negative", NEGATIVE), ("Sentiment.POSITIVE", POSITIVE),
        ("5 - Excellent", POSITIVE), ("1 (terrible)", NEGATIVE), ("mixed", NO_LABEL), ("n/a", NO_LABEL),
        ("\U0001f44d\U0001f3fd", POSITIVE), ("\u597d\u8bc4", POSITIVE), ("comedy", None), ("not sure at all", None),
        ("nothing positive", None), ("-", None), ("12/31/2020", None), ("11/10", None), ("1e99", None),
    ],
)  # fmt: skip
def test_a_word_means_what_it_says_and_no_more(words, meaning):
    assert said_by(words).meaning == meaning
    assert said_by(words).number is None


def test_of_labels_with_scores_the_strongest_counts():
    scored = [{"label": "POSITIVE", "score": 0.2}, {"label": "NEGATIVE", "score": 0.8}]
    assert said_by(scored).meaning == said_by(str(scored)).meaning == NEGATIVE
    assert said_by({"POSITIVE": 0.9, "NEGATIVE": 0.1}).meaning == POSITIVE
    assert said_by({"neg": 0.0, "neu": 0.4, "pos": 0.6, "compound": 0.7}).number == 0.7


def test_two_labels_at_once_are_no_label():
    both = said_by(["positive", "negative"])
    assert (both.meaning, both.shown) == (None, "positive + negative")
    assert said_by(["positive", "Positive"]).meaning == POSITIVE


def test_a_word_that_may_be_a_review_is_a_label_only_in_a_column_of_labels():
    assert is_label("good")
    assert not is_no_review("good")
    assert is_no_review("positive")
    assert not is_no_review("")
    assert not is_label("a good film")


@given(st.one_of(st.text(max_size=300), st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)),
)))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_any_value_says_something_short_and_its_spelling_is_stable(value):
    said = said_by(value)
    assert len(said.shown) <= LONGEST
    assert said == said_by(value)
    if isinstance(value, str) and said.meaning is not None:
        assert said_by(said.key).meaning == said.meaning


def test_numbers_of_a_size_that_no_label_has_are_none():
    assert number_of("2,500.00") is number_of("9" * 12) is number_of(1e12) is number_of("9/10") is None
    assert number_of("-0.91") == -0.91


def test_answers_are_parsed_by_spelling_and_what_is_none_is_refused():
    found = parsed_answers({" POS ": "Positive", 1.0: "negative", "5 stars": "none", "*": "none"})
    assert found == {"pos": POSITIVE, "1": NEGATIVE, "5 stars": NO_LABEL, "*": NO_LABEL}
    assert key_of("Very_Positive") == "very positive"
    for wrong in ({"1": "good"}, {"1": 1}, ["1"], "positive"):
        with pytest.raises(DataError, match="positive, negative or none"):
            parsed_answers(wrong)
