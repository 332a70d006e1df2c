"""Words by which a network's mistakes differ from its hits, and what each word did to the verdicts.

Two questions. Which words are commoner where it errs: log-odds ratios with an informative Dirichlet prior (Monroe,
Colaresi & Quinn 2008, "Fightin' Words", Political Analysis 16), whose z-score neither rare words nor the commonest ones
dominate. Which words move the logit: the attributions (input × gradient) summed by word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from model.attribution.gradients import GRADIENT_TOKENS, for_gradients
from model.attribution.input_x_gradient import INPUT_X_GRADIENT, input_x_gradient
from model.errors import ReviewError
from model.language import gettext, marked
from model.network.checkpoint import Checkpoint
from model.network.logits import batches
from model.network.network import RecurrentNetwork
from model.tables.table import ReviewTable
from model.text import PADDING_ID, UNKNOWN_ID, pad
from model.workbench.overview import HITS, MISTAKES, Outcome, outcomes
from model.workbench.scoring import Scores

METHOD = INPUT_X_GRADIENT  # the attributions: one gradient does for a whole batch

MIN_REVIEWS = 5  # a word in fewer of the compared reviews says more about these than about the network
MAX_ATTRIBUTED = 1_000  # rows: each takes a gradient
BLOCK = 4_096  # rows that are counted at once

COMPARISONS = {  # which mistakes are held against which hits
    marked("all mistakes against all hits"): (MISTAKES, HITS),
    marked("taken for positive: false against true"): ((Outcome.FALSE_POSITIVE,), (Outcome.TRUE_POSITIVE,)),
    marked("taken for negative: false against true"): ((Outcome.FALSE_NEGATIVE,), (Outcome.TRUE_NEGATIVE,)),
    marked("labelled positive: missed against found"): ((Outcome.FALSE_NEGATIVE,), (Outcome.TRUE_POSITIVE,)),
    marked("labelled negative: missed against found"): ((Outcome.FALSE_POSITIVE,), (Outcome.TRUE_NEGATIVE,)),
}
DEFAULT_COMPARISON = next(iter(COMPARISONS))

Progress = Callable[[float], None]
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class WordOdds:
    """Words that are commoner on one side, the clearest first. All are parallel.

    `ids` (words,) int64 in the vocabulary; `mistakes` and `hits` (words,) int64 count how often each occurs; `z`
    (words,) float64 is the log-odds ratio in standard errors, above 0 where mistakes have more of it.
    """

    words: tuple[str, ...]
    ids: np.ndarray
    mistakes: np.ndarray
    hits: np.ndarray
    z: np.ndarray


_NO_WORDS = WordOdds(
    (), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
)


@dataclass(frozen=True, slots=True)
class WordContrast:
    """Words typical of mistakes and words typical of hits, among so many rows of each.

    `missing` is a sentence where there is nothing to compare, else empty.
    """

    mistakes: WordOdds
    hits: WordOdds
    mistake_rows: int
    hit_rows: int
    missing: str


@dataclass(frozen=True, slots=True)
class WordScores:
    """Attributions (input × gradient, logits, above 0 towards positive) by word, over `rows` of the `chosen` rows.

    `totals` float64 and `counts` int64, both (vocabulary,), say what all occurrences of each id did together, and how
    many there are.
    """

    rows: int
    chosen: int
    totals: np.ndarray
    counts: np.ndarray

    @property
    def means(self) -> np.ndarray:
        """What one occurrence of each id did on average, (vocabulary,) float64; NaN where it does not occur."""
        return np.divide(self.totals, self.counts, out=np.full(len(self.totals), np.nan), where=self.counts > 0)


@dataclass(frozen=True, slots=True)
class _Counts:
    """`mistakes`, `hits`, `everywhere` (vocabulary,) int64: occurrences; `reviews`: how many compared rows hold it."""

    mistakes: np.ndarray
    hits: np.ndarray
    everywhere: np.ndarray
    reviews: np.ndarray


def compare_words(
    vocabulary: Sequence[str],
    table: ReviewTable,
    scores: Scores,
    among: np.ndarray | None = None,
    comparison: str = DEFAULT_COMPARISON,
    top: int = 25,
) -> WordContrast:
    """The `top` words by which mistakes differ from hits, of either side; fewer where fewer differ.

    `vocabulary` has the word of each id (torchtext's `itos`). `among` (rows,) bool restricts the rows that are
    compared. The prior has the proportions of all rows of the file, and as many tokens as the smaller side, so that it
    drowns neither. Unknown words and words in fewer than `MIN_REVIEWS` compared rows are left out. Raises `ReviewError`
    for an unknown comparison.
    """
    if comparison not in COMPARISONS:
        said = gettext("There is no such comparison; there are: {names}.")
        raise ReviewError(said.format(names=gettext("; ").join(map(gettext, COMPARISONS))))
    found = outcomes(table, scores)
    allowed = np.ones(len(found), dtype=bool) if among is None else among
    ours, theirs = (allowed & np.isin(found, side) for side in COMPARISONS[comparison])
    mistakes, hits = int(np.count_nonzero(ours)), int(np.count_nonzero(theirs))
    if not (mistakes and hits):
        return WordContrast(_NO_WORDS, _NO_WORDS, mistakes, hits, _missing(mistakes, hits))
    counts = _count(scores, ours, theirs, len(vocabulary))
    z = _z_scores(counts)
    common = np.flatnonzero(counts.reviews >= MIN_REVIEWS)
    more, less = (common[np.argsort(sign * z[common], kind="stable")][:top] for sign in (-1, 1))
    return WordContrast(
        _odds(vocabulary, counts, z, more[z[more] > 0]),
        _odds(vocabulary, counts, z, less[z[less] < 0]),
        mistakes,
        hits,
        "",
    )


def _missing(mistakes: int, hits: int) -> str:
    if not mistakes and not hits:
        return gettext("There is nothing to compare here: mistakes and hits are rows with labels.")
    if mistakes:
        return gettext("There are no hits here with which the mistakes could be compared.")
    return gettext("There are no mistakes here with which the hits could be compared.")


def _odds(vocabulary: Sequence[str], counts: _Counts, z: np.ndarray, ids: np.ndarray) -> WordOdds:
    return WordOdds(tuple(vocabulary[id_] for id_ in ids), ids, counts.mistakes[ids], counts.hits[ids], z[ids])


def _count(scores: Scores, mistakes: np.ndarray, hits: np.ndarray, size: int) -> _Counts:
    """Count ids below `size` over rows; `mistakes` and `hits` (rows,) bool. <unk> and <pad> count as none."""
    side = np.where(mistakes, 1, np.where(hits, 2, 0)).astype(np.int8)
    totals, reviews = np.zeros((3, size), dtype=np.int64), np.zeros(size, dtype=np.int64)
    for start in range(0, len(side), BLOCK):
        of_rows, offsets = side[start : start + BLOCK], scores.offsets[start : start + BLOCK + 1]
        ids = scores.ids[offsets[0] : offsets[-1]]
        of_tokens = np.repeat(of_rows, np.diff(offsets))
        for each in range(3):
            totals[each] += np.bincount(ids[of_tokens == each], minlength=size)
        compared = np.concatenate([[0], np.cumsum(np.diff(offsets)[of_rows > 0])])
        reviews += _reviews_with(ids[of_tokens > 0], compared, size)
    for each in (*totals, reviews):
        each[[UNKNOWN_ID, PADDING_ID]] = 0
    return _Counts(totals[1], totals[2], totals.sum(axis=0), reviews)


def _reviews_with(ids: np.ndarray, offsets: np.ndarray, size: int) -> np.ndarray:
    """In how many reviews each id occurs, (size,): review n is ids[offsets[n]:offsets[n + 1]]."""
    from scipy.sparse import csr_matrix  # not at the top: the app starts without it

    present = (np.ones(len(ids), dtype=np.int8), ids.astype(np.int32), offsets.astype(np.int32))
    by_word = csr_matrix(present, shape=(len(offsets) - 1, size)).tocsc()  # of each word its reviews, rising
    fresh = np.ones(len(ids), dtype=np.int64)
    fresh[1:] = by_word.indices[1:] != by_word.indices[:-1]
    first = by_word.indptr[:-1]
    fresh[first[first < len(ids)]] = 1
    return np.diff(np.concatenate([[0], np.cumsum(fresh)])[by_word.indptr])


def _z_scores(counts: _Counts) -> np.ndarray:
    """Log-odds ratios with the prior, in standard errors: (vocabulary,) float64; 0 where a word never occurs."""
    size = min(counts.mistakes.sum(), counts.hits.sum())  # tokens of the prior
    prior = counts.everywhere * (size / max(1, counts.everywhere.sum()))
    log_odds, variance = [], []
    for side in (counts.mistakes, counts.hits):
        with_prior = side + prior
        others = side.sum() + size - with_prior
        usable = (with_prior > 0) & (others > 0)
        odds = np.divide(with_prior, others, out=np.ones(len(prior)), where=usable)
        log_odds.append(np.log(odds))
        variance.append(np.divide(1, with_prior, out=np.full(len(prior), np.inf), where=usable))
    return (log_odds[0] - log_odds[1]) / np.sqrt(variance[0] + variance[1])


def word_attributions(
    checkpoint: Checkpoint,
    scores: Scores,
    rows: Sequence[int] | np.ndarray,
    progress: Progress = lambda share: None,
    stop: Stop = lambda: False,
) -> WordScores:
    """Sum attributions by word over rows (numbers); over `MAX_ATTRIBUTED` evenly spread ones where there are more.

    `progress` is called with the share done, in [0, 1]. `stop` is asked between batches: what was done until then is
    given back, and `rows` says how many.
    """
    size = checkpoint.network.config.vocabulary_size
    totals, counts, done = np.zeros(size), np.zeros(size, dtype=np.int64), 0
    for batch in _attribute(checkpoint, scores, spread(rows), progress, stop):
        for ids, values in zip(batch.ids, batch.scores, strict=True):
            totals += np.bincount(ids, values, minlength=size)
            counts += np.bincount(ids, minlength=size)
        done += len(batch.rows)
    return WordScores(done, len(rows), totals, counts)


def top_tokens(
    checkpoint: Checkpoint,
    scores: Scores,
    rows: Sequence[int] | np.ndarray,
    k: int = 5,
    most: int = MAX_ATTRIBUTED,
    progress: Progress = lambda share: None,
    stop: Stop = lambda: False,
) -> dict[int, tuple[tuple[str, float], ...]]:
    """By row the k words that did most, with what all their occurrences did together (logits), the strongest first.

    Where more than `most` rows are chosen, evenly spread ones are explained and the others are missing, as are those
    that were not reached before `stop`. Unknown words count as one word, <unk>.
    """
    words = checkpoint.field.vocab.itos
    found = {}
    for batch in _attribute(checkpoint, scores, spread(rows, most), progress, stop):
        for row, ids, values in zip(batch.rows.tolist(), batch.ids, batch.scores, strict=True):
            distinct, places = np.unique(ids, return_inverse=True)
            sums = np.bincount(places, values)
            strongest = np.argsort(-np.abs(sums), kind="stable")[:k]
            found[row] = tuple((words[distinct[place]], float(sums[place])) for place in strongest)
    return found


def spread(rows: Sequence[int] | np.ndarray, most: int = MAX_ATTRIBUTED) -> np.ndarray:
    """The rows, or `most` of them at even distances, the first one among them: (at most `most`,) int64."""
    rows = np.asarray(rows, dtype=np.int64)
    return rows if len(rows) <= most else rows[np.arange(most) * len(rows) // most]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows with the ids of each and, parallel to these, the attribution of each token."""

    rows: np.ndarray
    ids: list[np.ndarray]
    scores: list[np.ndarray]


def _attribute(
    checkpoint: Checkpoint, scores: Scores, rows: np.ndarray, progress: Progress, stop: Stop
) -> Iterator[_Batch]:
    """Attributions of rows, those of like length together, until `stop`."""
    network = for_gradients(checkpoint.network)
    lengths = scores.offsets[rows + 1] - scores.offsets[rows]
    done = 0
    for chosen in batches(lengths.tolist(), GRADIENT_TOKENS):
        if stop():
            return
        ids = [scores.ids[scores.offsets[row] : scores.offsets[row + 1]] for row in rows[chosen]]
        yield _Batch(rows[chosen], ids, _explain(network, ids))
        done += lengths[chosen].sum()
        progress(float(done / lengths.sum()))


def _explain(network: RecurrentNetwork, reviews: list[np.ndarray]) -> list[np.ndarray]:
    """The attribution of each token of each review, as `METHOD` gives it for one."""
    device = network.output.weight.device
    ids, lengths = pad(ids.astype(np.int64) for ids in reviews)
    with torch.no_grad():
        embedded = network.embed(ids.to(device))  # (B, T, E)
    scores = input_x_gradient(network, embedded, lengths.to(device)).double().cpu().numpy()  # (B, T)
    return [row[:length] for row, length in zip(scores, lengths.tolist(), strict=True)]
