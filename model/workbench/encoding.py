"""Many texts as ids, with what is counted of their tokens on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from model.network.checkpoint import Checkpoint
from model.text import MAX_TOKENS, UNKNOWN_ID, check_review, cut, learn_words, words_of_all
from model.traits import CONTRASTS, NEGATIONS

FREQUENT = 10_000  # words that the tokenizer learns beforehand, the most frequent of the vocabulary
FIRST_WORD = 2  # id; before it stand the marks of unknown words and of padding
MANY = 256  # texts from which on that pays
SLICE = 64  # texts that are cut into tokens in one go; others wait for the tokenizer as long

_NEGATIONS, _CONTRASTS = frozenset(NEGATIONS), frozenset(CONTRASTS)


@dataclass(frozen=True, slots=True)
class Encoded:
    """N texts as ids, and what was counted of their tokens; see `model.workbench.scoring.Scores`."""

    tokens: np.ndarray
    omitted: np.ndarray
    unknown: np.ndarray
    negations: np.ndarray
    contrasts: np.ndarray
    capitals: np.ndarray
    questions: np.ndarray
    ids: np.ndarray
    offsets: np.ndarray


def encode_texts(checkpoint: Checkpoint, texts: Sequence[str]) -> Encoded:
    """What `model.text.encode` does, for many texts. Raises `ReviewError` for one that `check_review` refuses."""
    vocabulary = checkpoint.field.vocab
    ids_of = vocabulary.stoi
    if len(texts) >= MANY:
        learn_words(tuple(vocabulary.itos[FIRST_WORD : FIRST_WORD + FREQUENT]))
    counts = np.zeros((len(texts), 7), dtype=np.int32)
    ids: list[int] = []
    for row, words in enumerate(_words([check_review(text) for text in texts])):
        head, tail = cut(len(words), MAX_TOKENS)
        read = words[:head] + words[tail:]
        lower = [word.lower() for word in read]
        found = [ids_of[word] for word in lower]
        ids += found
        counts[row] = (
            len(read),
            len(words) - len(read),
            found.count(UNKNOWN_ID),
            sum(map(_NEGATIONS.__contains__, lower)),
            sum(map(_CONTRASTS.__contains__, lower)),
            sum(len(word) > 1 and word.isalpha() and word.isupper() for word in read),
            lower.count("?"),
        )
    offsets = np.concatenate([[0], np.cumsum(counts[:, 0], dtype=np.int64)])
    read, omitted, unknown, negations, contrasts, capitals, questions = counts.T.copy()
    counted = (read, omitted, unknown, negations, contrasts, capitals, questions)
    return Encoded(*counted, ids=np.array(ids, dtype=np.uint16), offsets=offsets)


def _words(texts: Sequence[str]) -> Iterator[list[str]]:
    """The tokens of each normalized text. The tokenizer is given free now and then: others may wait for it."""
    waiting = iter(texts)
    while some := list(islice(waiting, SLICE)):
        yield from list(words_of_all(some))
