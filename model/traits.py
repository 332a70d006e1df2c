"""What reviews are sorted by: length, kinds of words, stars, gates; and the buckets into which they are sorted.

By length, since a text of any length is read into one state of fixed size; by negation, since a bag of words would
miss it; by unknown words, since the network cannot read them. The buckets are fixed, so that networks compare; their
edges were set on the lengths and counts of the training split.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.language import marked

LENGTH, NEGATION, UNKNOWN_WORDS = marked("tokens"), marked("negation words per 100 tokens"), marked("unknown words")
CONTRAST, CAPITALS, QUESTIONS = marked("contrast words"), marked("words in capitals"), marked("question marks")
RATING, FORGET, SATURATED = marked("rating"), marked("mean forget gate"), marked("share of saturated forget gates")
DIMENSIONS = (LENGTH, UNKNOWN_WORDS, NEGATION, CONTRAST, CAPITALS, QUESTIONS, RATING, FORGET, SATURATED)

# As spaCy cuts them: "didn't" is "did" and "n't", "cannot" is "can" and "not".
NEGATIONS = ("not", "n't", "n’t", "nt", "no", "never", "none", "nothing", "nobody", "nowhere", "neither", "nor",
             "without", "hardly", "barely", "scarcely")  # fmt: skip
CONTRASTS = ("but", "however", "although", "though", "tho", "yet", "despite", "whereas", "albeit", "nevertheless",
             "nonetheless", "notwithstanding")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bucket:
    """Reviews with more than `over` and at most `most` of something."""

    name: str
    over: float
    most: float


BUCKETS = {
    LENGTH: (
        Bucket(marked("up to 100"), -1, 100),
        Bucket(marked("101 to 200"), 100, 200),
        Bucket(marked("201 to 400"), 200, 400),
        Bucket(marked("401 to 1,000"), 400, 1_000),
        Bucket(marked("over 1,000 (cut)"), 1_000, np.inf),
    ),
    NEGATION: (
        Bucket(marked("none"), -1, 0),
        Bucket(marked("up to 1"), 0, 1),
        Bucket(marked("over 1, up to 2"), 1, 2),
        Bucket(marked("over 2"), 2, np.inf),
    ),
    UNKNOWN_WORDS: (
        Bucket(marked("up to 2 %"), -1, 2),
        Bucket(marked("over 2 %, up to 5 %"), 2, 5),
        Bucket(marked("over 5 %, up to 10 %"), 5, 10),
        Bucket(marked("over 10 %"), 10, np.inf),
    ),
    CONTRAST: (
        Bucket(marked("none"), -1, 0),
        Bucket(marked("one"), 0, 1),
        Bucket(marked("2 or 3"), 1, 3),
        Bucket(marked("over 3"), 3, np.inf),
    ),
    CAPITALS: (
        Bucket(marked("none"), -1, 0),
        Bucket(marked("1 or 2"), 0, 2),
        Bucket(marked("3 to 9"), 2, 9),
        Bucket(marked("over 9"), 9, np.inf),
    ),
    QUESTIONS: (
        Bucket(marked("none"), -1, 0),
        Bucket(marked("one"), 0, 1),
        Bucket(marked("over 1"), 1, np.inf),
    ),
}
