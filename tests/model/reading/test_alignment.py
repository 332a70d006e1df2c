"""The alignment of two texts' tokens, against all alignments there are."""

from __future__ import annotations

import difflib

from hypothesis import given, settings
from hypothesis import strategies as st

from model.reading.alignment import ALIKE, EXTEND, OPEN, SAME_KIND, SAME_MARK, SAME_WORD, Pair, align

TOKENS = st.lists(st.sampled_from(["good", "Good", "goods", "bad", "dull", ".", ",", "a"]), max_size=12)
FEW = st.lists(st.sampled_from(["like", "liked", "unlike", "li", "lili", ".", ","]), max_size=4)


def aligned(left, right):
    """The alignment as two texts, with a dot where a side has no token."""
    ours, theirs = left.split(), right.split()
    pairs = align(ours, theirs)
    return (
        " ".join("·" if pair.left is None else ours[pair.left] for pair in pairs),
        " ".join("·" if pair.right is None else theirs[pair.right] for pair in pairs),
    )


def test_word_that_is_put_in_stands_alone():
    assert aligned("the film is good .", "the film is not good .") == ("the film is · good .", "the film is not good .")
    assert aligned("the film is not good", "the film is good") == ("the film is not good", "the film is · good")


def test_replaced_words_pair_one_to_one():
    assert align(["a", "dull", "slow", "film"], ["a", "great", "quick", "film"]) == tuple(
        Pair(place, place) for place in range(4)
    )


def test_what_is_too_much_on_one_side_stands_alone_after_the_pairs():
    assert aligned("a dull film", "a truly great big film") == ("a dull · · film", "a truly great big film")


def test_replaced_word_pairs_with_the_one_that_looks_like_it():
    assert aligned("I liked it", "I did n't like it") == ("I · · liked it", "I did n't like it")


def test_shared_ends_count_as_likeness_too():
    assert aligned("a forgettable film", "an odd unforgettable film") == (
        "a · forgettable film",
        "an odd unforgettable film",
    )


def test_upper_and_lower_case_are_the_same_token():
    assert aligned("Not a film", "so not a film") == ("· Not a film", "so not a film")


def test_empty_sides_are_aligned():
    assert align([], []) == ()
    assert align(["a", "b"], []) == (Pair(0, None), Pair(1, None))
    assert align([], ["a"]) == (Pair(None, 0),)


@given(TOKENS, TOKENS)
def test_every_place_stands_in_the_alignment_once_and_in_order(left, right):
    pairs = align(left, right)
    assert [pair.left for pair in pairs if pair.left is not None] == list(range(len(left)))
    assert [pair.right for pair in pairs if pair.right is not None] == list(range(len(right)))
    assert Pair(None, None) not in pairs


@given(st.lists(st.text(max_size=20), max_size=20))
def test_equal_texts_pair_one_to_one(tokens):
    assert align(tokens, tokens) == tuple(Pair(place, place) for place in range(len(tokens)))


@settings(deadline=None)
@given(FEW, FEW)
def test_no_alignment_is_worth_more(left, right):
    best = max(worth(pairs, left, right) for pairs in every_alignment(0, 0, len(left), len(right)))
    assert worth(align(left, right), left, right) == best


@given(TOKENS, TOKENS)
def test_alignment_is_worth_the_same_from_both_sides(left, right):
    assert worth(align(left, right), left, right) == worth(align(right, left), right, left)


def every_alignment(left, right, lefts, rights):
    if (left, right) == (lefts, rights):
        yield ()
    if left < lefts:
        yield from ((Pair(left, None), *rest) for rest in every_alignment(left + 1, right, lefts, rights))
    if right < rights:
        yield from ((Pair(None, right), *rest) for rest in every_alignment(left, right + 1, lefts, rights))
    if left < lefts and right < rights:
        yield from ((Pair(left, right), *rest) for rest in every_alignment(left + 1, right + 1, lefts, rights))


def worth(pairs, left, right):
    """The value of an alignment, added up pair by pair."""
    total, before = 0, "both"
    for pair in pairs:
        kind = "right" if pair.left is None else "left" if pair.right is None else "both"
        if kind == "both":
            total += worth_of_pair(left[pair.left].lower(), right[pair.right].lower())
        else:
            total -= EXTEND + (OPEN if kind != before else 0)
        before = kind
    return total


def worth_of_pair(one, other):
    word, other_word = (any(letter.isalnum() for letter in token) for token in (one, other))
    if one == other:
        return SAME_WORD if word else SAME_MARK
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    start = min(len(one), len(other)) if start is None else start
    backwards = list(zip(reversed(one), reversed(other), strict=False))
    end = next((place for place, (a, b) in enumerate(backwards) if a != b), len(backwards))
    likeness = min(start + end, len(one), len(other)) / max(len(one), len(other))
    if likeness >= 0.5:
        return round(ALIKE * likeness)
    return SAME_KIND if word == other_word else 0


@given(st.lists(st.sampled_from(["good", "film", "slow", "acted", "it", ".", ","]), unique=True), st.data())
def test_one_new_word_is_found_as_difflib_finds_it(tokens, data):
    place = data.draw(st.integers(0, len(tokens)))
    edited = [*tokens[:place], "xyz", *tokens[place:]]
    blocks = difflib.SequenceMatcher(None, tokens, edited, autojunk=False).get_matching_blocks()
    same = {(block.a + step, block.b + step) for block in blocks for step in range(block.size)}
    assert {(pair.left, pair.right) for pair in align(tokens, edited) if pair.left is not None} == same


@given(st.lists(st.sampled_from(["good", "."]), max_size=12), st.data())
def test_one_new_word_between_repeated_ones_loses_no_pair(tokens, data):
    place = data.draw(st.integers(0, len(tokens)))
    pairs = align(tokens, [*tokens[:place], "xyz", *tokens[place:]])
    assert [pair.right for pair in pairs if pair.left is None] == [place]


def test_tokens_are_alike_only_within_their_own_length():
    assert align(["aa"], ["aaaa", "b"]) == (Pair(0, 0), Pair(None, 1))
    assert align(["long" * 30 + "a"], ["long" * 30 + "b"]) == (Pair(0, 0),)


def test_two_long_texts_of_few_words_are_aligned():
    pairs = align(["good", "bad"] * 500, ["bad", "good"] * 500)
    assert len(pairs) == 1001
    assert sum(pair.left is not None and pair.right is not None for pair in pairs) == 999
