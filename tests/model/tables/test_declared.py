"""Names that a file gives to the numbers of its classes: in its features, and in a column beside."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from model.tables.columns import Columns
from model.tables.labels import NO_LABEL
from model.tables.table import read_table


def declaring(names, numbers, feature=None):
    """A table as Hugging Face's library writes it."""
    feature = feature or {"names": names, "_type": "ClassLabel"}
    features = {"text": {"dtype": "string", "_type": "Value"}, "label": feature}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    return pa.table({"text": [f"film {n}" for n in range(len(numbers))], "label": numbers}).replace_schema_metadata(
        metadata
    )


@pytest.mark.parametrize(
    ("names", "numbers", "labels"),
    [
        (["neg", "pos"], [0, 1, 1], [0, 1, 1]),
        (["positive", "negative"], [0, 1, -1], [1, 0, NO_LABEL]),
        (["positive", "neutral", "negative"], [0, 0, 1], [1, 1, NO_LABEL]),
        (["1 star", "2 star", "3 stars", "4 stars", "5 stars"], [0, 2, 3], [0, NO_LABEL, 1]),
        (["LABEL_0", "LABEL_1", "LABEL_2"], [0, 1, 1], [0, NO_LABEL, NO_LABEL]),
    ],
)
def test_declared_names_say_what_numbers_mean_whether_they_stand_there_or_not(write, names, numbers, labels):
    table = read_table(write("a.parquet", declaring(names, numbers)))
    assert table.labels.tolist() == labels


@pytest.mark.parametrize("metadata", [b"{", b"[]", b"{}", json.dumps({"info": {"features": {"label": 5}}}).encode()])
def test_damaged_features_declare_nothing(write, metadata):
    table = pa.table({"text": ["a", "b"], "label": [0, 1]}).replace_schema_metadata({"huggingface": metadata})
    assert read_table(write("a.parquet", table)).labels.tolist() == [0, 1]


def test_a_column_of_words_names_the_numbers_beside_it(write):
    path = write("a.csv", "text,label,label_text\na,0,positive\nb,1,negative\nc,1,\n")
    assert read_table(path, Columns((), "text", "label")).labels.tolist() == [1, 0, 0]
    torn = write("b.csv", "text,label,label_text\na,0,positive\nb,1,negative\nc,1,positive\n")
    assert read_table(torn, Columns((), "text", "label")).labels.tolist() == [0, 1, 1]
