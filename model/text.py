"""From a review to ids: the one text path, shared by training and serving.

normalize (`model.normalization`) -> tokenize (spaCy's English rules) -> ids (torchtext `Field` with a `Vocab`).

spaCy's blank English pipeline needs no download. torchtext 0.6's `Field` is handed this tokenizer, since
`tokenize="spacy"` would look for a model by a name that spaCy 3 no longer knows.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torchtext.data import Field
from torchtext.vocab import Vocab

from model.errors import ReviewError
from model.language import gettext
from model.normalization import normalize

if TYPE_CHECKING:
    from spacy.language import Language

UNKNOWN, PADDING = "<unk>", "<pad>"
UNKNOWN_ID, PADDING_ID = 0, 1

MAX_CHARACTERS = 20_000
MAX_RUN = 1_000  # characters without white space; longer ones are no review, and spaCy is quadratic in them
PIECE = 100  # what spaCy is given at once of a run without white space, so that its time stays linear
MAX_TOKENS = 1_000
HEAD_SHARE = 0.25  # of a text that is cut; the verdict of a review often comes last

_LONG_RUN = re.compile(rf"\S{{{PIECE + 1},}}")
_REFUSED_RUN = re.compile(rf"\S{{{MAX_RUN + 1},}}")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the normalized review as spaCy cuts it.

    `start` is inclusive and `end` exclusive, in characters of the normalized text; `space` is the white space that
    follows, so that joining `text + space` over all tokens gives the normalized text back.
    """

    text: str
    start: int
    end: int
    space: str


@dataclass(frozen=True, slots=True)
class EncodedReview:
    """A review as the network reads it. `ids` is parallel to `tokens`.

    `text` is the normalized review, whole. `omitted` tokens were cut out after the first `head` ones; 0 if none.
    """

    text: str
    tokens: tuple[Token, ...]
    ids: tuple[int, ...]
    head: int
    omitted: int

    @property
    def unknown(self) -> tuple[int, ...]:
        """Indices of the tokens that are not in the vocabulary."""
        return tuple(index for index, id_ in enumerate(self.ids) if id_ == UNKNOWN_ID)

    @property
    def all_unknown(self) -> bool:
        """Whether no token is in the vocabulary: a verdict says nothing about such a text."""
        return all(id_ == UNKNOWN_ID for id_ in self.ids)


@lru_cache(maxsize=1)
def _english() -> Language:
    import spacy  # not at the top: training reads prepared ids, on machines that may lack spaCy

    return spacy.blank("en")


# A memory zone frees the strings of a visitor's text; spaCy allows one zone at a time for each vocabulary.
_ENGLISH_LOCK = threading.Lock()


def tokenize(text: str) -> tuple[Token, ...]:
    """Cut a normalized text into tokens by spaCy's English rules.

    White space is never a token of its own: it belongs to the token before it. A run of more than 100 characters
    without white space is handed to spaCy in pieces of 100.
    """
    (tokens,) = tokenize_all([text])
    return tokens


def tokenize_all(texts: Iterable[str]) -> Iterator[tuple[Token, ...]]:
    """`tokenize` for many texts in turn, four times as fast since spaCy's cache of words outlives each text."""
    for text, spans in _spans_of_all(texts):
        starts = [start for start, _ in spans] + [len(text)]
        yield tuple(
            Token(text[start:end], start, end, text[end:following])
            for (start, end), following in zip(spans, starts[1:], strict=True)
        )


def words_of_all(texts: Iterable[str]) -> Iterator[list[str]]:
    """The tokens of many normalized texts as strings."""
    return ([text[start:end] for start, end in spans] for text, spans in _spans_of_all(texts))


@lru_cache(maxsize=16)
def learn_words(words: tuple[str, ...]) -> None:
    """Cut these once for all: where they come up again, in whatever text, spaCy has them in its cache.

    They stay for as long as the process lives, which the words of visitors do not.
    """
    with _ENGLISH_LOCK:
        for word in words:
            _english().tokenizer(word)


def _spans_of_all(texts: Iterable[str]) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Each text with its `_spans`; the tokenizer is one visitor's until the last."""
    with _ENGLISH_LOCK, _english().memory_zone():
        for text in texts:
            yield text, list(_spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each token of `text`, white space left out."""
    start = 0
    for run in _LONG_RUN.finditer(text):
        yield from _spacy_spans(text, start, run.start())
        for piece in range(run.start(), run.end(), PIECE):
            yield from _spacy_spans(text, piece, min(piece + PIECE, run.end()))
        start = run.end()
    yield from _spacy_spans(text, start, len(text))


def _spacy_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for token in _english().tokenizer(text[start:end]):
        if not token.is_space:
            yield start + token.idx, start + token.idx + len(token)


def words(text: str) -> list[str]:
    """The tokens of a raw text as strings: what `Field` is given as its tokenizer."""
    return [token.text for token in tokenize(normalize(text))]


def build_field(vocabulary: Vocab | None = None) -> Field:
    """The torchtext `Field` of a review: spaCy tokens, lower case, lengths, batch first."""
    field = Field(
        tokenize=words,
        lower=True,
        include_lengths=True,
        batch_first=True,
        unk_token=UNKNOWN,
        pad_token=PADDING,
    )
    field.vocab = vocabulary
    return field


class _Ids(dict[str, int]):
    """Token to id. torchtext's own default dictionary would keep every unknown word that it is ever asked for."""

    def __missing__(self, token: str) -> int:
        return UNKNOWN_ID


def build_vocabulary(tokens: Sequence[str]) -> Vocab:
    """A torchtext `Vocab` of `tokens` (specials excluded) in just this order, after <unk> (0) and <pad> (1)."""
    total = len(tokens)
    counts = Counter({token: total - rank for rank, token in enumerate(tokens)})
    vocabulary = Vocab(counts, specials=[UNKNOWN, PADDING])
    vocabulary.stoi = _Ids(vocabulary.stoi)
    return vocabulary


def check_review(text: object) -> str:
    """Give back a text that can be read, normalized; raise `ReviewError` with the reason if it cannot.

    Linear in the length of the text, and at once for texts of any size.
    """
    if not isinstance(text, str):
        raise ReviewError(gettext("A review must be text."))
    if len(text) > MAX_CHARACTERS:
        sentence = gettext("This text has {length:,} characters; at most {most:,} can be read.")
        raise ReviewError(sentence.format(length=len(text), most=MAX_CHARACTERS))
    text = normalize(text)
    if not text:
        raise ReviewError(gettext("There is nothing to read yet: type or paste a review."))
    if run := refused_run(text):
        sentence = gettext("This text has {run:,} characters in a row without a space; at most {most:,} can be read.")
        raise ReviewError(sentence.format(run=run, most=MAX_RUN))
    return text


def refused_run(text: str) -> int:
    """How many characters the first run without a space has that is too long for the tokenizer; 0 if none is."""
    run = _REFUSED_RUN.search(text)
    return len(run.group()) if run else 0


def encode(text: object, field: Field, max_tokens: int = MAX_TOKENS) -> EncodedReview:
    """Tokens and ids of a raw review, cut to head and tail where it has more than `max_tokens`.

    Raises `ReviewError` for anything that `check_review` refuses.
    """
    text = check_review(text)
    tokens = tokenize(text)
    head, tail = cut(len(tokens), max_tokens)
    omitted = tail - head
    kept = tokens[:head] + tokens[tail:]
    ids, _ = field.process([field.preprocess([token.text for token in kept])])
    return EncodedReview(text, kept, tuple(ids[0].tolist()), head, omitted)


def cut(length: int, limit: int) -> tuple[int, int]:
    """Where a text of `length` tokens is cut to `limit`: tokens[:a] and tokens[b:] stay; a == b if nothing goes."""
    if length <= limit:
        return length, length
    head = int(limit * HEAD_SHARE)
    return head, length - (limit - head)


def pad(sequences: Iterable[Sequence[int] | np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Right-padded ids (batch, longest) and lengths (batch,), both int64."""
    rows = [torch.as_tensor(sequence, dtype=torch.int64) for sequence in sequences]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PADDING_ID)
    return ids, torch.tensor([len(row) for row in rows])
