"""Many reviews read for the atlas of a checkpoint: see `model.reading.atlas`.

What is shipped with a checkpoint is made of texts that were written by hand for this repository; an atlas of other
texts holds pieces of them and stays where its owner puts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from model.assets import ASSETS
from model.attribution.method import Progress
from model.errors import ReviewError
from model.language import gettext
from model.network import checkpoint as checkpoints
from model.network.checkpoint import Checkpoint
from model.network.network import RecurrentNetwork
from model.reading import atlas as atlases
from model.reading.atlas import AROUND, EACH, FILE, NONE, Atlas, TraceAtlas, fingerprint
from model.reading.claims import Tested, check_concept
from model.reading.concepts import CONCEPTS
from model.recurrence.replay import replay
from model.tables.table import read_table
from model.text import EncodedReview, encode, pad

OWN = ("reviews.csv", "sentences.csv", "behaviour.json")  # of the assets: all written by hand for this repository
MAX_TOKENS = 100_000  # of all reviews together: 400 MB of memory for 1,024 units
BATCH = 4_000  # places that are read at once, padding included
SEED = 1  # of the halves and the random units
READING = 0.6  # the share of the time that reading takes


@dataclass(frozen=True, slots=True)
class _Read:
    """What is kept of one layer and direction in one review: its memory (tokens, units), and the sum of h (units,)."""

    layer: int
    direction: str
    memory: np.ndarray
    sum_of_h: np.ndarray


_Reading = list[_Read]  # of one review
Run = Callable[[Callable[[], list[_Reading]]], list[_Reading]]


def own_texts() -> tuple[str, ...]:
    """The texts that come with the page. Raises `DataError` where they are missing or spoilt."""
    return tuple(text for name in OWN for text in read_table(ASSETS / name, limited=False).texts)


def write_own_atlas(folder: Path, progress: Progress = lambda share: None) -> None:
    """Make the atlas of the checkpoint in a folder of the texts that come with the page, and put it there.

    Raises `CheckpointError`, `DataError`, and `OSError` where it cannot be written.
    """
    loaded = checkpoints.load(folder.name, folder.parent)
    atlases.write(folder / FILE, make_atlas(loaded, own_texts(), fingerprint(folder), progress=progress))


def make_atlas(
    checkpoint: Checkpoint,
    texts: Iterable[str],
    weights: str,
    source: str = "",
    progress: Progress = lambda share: None,
    run: Run = lambda read: read(),
) -> Atlas:
    """Read texts, and find where each unit is highest, in the middle and lowest. See `Atlas` for `weights`, `source`.

    What cannot be read is left out, and so is what comes after `MAX_TOKENS` tokens. `progress` is told the share of
    the work that is done; each batch is read within `run`. Raises `ReviewError` where no text can be read, and
    whatever `progress` raises.
    """
    reviews = _encoded(checkpoint, texts)
    if not reviews:
        raise ReviewError(gettext("There is no text that can be read."))
    read = _read_all(checkpoint.network, reviews, lambda share: progress(READING * share), run)
    words = tuple(tuple(token.text for token in review.tokens) for review in reviews)
    lower = [[word.lower() for word in review] for review in words]
    by_trace = list(zip(*read, strict=True))
    memories = [np.concatenate([each.memory for each in of_reviews]) for of_reviews in by_trace]
    contexts = _contexts(lower)
    traces = tuple(_trace(*found, contexts) for found in zip(by_trace, memories, strict=True))
    tested: list[Tested | None] = []
    for concept in CONCEPTS:
        tested.append(check_concept(concept, lower, [each.direction for each in traces], memories, SEED))
        progress(READING + (1 - READING) * len(tested) / len(CONCEPTS))
    return Atlas(weights, source, words, traces, tuple(each for each in tested if each))


def _encoded(checkpoint: Checkpoint, texts: Iterable[str]) -> list[EncodedReview]:
    found, tokens = [], 0
    for text in texts:
        try:
            review = encode(text, checkpoint.field)
        except ReviewError:
            continue
        tokens += len(review.tokens)
        if tokens > MAX_TOKENS:
            break
        found.append(review)
    return found


def _read_all(
    network: RecurrentNetwork, reviews: Sequence[EncodedReview], progress: Progress, run: Run
) -> list[_Reading]:
    """What was read of each review, in their order; reviews of like length are read together."""
    order = sorted(range(len(reviews)), key=lambda number: len(reviews[number].ids))
    found: dict[int, _Reading] = {}
    while len(found) < len(order):
        batch = order[len(found) :]
        most = [count for count in range(1, len(batch) + 1) if count * len(reviews[batch[count - 1]].ids) <= BATCH]
        batch = batch[: most[-1] if most else 1]
        read = run(partial(_read, network, [reviews[number].ids for number in batch]))
        found.update(zip(batch, read, strict=True))
        progress(len(found) / len(order))
    return [found[number] for number in range(len(reviews))]


@torch.inference_mode()
def _read(network: RecurrentNetwork, ids: Sequence[Sequence[int]]) -> list[_Reading]:
    """Replay some reviews at once; what is kept of each."""
    padded, lengths = (each.to(network.output.weight.device) for each in pad(ids))
    read: list[_Reading] = [[] for _ in ids]
    for layer, states in enumerate(replay(network, network.embed(padded), lengths), start=1):
        memories, hidden = (states.values(symbol).cpu().numpy() for symbol in (network.cell.memory, "h"))
        for direction, memory, h in zip(network.config.directions, memories, hidden, strict=True):  # (B, T, H)
            for number, length in enumerate(map(len, ids)):
                of_h = h[number, :length].sum(axis=0, dtype=np.float64)
                read[number].append(_Read(layer, direction, memory[number, :length].copy(), of_h))
    return read


def _contexts(reviews: Sequence[Sequence[str]]) -> np.ndarray:
    """A number for each token of all reviews (tokens,) that it shares with those in the same context alone."""
    known: dict[tuple[tuple[str, ...], int], int] = {}
    numbers = []
    for words in reviews:
        for place in range(len(words)):
            context = tuple(words[max(0, place - AROUND) : place + AROUND + 1]), min(place, AROUND)
            numbers.append(known.setdefault(context, len(known)))
    return np.array(numbers)


def _trace(of_reviews: Sequence[_Read], memory: np.ndarray, contexts: np.ndarray) -> TraceAtlas:
    """One layer and direction, from what was read of each review and from all its memory, (all tokens, units)."""
    starts = np.cumsum([0, *(len(each.memory) for each in of_reviews[:-1])])
    middle = np.median(memory, axis=0)
    # of each review the one token that is furthest up, nearest to the middle, furthest down: (reviews, units) each
    scores = (lambda part: part, lambda part: -np.abs(part - middle), lambda part: -part)
    best = [
        np.stack([score(each.memory).argmax(axis=0) + start for each, start in zip(of_reviews, starts, strict=True)])
        for score in scores
    ]
    units = np.arange(memory.shape[1])
    places = np.full((len(units), len(scores), EACH), NONE)
    for kind, (score, candidates) in enumerate(zip(scores, best, strict=True)):
        order = np.argsort(-score(memory[candidates, units]), axis=0, kind="stable")  # (R, H)
        for unit in units:
            first = _first_contexts(candidates[order[:, unit], unit].tolist(), contexts)
            places[unit, kind, : len(first)] = first
    values = np.where(places == NONE, 0, memory[places, units[:, None, None]])
    means = sum((each.sum_of_h for each in of_reviews), start=np.zeros(len(units))) / len(memory)
    return TraceAtlas(of_reviews[0].layer, of_reviews[0].direction, means, places, values.astype(np.float64))


def _first_contexts(places: Sequence[int], contexts: np.ndarray) -> list[int]:
    """The first `EACH` of some tokens, of those in the same context the first alone."""
    found: dict[int, int] = {}
    for place in places:
        found.setdefault(int(contexts[place]), place)
        if len(found) == EACH:
            break
    return list(found.values())
