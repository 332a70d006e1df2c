"""Rewrites, sentence by sentence, and what they leave alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.normalization import normalize
from model.workbench.rewrites import NAMES, names_swapped, unchanged, without_after_but, without_before_but, written_out


@pytest.mark.parametrize(
    ("text", "after", "before"),
    [
        ("The plot is thin, but the cast is great.", "The plot is thin.", "The cast is great."),
        ("Dull but short! I left.", "Dull! I left.", "Short! I left."),
        ("I slept. But I dreamt well. The end.", "I slept. The end.", "I slept. But I dreamt well. The end."),
        ("It was long BUT good\nand loud", "It was long\nand loud", "Good\nand loud"),
        ("A 3.5 star film, but mine", "A 3.5 star film", "Mine"),
        ('"Nice but no." he said', '"Nice." he said', 'No." he said'),
        ("good but bad but good", "good", "Bad but good"),
        ("But why?", "", "But why?"),
    ],
)
def test_a_clause_beside_but_is_taken_out(text, after, before):
    assert without_after_but(text) == after
    assert without_before_but(text) == before


@pytest.mark.parametrize(
    "text",
    [
        "Nothing but noise.", "All but one of them left.", "I can't help but laugh.", "not only loud but dumb",
        "loud, but also dumb", "the butter, a butt, but-less", "Good but.", "No contrast here. None!", "",
    ],
)  # fmt: skip
def test_what_opposes_nothing_stays(text):
    assert without_after_but(text) == text
    assert without_before_but(text) == text


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("I didn't, I can't, I won't", "I did not, I can not, I will not"),
        ("DON'T. Can't! WON'T", "DO NOT. Can not! WILL NOT"),
        ("I'm sure they're who we've met; you'll see", "I am sure they are who we have met; you will see"),
        ("Let's go", "Let us go"),
        ("it's Tom's, he'd say", "it's Tom's, he'd say"),
        ("nt, 'tis, rock'n'roll", "nt, 'tis, rock'n'roll"),
    ],
)
def test_contractions_are_written_out(text, long):
    assert written_out(text) == long


def test_names_are_swapped_both_ways_and_back():
    assert names_swapped("John met Mary's Johnny; MARY saw tom") == "Jennifer met James's Johnny; MARY saw tom"
    names = [name for pair in NAMES for name in pair]
    assert len(set(names)) == len(names)
    assert names_swapped(names_swapped(" ".join(names))) == " ".join(names)


@settings(deadline=None)
@given(st.text(alphabet="a but.!?;\n,\"'(n't) A3", max_size=60))
def test_a_rewrite_never_adds_words_and_taking_out_is_done_once(text):
    text = normalize(text)
    for rewrite in (without_after_but, without_before_but):
        assert len(rewrite(text).split()) <= len(text.split())
    assert without_after_but(without_after_but(text)) == without_after_but(text)
    assert unchanged(text) == text
