"""What a unit could be claimed to stand for: concepts whose labels follow from the text alone, by stated rules.

A claim is only as good as its labels: they are made without a look at any network, so that a unit can be tested on
reviews that it was not chosen by (`model.reading.claims`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from model.language import marked
from model.traits import NEGATIONS

WITHIN = 3  # tokens after a negation that are still said to be after it
NOT_COUNTED = -1

GOOD = frozenset((
    "good", "great", "best", "better", "wonderful", "excellent", "brilliant", "amazing", "beautiful", "perfect",
    "superb", "fantastic", "loved", "love", "lovely", "enjoyed", "enjoyable", "funny", "charming", "moving", "clever",
    "fresh", "delightful", "favorite", "favourite", "masterpiece", "gem", "fun", "fine", "nice", "gripping", "stunning",
    "touching", "warm", "witty", "impressive", "memorable", "recommend", "recommended",
))  # fmt: skip
BAD = frozenset((
    "bad", "worst", "worse", "terrible", "awful", "horrible", "boring", "bored", "dull", "poor", "poorly", "stupid",
    "waste", "wasted", "annoying", "mess", "lame", "weak", "disappointing", "disappointed", "disappointment", "hate",
    "hated", "dreadful", "pointless", "predictable", "ridiculous", "tedious", "ugly", "cheap", "clumsy", "silly",
    "flat", "failure", "fails", "painful", "garbage", "rubbish", "avoid", "unfunny",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Concept:
    """A `name`, the `rule` in words, and `labels(words, direction)` for the words of a review, in lower case.

    Labels are (tokens,) int8, in reading order of the text: 1 where it holds, 0 where not, `NOT_COUNTED` where neither
    is said. `direction` is the one in which the unit reads.
    """

    name: str
    rule: str
    labels: Callable[[Sequence[str], str], np.ndarray]


def after_negation(words: Sequence[str], direction: str) -> np.ndarray:
    """1 at the `WITHIN` tokens after a negation, the same for both directions; the negation itself is not counted."""
    labels = np.zeros(len(words), dtype=np.int8)
    places = [place for place, word in enumerate(words) if word in NEGATIONS]
    for place in places:
        labels[place + 1 : place + 1 + WITHIN] = 1
    labels[places] = NOT_COUNTED
    return labels


def more_good_than_bad(words: Sequence[str], direction: str) -> np.ndarray:
    """1 where more `GOOD` words than `BAD` ones were read so far, this token among them, 0 where fewer; where as many,
    neither. A backward reader comes from the end.
    """
    signs = np.array([(word in GOOD) - (word in BAD) for word in words], dtype=np.int64)
    balance = signs.cumsum() if direction == "forward" else signs[::-1].cumsum()[::-1]
    return np.where(balance == 0, NOT_COUNTED, balance > 0).astype(np.int8)


CONCEPTS = (
    Concept(
        marked("after a negation"),
        marked("one of the three tokens after “not”, “n't”, “never”, “no” or the like"),
        after_negation,
    ),
    Concept(
        marked("more good words than bad ones so far"),
        marked("counted by two short lists, in the order in which the unit reads; left out where they are even"),
        more_good_than_bad,
    ),
)
