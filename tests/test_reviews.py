"""The hand-written reviews for trying the workbench out: well formed, varied, and wrong only where it is said."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from model.assets import ASSETS
from model.network import checkpoint
from model.tables.table import read_table
from model.text import check_review, encode, words
from model.traits import NEGATIONS
from model.workbench.scoring import score

CONTRASTS = {"but", "however", "although", "though", "yet"}
NAMES = {"Grace", "Joy", "Bliss", "Hope", "Darling", "Goodfellow", "Bright", "Charm", "Winner", "Lucky", "Fairweather",
         "Doom", "Grimm", "Paine", "Payne", "Misery", "Dreadful", "Murder", "Grimwood", "Losers", "Wrath", "Grief",
         "Bitter"}  # fmt: skip
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
LEAST = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A data row; `tokens` as spaCy cuts them, in lower case in `lower`. `rating` is None where the cell is empty."""

    number: int
    text: str
    label: str
    rating: int | None
    kind: str
    tokens: tuple[str, ...]
    lower: tuple[str, ...]


def read() -> list[list[str]]:
    with (ASSETS / "reviews.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    found = []
    for number, (text, label, rating, kind) in enumerate(read()[1:], start=1):
        tokens = tuple(words(text))
        lower = tuple(token.lower() for token in tokens)
        found.append(Row(number, text, label, int(rating) if rating else None, kind, tokens, lower))
    return found


@pytest.fixture(scope="module")
def listed() -> dict[str, Any]:
    return json.loads((ASSETS / "reviews.json").read_text(encoding="utf-8"))


def plain(text: str) -> str:
    """Lower case, letters and digits only: what makes two texts the same to a reader."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.lower()).split())


def contradicts(row: Row) -> bool:
    return row.rating is not None and (row.label == "positive") != (row.rating > 5)


def negates_twice(text: str) -> bool:
    """Whether a sentence has two negating tokens."""
    counts = (sum(token.lower() in NEGATIONS for token in words(sentence)) for sentence in SENTENCE_END.split(text))
    return any(count >= 2 for count in counts)


def is_shouted(token: str) -> bool:
    return len(token) >= 2 and token.isalpha() and token.isupper()


def test_the_header_names_the_columns():
    assert read()[0] == ["text", "label", "rating", "kind"]


def test_every_row_has_four_cells_and_there_are_enough_rows():
    rows = read()[1:]
    assert len(rows) >= 150
    assert {len(row) for row in rows} == {4}


def test_rows_end_as_rfc_4180_says_and_no_byte_order_mark_comes_first():
    content = (ASSETS / "reviews.csv").read_bytes()
    assert content.startswith(b"text,label,rating,kind\r\n")
    assert content.endswith(b"\r\n")


def test_labels_are_two_words_or_empty_and_about_half_each(rows):
    counts = Counter(row.label for row in rows)
    assert counts.keys() == {"positive", "negative", ""}
    assert counts[""] == 2
    assert abs(counts["positive"] - counts["negative"]) <= 10


def test_ratings_are_stars_and_a_few_are_empty(rows):
    ratings = [row.rating for row in rows]
    assert 3 <= ratings.count(None) <= 10
    assert {rating for rating in ratings if rating is not None} == {1, 2, 3, 4, 7, 8, 9, 10}


def test_labels_contradict_the_rating_in_the_listed_rows_only(rows, listed):
    assert [row.number for row in rows if row.label and contradicts(row)] == listed["wrong_labels"]
    assert 8 <= len(listed["wrong_labels"]) <= 12


def test_rows_that_are_no_reviews_exist_and_are_not_listed_twice(rows, listed):
    assert len(listed["not_reviews"]) == 3
    assert set(listed["not_reviews"]) <= {row.number for row in rows}
    assert not set(listed["not_reviews"]) & set(listed["wrong_labels"])


def test_kinds_are_those_that_are_explained_and_each_has_rows_enough(rows, listed):
    counts = Counter(row.kind for row in rows)
    assert counts.keys() == listed["kinds"].keys()
    assert min(count for kind, count in counts.items() if kind != "no review") >= 10
    assert [row.number for row in rows if row.kind == "no review"] == listed["not_reviews"]
    assert {row.kind for row in rows if row.number in listed["wrong_labels"]} == {"plain"}


def test_irony_is_the_hardest_kind_and_plain_mistakes_are_wrong_labels_but_for_one(rows, listed):
    table, loaded = read_table(ASSETS / "reviews.csv"), checkpoint.load("bilstm")
    scores = score(loaded, table.texts)
    wrong = (scores.predicted != (table.labels == 1)) & (table.labels >= 0)
    missed = [row for row, each in zip(rows, wrong, strict=True) if each]
    counts, errors = (Counter(row.kind for row in some) for some in (rows, missed))
    assert max((kind for kind in counts if counts[kind] >= 10), key=lambda kind: errors[kind] / counts[kind]) == "irony"
    plain = {row.number for row in missed if row.kind == "plain"}
    assert set(listed["wrong_labels"]) < plain
    assert len(plain) == len(listed["wrong_labels"]) + 1


def test_rows_to_be_found_are_spread_over_the_file(rows, listed):
    thirds = {3 * (number - 1) // len(rows) for number in listed["wrong_labels"]}
    assert thirds == {0, 1, 2}


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(lambda row: len(row.text.split()) < 8, id="short"),
        pytest.param(lambda row: len(row.text.split()) > 120, id="long"),
        pytest.param(lambda row: not set(row.lower).isdisjoint(NEGATIONS), id="negation"),
        pytest.param(lambda row: negates_twice(row.text), id="double negation"),
        pytest.param(lambda row: not CONTRASTS.isdisjoint(row.lower), id="contrast"),
        pytest.param(lambda row: any(is_shouted(token) for token in row.tokens), id="capitals"),
        pytest.param(lambda row: "?" in row.tokens, id="question marks"),
        pytest.param(lambda row: "than" in row.lower, id="comparison"),
        pytest.param(lambda row: not NAMES.isdisjoint(row.tokens), id="names that sound good or bad"),
    ],
)
def test_every_slice_has_enough_rows(rows, rule: Callable[[Row], bool]):
    assert sum(rule(row) for row in rows) >= LEAST


def test_enough_rows_are_full_of_words_that_the_network_cannot_read(rows):
    field = checkpoint.load("bilstm").field
    reviews = [encode(row.text, field) for row in rows]
    assert sum(len(review.unknown) > 0.1 * len(review.tokens) for review in reviews) >= LEAST


def test_no_text_comes_twice(rows):
    counts = Counter(plain(row.text) or row.text for row in rows)
    assert [text for text, count in counts.items() if count > 1] == []


def test_no_sentence_is_one_of_the_behavioural_suite(rows):
    cases = json.loads((ASSETS / "behaviour.json").read_text(encoding="utf-8"))
    known = {plain(case[part]) for case in cases for part in ("text", "other") if part in case}
    sentences = {plain(sentence) for row in rows for sentence in [row.text, *SENTENCE_END.split(row.text)]}
    assert known & sentences == set()


def test_every_text_can_be_read_and_nothing_of_it_is_lost(rows):
    assert [row.number for row in rows if check_review(row.text) != row.text] == []


def test_cells_have_commas_quotes_line_breaks_and_signs_beyond_the_basic_plane(rows):
    for sign in (",", '"', "\n"):
        assert any(sign in row.text for row in rows)
    assert any(ord(sign) > 0xFFFF for row in rows for sign in row.text)


def test_no_cell_could_start_a_formula():
    assert [cell for row in read() for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
