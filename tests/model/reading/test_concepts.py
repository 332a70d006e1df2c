"""Concepts whose labels follow from the words: each rule by hand."""

from __future__ import annotations

from model.reading.concepts import BAD, CONCEPTS, GOOD, NOT_COUNTED, after_negation, more_good_than_bad

SKIP = NOT_COUNTED


def test_after_a_negation_are_three_tokens_and_the_negation_itself_is_left_out():
    words = ["it", "is", "not", "very", "good", "at", "all", ",", "no", "!"]
    assert after_negation(words, "forward").tolist() == [0, 0, SKIP, 1, 1, 1, 0, 0, SKIP, 1]
    assert after_negation(words, "backward").tolist() == after_negation(words, "forward").tolist()
    assert after_negation(["did", "n't", "never", "work"], "forward").tolist() == [0, SKIP, SKIP, 1]
    assert after_negation(["not"], "forward").tolist() == [SKIP]


def test_good_words_are_counted_against_bad_ones_in_the_order_of_reading():
    words = ["a", "good", "film", ",", "dull", "and", "bad"]
    assert more_good_than_bad(words, "forward").tolist() == [SKIP, 1, 1, 1, SKIP, SKIP, 0]
    assert more_good_than_bad(words, "backward").tolist() == [0, 0, 0, 0, 0, 0, 0]
    assert more_good_than_bad(["bad", "good", "good"], "backward").tolist() == [1, 1, 1]


def test_no_word_is_good_and_bad_and_every_concept_says_its_rule():
    assert not GOOD & BAD
    assert all(word == word.lower() for word in GOOD | BAD)
    assert len({concept.name for concept in CONCEPTS}) == len(CONCEPTS)
    assert all(concept.rule for concept in CONCEPTS)
