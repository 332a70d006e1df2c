"""The quality of the behavioural suite itself: enough cases, balanced, each different from every other."""

from __future__ import annotations

from collections import Counter

import pytest

from model.evaluation.behaviour import Case, read_cases
from model.text import words

CAPABILITIES = [
    "plain",
    "negation",
    "double negation",
    "but-clauses",
    "comparatives",
    "hedges",
    "names and places",
    "typos",
    "contractions",
    "irony",
]
INVARIANT = {"names and places", "typos", "contractions"}


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    return read_cases()


def texts(case: Case) -> list[str]:
    return [case.text] if case.other is None else [case.text, case.other]


def plain(text: str) -> str:
    """Lower case, letters and digits only: what makes two texts the same to a reader."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.lower()).split())


def test_the_suite_has_every_capability_and_no_other(cases):
    assert list(dict.fromkeys(case.capability for case in cases)) == CAPABILITIES


def test_the_suite_is_large_enough(cases):
    assert len(cases) >= 200


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_capability_has_at_least_twenty_cases(cases, capability):
    assert sum(case.capability == capability for case in cases) >= 20


def test_no_text_comes_twice(cases):
    counts = Counter(plain(text) for case in cases for text in texts(case))
    assert [text for text, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("capability", [name for name in CAPABILITIES if name not in INVARIANT])
def test_neither_label_and_neither_direction_prevails(cases, capability):
    kinds = Counter(case.label or case.kind for case in cases if case.capability == capability)
    assert kinds["positive"] + kinds["negative"] + kinds["rise"] + kinds["fall"] == kinds.total()
    for one, two in (("positive", "negative"), ("rise", "fall")):
        assert 0.4 * (kinds[one] + kinds[two]) <= kinds[one] <= 0.6 * (kinds[one] + kinds[two])


def test_labels_are_balanced_over_the_suite(cases):
    labels = Counter(case.label for case in cases if case.kind == "label")
    assert 0.4 <= labels["positive"] / labels.total() <= 0.6


def test_every_text_is_between_three_and_sixty_tokens(cases):
    lengths = {text: len(words(text)) for case in cases for text in texts(case)}
    assert {text: length for text, length in lengths.items() if not 3 <= length <= 60} == {}


def test_texts_are_written_as_they_will_be_read(cases):
    for case in cases:
        for text in texts(case):
            assert text == " ".join(text.split()), text
            assert text[0].isupper(), text
            assert text[-1] in ".!?", text


def test_the_two_texts_of_a_pair_differ_in_their_words(cases):
    pairs = [case for case in cases if case.kind == "same"]
    assert {case.capability for case in pairs} == INVARIANT
    for case in pairs:
        assert [word.lower() for word in words(case.text)] != [word.lower() for word in words(case.other)], case.text


def test_a_typo_changes_one_word_or_two(cases):
    for case in cases:
        if case.capability == "typos":
            changed = [one != two for one, two in zip(words(case.text), words(case.other), strict=True)]
            assert 1 <= sum(changed) <= 2, case.text


def test_only_words_with_a_capital_are_swapped_as_names_and_places(cases):
    for case in cases:
        if case.capability == "names and places":
            kept, kept_too = ([word for word in words(text) if not word[0].isupper()] for text in texts(case))
            assert kept == kept_too


def test_contractions_are_written_out_in_full(cases):
    for case in cases:
        if case.capability == "contractions":
            assert "'" in case.text
            assert "'" not in case.other
