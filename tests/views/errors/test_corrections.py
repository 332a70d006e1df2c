"""What can be said of a label: each choice has a key or a place, and comes back as it was said."""

from __future__ import annotations

import pytest

from model.tables.labels import NO_LABEL
from model.workbench.note import UNCLEAR
from views.errors.corrections import (
    CHOICES,
    CORRECTING_KEYS,
    NOT_CLEAR,
    RIGHT,
    UNSAID,
    choice_of,
    correction_words,
    label_said,
)


@pytest.mark.parametrize("label", [0, 1])
def test_right_is_the_files_own_label(label):
    assert label_said(RIGHT, label) == label
    assert choice_of(label, label) == RIGHT
    assert correction_words(label, label) == "right"
    assert correction_words(1 - label, label) == ("negative", "positive")[1 - label]


@pytest.mark.parametrize("label", [0, 1, NO_LABEL])
@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_comes_back_as_what_it_means(choice, label):
    said = label_said(choice, label)
    again = choice_of(said, label)
    assert label_said(again, label) == said
    if said != label:
        assert again == choice


def test_a_row_without_a_label_has_none_that_could_be_right():
    assert label_said(RIGHT, NO_LABEL) == NO_LABEL
    assert choice_of(NO_LABEL, NO_LABEL) == UNSAID


def test_nothing_said_is_no_word_and_unclear_is_one():
    assert correction_words(NO_LABEL, 1) == ""
    assert correction_words(UNCLEAR, 1) == "unclear"
    assert label_said(NOT_CLEAR, 0) == UNCLEAR


def test_each_choice_has_a_key_of_its_own():
    assert sorted(CORRECTING_KEYS.values()) == sorted(CHOICES)
    assert all(len(key) == 1 for key in CORRECTING_KEYS)
