"""What labels and stars mean: words, numbers of several customs, and stars of five or of ten.

A *mark* is a label as a number: infinity for a word that means positive, -infinity for one that means negative, NaN for
none, and any other number as it stands, since only its whole column says what it means.
"""

from __future__ import annotations

import math
import re

import numpy as np

from model.language import marked

NO_LABEL = -1
LABEL_NAMES = {1: marked("positive"), 0: marked("negative")}  # what has no label, each place names for itself
UNKNOWN_LABEL = -2  # of a number that is no label
MAX_STARS = 10
MOST = 0.9  # of a column's numbers, to say what they mean

_WORDS = {
    **dict.fromkeys(("pos", "positive", "true", "label_1"), math.inf),
    **dict.fromkeys(("neg", "negative", "false", "label_0"), -math.inf),
    **dict.fromkeys(("", "none", "null", "nan", "na", "n/a", "neutral", "unlabelled", "unlabeled"), math.nan),
}
_NUMBER = re.compile(r"([-+]?\d{1,9}(?:\.\d{0,20})?)(?: ?stars?)?")


def labels_from_numbers(numbers: np.ndarray) -> np.ndarray:
    """Labels that are numbers (rows,), NaN for none, as (rows,) int8: 1, 0, `NO_LABEL`, or `UNKNOWN_LABEL`.

    What a number means, the whole column says; for the first two, nine in ten of its numbers, so that a slip does not
    change what the others mean:

    - -1 and 1: negative and positive. A column of nothing but 1 is positive; of nothing but -1, without labels.
    - 0 and 1: negative and positive; -1, which many data sets write for a review without a label, is none.
    - whole numbers from 0 to 2, 3 or 4: classes from negative to positive; the one in the middle is none.
    - others from 0 to 10: stars, see `labels_from_stars`.
    """
    labels = np.full(len(numbers), UNKNOWN_LABEL, dtype=np.int8)
    labels[np.isnan(numbers)] = NO_LABEL
    meanings = _meanings(numbers)
    if meanings is None:
        stars = (numbers >= 0) & (numbers <= MAX_STARS)
        labels[stars] = labels_from_stars(numbers[stars])
        return labels
    for number, meaning in meanings.items():
        labels[numbers == number] = meaning
    return labels


def are_stars(numbers: np.ndarray) -> bool:
    """Whether the numbers of a column (rows,), NaN for none, are stars: none of the customs of labels fits them."""
    return _meanings(numbers) is None


def _meanings(numbers: np.ndarray) -> dict[int, int] | None:
    """The label that each number of a column stands for; None where the numbers are stars."""
    known = numbers[np.isfinite(numbers)]
    values = set(known.tolist())
    scale = {each for each in values if 0 <= each <= MAX_STARS}
    if values <= {-1, 1}:
        return {1: 1, -1: 0 if 1 in values else NO_LABEL}
    if 0 not in values and np.isin(known, (-1, 1)).mean() >= MOST and -1 in values:
        return {1: 1, -1: 0}
    if 0 in values and np.isin(known, (-1, 0, 1)).mean() >= MOST:
        return {1: 1, 0: 0, -1: NO_LABEL}
    if 0 in values and max(scale) in (2, 3, 4) and all(each % 1 == 0 for each in scale):
        middle = max(scale) / 2
        return {each: NO_LABEL if each == middle else int(each > middle) for each in range(int(max(scale)) + 1)}
    return None


def labels_from_stars(stars: np.ndarray) -> np.ndarray:
    """Stars (rows,), NaN for none, as labels (rows,) int8.

    Of five (where none is above 5) up to 2 are negative and 4 on are positive; of ten up to 4 and 7 on, as in the Large
    Movie Review Dataset. Those between are `NO_LABEL`.
    """
    labels = np.full(len(stars), NO_LABEL, dtype=np.int8)
    of_ten = bool((stars > 5).any())
    labels[stars <= (4 if of_ten else 2)] = 0
    labels[stars >= (7 if of_ten else 4)] = 1
    return labels


def mark_of(value: object) -> float | None:
    """The mark of a label; None where it is neither a known word nor a number."""
    if value is None:
        return math.nan
    if isinstance(value, str | bool):
        word = str(value).strip().lower()
        return _WORDS[word] if word in _WORDS else number_of(word)
    return math.nan if value != value else number_of(value)  # NaN is not equal to itself


def stars_of(value: object) -> float:
    """Stars, from 0 to `MAX_STARS`; NaN for anything else."""
    number = number_of(value.strip().lower() if isinstance(value, str) else value)
    return number if number is not None and 0 <= number <= MAX_STARS else math.nan


def number_of(value: object) -> float | None:
    """A finite number of a size that a label or stars may have; None for anything else."""
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value)
        return float(found.group(1)) if found else None
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
        return float(value)
    return None
