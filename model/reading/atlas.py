"""The atlas of a checkpoint: for each unit where, over many reviews, it is highest, in the middle and lowest.

A unit that is looked at in one review alone seems to mean what happens to stand there. The atlas shows it in the
contexts of others, with its mean, and how well it tells some concepts on reviews that it was not chosen by
(`model.reading.claims`). It lies in the checkpoint's folder as `FILE`, JSON in gzip, and says of which weights it was
made. `model.reading.across` makes it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model import files
from model.errors import CheckpointError
from model.language import gettext
from model.network.network import NetworkConfig
from model.reading.claims import Tested
from model.reading.passing import Means

FILE, FORMAT = "atlas.json.gz", 1
MAX_BYTES = 100_000_000  # of the JSON; a larger one is no atlas of ours
KINDS = HIGHEST, MIDDLE, LOWEST = range(3)
EACH = 5  # contexts of a kind, at most, and at most one from a review
AROUND = 4  # tokens of a context on either side
NONE = -1  # in the place of a context that there is not


@dataclass(frozen=True, slots=True)
class Context:
    """A token of a review, `words[marked]`, with those around it, and what the unit's memory holds there."""

    words: tuple[str, ...]
    marked: int
    value: float


@dataclass(frozen=True, slots=True)
class ConceptOfUnit:
    """How well one unit tells a concept; as in `Tested`, of that unit alone."""

    concept: str
    first_half: float
    held_out: float
    claimed: bool
    random_count: int
    random_median: float
    random_high: float


@dataclass(frozen=True, slots=True)
class UnitAcross:
    """A unit (from 0) of a layer (from 1) and direction across reviews: its `EACH` contexts of each of `KINDS`, the
    first one first, the mean of its h, and the concepts that there were labels for.
    """

    layer: int
    direction: str
    unit: int
    mean: float
    contexts: tuple[tuple[Context, ...], ...]
    concepts: tuple[ConceptOfUnit, ...]


@dataclass(frozen=True, slots=True)
class TraceAtlas:
    """All units of a layer (from 1) and direction. `means` (units,): of h, over all tokens. `places` and `values`
    (units, 3, `EACH`), by kind: tokens, counted through all reviews, or `NONE`; and the memory there.
    """

    layer: int
    direction: str
    means: np.ndarray
    places: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class Atlas:
    """What was found over `reviews`, each the words of one; `source` names them, "" those that come with the page.

    `weights`: sha256 of the file of the network's weights, 64 hex digits.
    """

    weights: str
    source: str
    reviews: tuple[tuple[str, ...], ...]
    traces: tuple[TraceAtlas, ...]
    tested: tuple[Tested, ...]

    @property
    def means(self) -> Means:
        """Of each unit's h."""
        return Means(len(self.reviews), {(each.layer, each.direction): each.means for each in self.traces})

    def nearest(self, layer: int, direction: str) -> TraceAtlas:
        """That of a layer (from 1) and direction; of the last layer, and forward, where there is no such one."""
        layer = min(layer, self.traces[-1].layer)
        there = {each.direction: each for each in self.traces if each.layer == layer}
        return there.get(direction, there["forward"])

    def of(self, layer: int, direction: str, unit: int) -> UnitAcross:
        """One unit. Raises `KeyError` for a layer and direction, `IndexError` for a unit that there is not."""
        there = [(trace.layer, trace.direction) for trace in self.traces]
        if (layer, direction) not in there:
            raise KeyError(layer, direction)
        index = there.index((layer, direction))
        trace = self.traces[index]
        starts = np.cumsum([0, *map(len, self.reviews)])
        contexts = tuple(
            tuple(
                self._context(starts, int(place), float(value))
                for place, value in zip(trace.places[unit, kind], trace.values[unit, kind], strict=True)
                if place != NONE
            )
            for kind in KINDS
        )
        concepts = tuple(_of_unit(each, index, unit) for each in self.tested)
        return UnitAcross(layer, direction, unit, float(trace.means[unit]), contexts, concepts)

    def _context(self, starts: np.ndarray, place: int, value: float) -> Context:
        review = int(np.searchsorted(starts, place, side="right")) - 1
        words, here = self.reviews[review], place - int(starts[review])
        first = max(0, here - AROUND)
        return Context(words[first : here + AROUND + 1], here - first, value)


def _of_unit(tested: Tested, index: int, unit: int) -> ConceptOfUnit:
    return ConceptOfUnit(
        tested.concept,
        float(tested.first_half[index, unit]),
        float(tested.held_out[index, unit]),
        bool(tested.claimed[index, unit]),
        tested.random_count,
        tested.random_median,
        tested.random_high,
    )


def fingerprint(folder: Path) -> str:
    """The sha256 of the weights of the checkpoint in a folder, 64 hex digits. Raises `OSError`."""
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def write(path: Path, atlas: Atlas) -> None:
    """Write an atlas; the same one gives the same bytes. Raises `OSError`."""
    stored = {
        "format": FORMAT,
        "weights": atlas.weights,
        "source": atlas.source,
        "reviews": atlas.reviews,
        "traces": [
            {
                "layer": trace.layer,
                "direction": trace.direction,
                "means": trace.means.round(4).tolist(),
                "places": trace.places.tolist(),
                "values": trace.values.round(3).tolist(),
            }
            for trace in atlas.traces
        ],
        "tested": [
            {
                "concept": each.concept,
                "first_half": each.first_half.round(3).tolist(),
                "held_out": each.held_out.round(3).tolist(),
                "claimed": np.argwhere(each.claimed).tolist(),
                "random_count": each.random_count,
                "random_median": round(each.random_median, 3),
                "random_high": round(each.random_high, 3),
            }
            for each in atlas.tested
        ],
    }
    text = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
    files.write_bytes(path, gzip.compress(text.encode("utf-8"), mtime=0))


def read(folder: Path, config: NetworkConfig) -> Atlas | None:
    """The atlas of the checkpoint in a folder, whose network has that configuration; None where there is none.

    Raises `CheckpointError` with one sentence for anything that is not as it should be.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        atlas = _parse(_stored(path), config)
        weights = fingerprint(folder)
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        said = gettext("{file} of checkpoint '{name}' cannot be used.").format(file=FILE, name=folder.name)
        raise CheckpointError(said) from error
    if atlas.weights != weights:
        said = gettext(
            "{file} of checkpoint '{name}' is of other weights: 'python -m model atlas {name}' makes it anew."
        )
        raise CheckpointError(said.format(file=FILE, name=folder.name))
    return atlas


def _stored(path: Path) -> Mapping[str, Any]:
    with gzip.open(path) as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError("too large")
    stored: Mapping[str, Any] = json.loads(content)
    if stored["format"] != FORMAT:
        raise ValueError("of another format")
    return stored


def _parse(stored: Mapping[str, Any], config: NetworkConfig) -> Atlas:
    """Raises `ValueError`, `KeyError` or `TypeError` for what is no atlas of such a network."""
    reviews = tuple(tuple(map(str, words)) for words in stored["reviews"])
    tokens = sum(map(len, reviews))
    traces = tuple(_trace(each, config.hidden_size, tokens) for each in stored["traces"])
    wanted = [(layer, direction) for layer in range(1, config.layers + 1) for direction in config.directions]
    if [(trace.layer, trace.direction) for trace in traces] != wanted:
        raise ValueError("not the layers of the network")
    shape = (len(traces), config.hidden_size)
    return Atlas(
        str(stored["weights"]),
        str(stored["source"]),
        reviews,
        traces,
        tuple(_tested(each, shape) for each in stored["tested"]),
    )


def _trace(stored: Mapping[str, Any], hidden: int, tokens: int) -> TraceAtlas:
    shape = (hidden, len(KINDS), EACH)
    places = _array(stored["places"], shape, np.int64)
    if not ((places >= NONE) & (places < tokens)).all():
        raise ValueError("places that there are not")
    means, values = _array(stored["means"], (hidden,), np.float64), _array(stored["values"], shape, np.float64)
    return TraceAtlas(int(stored["layer"]), str(stored["direction"]), means, places, values)


def _tested(stored: Mapping[str, Any], shape: tuple[int, ...]) -> Tested:
    claimed = np.zeros(shape, dtype=bool)
    for index, unit in stored["claimed"]:
        claimed[index, unit] = True
    return Tested(
        str(stored["concept"]),
        _array(stored["first_half"], shape, np.float64),
        _array(stored["held_out"], shape, np.float64),
        claimed,
        int(stored["random_count"]),
        float(stored["random_median"]),
        float(stored["random_high"]),
    )


def _array(stored: Sequence[Any], shape: tuple[int, ...], kind: type[np.generic]) -> np.ndarray:
    array = np.array(stored, dtype=kind)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError("not the units of the network")
    return array
