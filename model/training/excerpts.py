"""Excerpts: one to three sentences in a row out of an unlabelled review, as short as what a visitor types.

Who learns from whole reviews alone judges a single sentence badly. What an excerpt says no reviewer has labelled, so a
teacher must (`python -m model encoder`); excerpts are drawn from unlabelled reviews, which no teacher has learnt from.
Sentences are those of spaCy's rule-based Sentencizer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from spacy.pipeline import Sentencizer
    from spacy.vocab import Vocab

SENTENCES = 3  # of an excerpt, at most
LEAST, MOST = 2, 60  # tokens


def draw(words: Sequence[str], count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """(first, end) of up to `count` different excerpts of a review, as places of its `words`, in reading order."""
    starts = [*sentence_starts(words), len(words)]
    spans = {
        (start, end)
        for first, start in enumerate(starts[:-1])
        for end in starts[first + 1 : first + 1 + SENTENCES]
        if LEAST <= end - start <= MOST
    }
    possible = sorted(spans)
    return [possible[place] for place in np.sort(rng.permutation(len(possible))[:count])]


def sentence_starts(words: Sequence[str]) -> list[int]:
    """The places of the words that begin a sentence."""
    from spacy.tokens import Doc  # not at the top: training reads prepared ids, on machines that may lack spaCy

    sentencizer, vocabulary = _sentencizer()
    document = sentencizer(Doc(vocabulary, words=list(words)))
    return [sentence.start for sentence in document.sents]


@lru_cache(maxsize=1)
def _sentencizer() -> tuple[Sentencizer, Vocab]:
    from spacy.pipeline import Sentencizer
    from spacy.vocab import Vocab

    return Sentencizer(), Vocab()
