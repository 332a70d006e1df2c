"""Which columns are taken for label and stars, among all that a file has."""

from __future__ import annotations

import csv
import io

import pytest

from model.tables.table import guess_columns

CASES = {
    "words before numbers": ({"label": "01", "label_text": ("positive", "negative")}, "label_text", None),
    "words before numbers, wherever": ({"sentiment": ("pos", "neg"), "label": "01"}, "sentiment", None),
    "a gold column that is nearly empty": (
        {"airline_sentiment_gold": ("positive", *[""] * 11), "airline_sentiment": ("positive", "neutral", "negative"),
         "airline_sentiment_confidence": (0.6, 1.0)}, "airline_sentiment", None,
    ),
    "compound among its parts": (
        {"neg": (0.1, 0.8), "neu": (0.4, 0.1), "pos": (0.5, 0.1), "compound": (0.9, -0.9)}, "compound", None,
    ),
    "label and stars": ({"stars": "12345", "label": ("pos", "neg")}, "label", "stars"),
    "a confidence is no rating": ({"label": ("pos", "neg"), "score": (0.99, 0.7)}, "label", None),
    "a share alone is the label": ({"score": (0.99, 0.1)}, "score", None),
    "flags of other things": ({"is_spoiler": "01", "verified": "01", "has_image": "10"}, None, None),
    "a flag beside stars": ({"is_spoiler": "01", "stars": "12345"}, None, "stars"),
    "topics": ({"category": ("comedy", "drama"), "class": ("a", "b")}, None, None),
    "numbers of topics": ({"category": range(1, 13)}, None, None),
    "topics beside stars": ({"label": ("comedy", "drama"), "stars": "12345"}, None, "stars"),
    "words in a column of any name": ({"what": ("fresh", "rotten")}, "what", None),
    "a number without a name": ({"Unnamed: 0": "12"}, "Unnamed: 0", None),
    "the number of a row": ({"Unnamed: 0": range(12)}, None, None),
    "predictions": ({"prediction": ("pos", "neg")}, None, None),
    "a rating in words": ({"rating": ("good", "bad")}, "rating", None),
}  # fmt: skip


@pytest.mark.parametrize("kind", CASES)
def test_label_and_stars_are_found_by_names_and_all_values(write, kind):
    columns, label, rating = CASES[kind]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["text", *columns])
    for row in range(12):
        values = [list(each)[row % len(each)] for each in columns.values()]
        writer.writerow([f"This is film {row} of a dozen.", *values])
    found = guess_columns(write("a.csv", file.getvalue()))
    assert (found.text, found.label, found.rating) == ("text", label, rating)
