"""What labels count as: columns as the well-known data sets have them, by hand; and what one stray value may do."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.tables.label_reading import Read, read_labels
from model.tables.labels import NO_LABEL, UNKNOWN_LABEL
from model.tables.table import read_table, table_of
from model.tables.values import Values
from model.tables.words import said_by

POS, NEG, NONE, SKIP = 1, 0, NO_LABEL, UNKNOWN_LABEL
ASK = None  # unclear: it has no label until a person says what it counts as

WORDS = [("pos", "neg"), ("Positive", " NEGATIVE "), ("true", "False"), ("LABEL_1", "label_0"), ("1", "0")]


def counted(values: Sequence[object]) -> Values:
    found = Values()
    for value in values:
        found.add(value)
    return found


def read(column: str, values: Sequence[object], **given: object) -> Read:
    return read_labels(column, counted(values), **given)


def meanings(column: str, values: Sequence[object], **given: object) -> list[int | None]:
    """What each value counts as in a column of that name; `ASK` where that is unclear."""
    found = read(column, values, **given)
    asked = {value.value for value in found.reading.asked}
    return [ASK if said_by(each).key in asked else found.rule.meaning(said_by(each)) for each in values]


@pytest.mark.parametrize("words", [*WORDS, ("1.0", "0.0"), ("1", "-1"), ("5 stars", "1 star"), ("10", "4")])
def test_words_and_numbers_are_labels(write, words):
    table = read_table(write("a.csv", "text,label\n" + "".join(f"film,{word}\n" for word in words)))
    assert table.labels.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("numbers", "labels"),
    [
        ([0, 1, math.nan], [0, 1, -1]),
        ([0, 0], [0, 0]),
        ([-1, 1], [0, 1]),
        ([-1, 0, 1], [0, -1, 1]),
        ([-1, -1], [-1, -1]),
        ([0] * 10 + [1] * 10 + [7, 0.5], [0] * 10 + [1] * 10 + [-2, -2]),
        ([-1] * 10 + [1] * 10 + [3], [0] * 10 + [1] * 10 + [-2]),
        ([1, 2, 3, 4, 5, 3.5], [0, 0, -1, 1, 1, -1]),
        ([0, 2, 5], [0, 0, 1]),
        ([1, 4, 5, 6, 7, 10] * 2 + [11, -1], [0, 0, -1, -1, 1, 1] * 2 + [-2, -1]),
        ([0, 1, 2], [0, -1, 1]),
        ([0, 1, 2, 3, 4], [0, 0, -1, 1, 1]),
        ([0, 4], [0, 1]),
        ([17, 170], [None, None]),
        ([math.nan], [-1]),
        ([], []),
    ],
)
def test_column_says_what_its_numbers_mean(numbers, labels):
    assert meanings("label", numbers) == labels


COLUMNS = {
    # data sets as they are handed out
    "IMDB, csv": ("sentiment", {"positive": POS, "negative": NEG}),
    "IMDB, Hugging Face": ("label", {0: NEG, 1: POS}),
    "SST-2": ("label", {"0": NEG, "1": POS}),
    "SST-2, test split": ("label", {-1: NONE}),
    "SST-5": ("label", {0: NEG, 1: NEG, 2: NONE, 3: POS, 4: POS}),
    "SST-5, words": ("label_text", {"very negative": NEG, "negative": NEG, "neutral": NONE, "positive": POS,
                                    "very positive": POS}),
    "SST, shares": ("label", {0.0: NEG, 0.16667: NEG, 0.4: NEG, 0.5: NONE, 0.6: POS, 0.83333: POS, 1.0: POS}),
    "Sentiment140": ("target", {"0": NEG, "4": POS}),
    "Sentiment140, test": ("polarity", {0: NEG, 2: NONE, 4: POS}),
    "Yelp polarity": ("label", {"1": NEG, "2": POS}),
    "Yelp full": ("label", {"1": NEG, "2": NEG, "3": NONE, "4": POS, "5": POS}),
    "Yelp full, from 0": ("label", {"0": NEG, "1": NEG, "2": NONE, "3": POS, "4": POS}),
    "Yelp, words": ("label", {"1 star": NEG, "2 star": NEG, "3 stars": NONE, "4 stars": POS, "5 stars": POS}),
    "Amazon polarity, fastText": ("label", {"__label__1": NEG, "__label__2": POS}),
    "Amazon reviews": ("rating", {1.0: NEG, 2.0: NEG, 3.0: NONE, 4.0: POS, 5.0: POS}),
    "Amazon, scraped": ("star_rating", {"5.0 out of 5 stars": POS, "3.0 out of 5 stars": NONE,
                                        "1.0 out of 5 stars": NEG}),
    "Rotten Tomatoes": ("freshness", {"fresh": POS, "rotten": NEG}),
    "Rotten Tomatoes, critics": ("review_type", {"Fresh": POS, "Rotten": NEG}),
    "Rotten Tomatoes, scores": ("original_score", {"3/5": NONE, "7.5/10": POS, "1/4": NEG, "2 out of 4": NONE}),
    "tweet_eval": ("label", {"LABEL_0": NEG, "LABEL_1": NONE, "LABEL_2": POS}),
    "tweet_eval, numbers": ("label", {0: NEG, 1: NONE, 2: POS}),
    "Financial PhraseBank": ("sentiment", {"positive": POS, "neutral": NONE, "negative": NEG}),
    "Steam": ("voted_up", {True: POS, False: NEG}),
    "Steam, words": ("recommendation", {"Recommended": POS, "Not Recommended": NEG}),
    "Airline tweets": ("airline_sentiment", {"neutral": NONE, "positive": POS, "negative": NEG}),
    "Corona tweets": ("Sentiment", {"Extremely Negative": NEG, "Negative": NEG, "Neutral": NONE, "Positive": POS,
                                    "Extremely Positive": POS}),
    "Reddit and Twitter": ("category", {-1: NEG, 0: NONE, 1: POS}),
    "doccano": ("label", {'["positive"]': POS, '["negative"]': NEG, "[]": NONE}),
    "HF pipeline": ("label", {"POSITIVE": POS, "NEGATIVE": NEG}),
    "HF pipeline, as text": ("label", {"{'label': 'POSITIVE', 'score': 0.9}": POS,
                                       "[{'label': 'POS', 'score': 0.1}, {'label': 'NEG', 'score': 0.9}]": NEG}),
    "nlptown": ("label", {"1 star": NEG, "3 stars": NONE, "5 stars": POS}),
    "VADER": ("compound", {-0.91: NEG, -0.05: NEG, 0.0: NONE, 0.04: NONE, 0.05: POS, 0.87: POS}),
    "VADER, none below 0": ("compound", {0.2: POS, 0.0: NONE, 0.9: POS}),
    "TextBlob": ("polarity", {-0.5: NEG, 0.0: NONE, 0.25: POS}),
    "AFINN": ("sentiment", {-5: NEG, -2: NEG, 0: NONE, 3: POS}),
    "SemEval": ("polarity", {"positive": POS, "negative": NEG, "conflict": NONE, "neutral": NONE}),
    "IMDB, ten stars": ("rating", {"1": NEG, "4": NEG, "5": NONE, "7": POS, "10": POS}),
    "IMDB, low ones only": ("rating", {"1": NEG, "2": NEG, "3": ASK, "4": ASK}),
    "Metacritic": ("metascore", {12: NEG, 40: NEG, 55: NONE, 91: POS}),
    "Letterboxd": ("rating", {0.5: NEG, 2.0: NEG, 3.5: NONE, 5.0: POS}),
    # names that say what numbers mean
    "declared maximum": ("rating_out_of_10", {1: NEG, 3: NEG, 4: NEG}),
    "declared range": ("rating (1-10)", {1: NEG, 3: NEG, 4: NEG}),
    "of five": ("stars_of_5", {1: NEG, 3: NONE, 4: POS}),
    "a flag": ("is_positive", {"1": POS}),
    "a flag that inverts": ("is_negative", {"True": NEG, "False": POS}),
    "a flag that inverts, numbers": ("is_negative", {1: NEG, 0: POS}),
    "a flag, words": ("recommended", {"Yes": POS, "No": NEG}),
    "a flag of something else": ("is_spoiler", {0: ASK, 1: ASK}),
    "words win over the name": ("is_negative", {"positive": POS, "negative": NEG}),
    # spellings
    "emoji": ("label", {"👍": POS, "👎🏽": NEG, "❤️": POS}),
    "capitals and marks": ("label", {" Very_Positive ": POS, "VERY-NEGATIVE": NEG, '"neutral"': NONE}),
    "other languages": ("label", {"好评": POS, "差评": NEG, "positiv": POS, "négatif": NEG}),
    "with its score": ("label", {"POSITIVE (0.98)": POS, "negative: 0.7": NEG}),
    "drawn stars": ("rating", {"★★★★★": POS, "★★★☆☆": NONE, "★☆☆☆☆": NEG, "⭐": NEG}),
    "counted stars": ("rating", {"five stars": POS, "one star": NEG}),
    "decimal comma": ("rating", {"4,5": POS, "1,5": NEG, "3": NONE}),
    "of ten": ("label", {"9/10": POS, "2 / 10": NEG, "5 of 10": NONE}),
    "percent": ("score", {"92%": POS, "11 %": NEG}),
    "plus and minus": ("label", {"+": POS, "-": NEG}),
    "p and n": ("label", {"p": POS, "n": NEG}),
    "hundred": ("sentiment", {92: POS, 55: NONE, 11: NEG}),
    "shares": ("sentiment", {0.08: NEG, 0.5: NONE, 0.93: POS}),
    "three classes": ("label", {1: NEG, 2: NONE, 3: POS}),
    # what cannot be known
    "ones only": ("label", {1: ASK}),
    "twos only": ("label", {2: ASK}),
    "0 and 2": ("label", {0: NEG, 2: ASK}),
    "1 and 3": ("label", {1: NEG, 3: ASK}),
    "-1 and 0": ("label", {-1: ASK, 0: ASK}),
    "one to four": ("label", {1: NEG, 2: ASK, 3: ASK, 4: ASK}),
    "zero to three": ("label", {0: NEG, 1: NEG, 2: ASK, 3: POS}),
    "seven steps": ("rating", {1: NEG, 4: ASK, 5: ASK, 7: POS}),
    "LABEL_1 alone": ("label", {"LABEL_1": ASK}),
    "yes and no": ("label", {"yes": ASK, "no": ASK}),
    "topics": ("label", {"comedy": ASK, "drama": ASK}),
}  # fmt: skip


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_is_read_by_its_name_and_all_its_values(kind):
    column, expected = COLUMNS[kind]
    assert dict(zip(expected, meanings(column, list(expected) * 7), strict=False)) == expected


@pytest.mark.parametrize("kind", [kind for kind, (_, known) in COLUMNS.items() if ASK in known.values()])
def test_what_is_unclear_is_asked_and_an_answer_settles_it(kind):
    column, expected = COLUMNS[kind]
    found = read(column, list(expected) * 7).reading
    assert column in found.question
    assert {value.value for value in found.asked} == {
        said_by(each).key for each, known in expected.items() if known is ASK
    }
    counts_as = {said_by(each).key: NEG for each, known in expected.items() if known is ASK}
    answered = read(column, list(expected) * 7, counts_as=counts_as).reading
    assert not answered.question
    assert {value.value for value in answered.values if value.answered} == set(counts_as)
    assert not read(column, list(expected) * 7, counts_as={"*": NONE}).reading.question


NUMBERS = st.one_of(
    st.sampled_from([(0, 1), (-1, 1), (-1, 0, 1), (1, 2), (1, 2, 3), (0, 1, 2), (0, 4), (0, 2, 4), (0, 1, 2, 3, 4),
                     (1, 2, 3, 4, 5), (1, 2, 3, 4), (2, 3), (1,), (0, 1, 2, 3), ("pos", "neg"), ("LABEL_0", "LABEL_1"),
                     ("yes", "no"), ("9/10", "2/10"), (0.5, 2.5, 4.5), tuple(range(1, 11)), (11, 60, 92)]),
    st.lists(st.floats(0, 1).map(lambda each: round(each, 3)), min_size=2, max_size=8, unique=True),
    st.lists(st.floats(-1, 1).map(lambda each: round(each, 3)), min_size=2, max_size=8, unique=True),
)  # fmt: skip
STRAYS = st.one_of(
    st.integers(-3, 120), st.floats(-5, 20), st.sampled_from(["pos", "meh", "LABEL_2", "3/5", "", "yes"])
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["label", "sentiment", "rating", "stars", "is_negative", "score", "compound", "column 2"]),
    NUMBERS,
    st.integers(20, 60),
    STRAYS,
    st.randoms(use_true_random=False),
)
def test_order_and_one_stray_value_never_turn_another_rows_label_round(column, kinds, rows, stray, random):
    values = [kinds[row % len(kinds)] for row in range(rows)]
    assume(stray not in values)
    before = dict(zip(values, meanings(column, values), strict=True))
    mixed = [*values, stray]
    random.shuffle(mixed)
    after = dict(zip(mixed, meanings(column, mixed), strict=True))
    assert after == dict(zip([*values, stray], meanings(column, [*values, stray]), strict=True))
    for value, meaning in before.items():
        assert after[value] in (meaning, ASK) or meaning in (ASK, SKIP), (value, meaning, after[value])


@settings(max_examples=30, deadline=None)
@given(st.permutations([(0, "a film"), (1, "a second"), (2, "a third"), ("", "a fourth")] * 3 + [("meh", "a fifth")]))
def test_rows_in_any_order_have_the_same_labels(rows):
    table = table_of([text for _, text in rows], [label for label, _ in rows])
    assert dict(zip(table.texts, table.labels.tolist(), strict=True)) == {
        "a film": NEG, "a second": NONE, "a third": POS, "a fourth": NONE,
    }  # fmt: skip
    assert table.bad_count == 1
