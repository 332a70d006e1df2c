"""The names that a file itself gives to the numbers of its classes: what Hugging Face's `ClassLabel` writes.

`datasets` keeps its features as JSON in the metadata of a Parquet file's schema
(https://huggingface.co/docs/datasets/about_dataset_features).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing

from model.tables.hints import hint_of
from model.tables.labels import LABEL_NAMES
from model.tables.readers.base import Source
from model.tables.readers.parquet import Parquet
from model.tables.words import said_by

MOST_CLASSES = 1_000

Names = Mapping[str, str]  # of one column: "0" -> "negative"


def declared_names(source: Source) -> Mapping[str, Names]:
    """For each column whose classes have names: those names, by number. Empty where the file declares none."""
    if not isinstance(source, Parquet):
        return {}
    try:
        features = json.loads(source.features or b"{}")["info"]["features"]
        found = {key: _names(features.get(key)) for key in source.keys}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {name: found[key] for name, key in zip(source.names, source.keys, strict=True) if found[key]}


def _names(feature: object) -> Names:
    """The names of a feature, alone or as the one element of a list."""
    while isinstance(feature, list) and len(feature) == 1:
        feature = feature[0]
    if isinstance(feature, dict) and isinstance(feature.get("feature"), dict):  # a sequence of them
        feature = feature["feature"]
    names = feature.get("names") if isinstance(feature, dict) else None
    if not isinstance(names, list) or not 0 < len(names) <= MOST_CLASSES:
        return {}
    return {str(number): str(name) for number, name in enumerate(names)}


def names_beside(source: Source, label: str) -> Names:
    """The names of a column's numbers that a column of words beside it gives, such as `label_text` beside `label`.

    Empty where there is no such column, where a number has two names, and where none says positive or negative.
    """
    worded = next((name for name in source.names if hint_of(name).worded and name != label), None)
    if worded is None or hint_of(label).worded:
        return {}
    found: dict[str, str] = {}
    with closing(source.rows((label, worded))) as rows:
        for row in rows:
            if len(row.values) < 2:
                continue
            number, word = said_by(row.values[0]), said_by(row.values[1])
            if number.number is None or not word.key:
                continue
            if found.setdefault(number.key, word.key) != word.key or len(found) > MOST_CLASSES:
                return {}
    return found if any(said_by(word).meaning in LABEL_NAMES for word in found.values()) else {}
