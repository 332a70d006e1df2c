"""Which reader carries the difference of two verdicts, and where: the states of one reading put into the other.

A column is a token, a square in it a reader; both ways are drawn, B's states in A and A's in B.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext, joined
from model.reading.explanation import Reading
from model.recurrence.patching import Patched, PatchedReader
from views.drawing.downloads import csv_link, csv_text
from views.drawing.labels import WAYS
from views.drawing.numbers import difference, signed
from views.drawing.template import render

PRINTED = 0.1  # of the difference: an effect from here on has its number in its square
REACHED = 12  # columns, those of the largest effects, that the tab key reaches
NOTHING = 0.01  # logits: verdicts that differ by less leave nothing to carry over


@dataclass(frozen=True, slots=True)
class Square:
    """What one reader's state does to the verdict: `sign` is a class, `weight` the strength of the colour in [0, 1]."""

    sign: str
    weight: float
    number: str


@dataclass(frozen=True, slots=True)
class PatchColumn:
    """A token, as A has it and as B has it where they differ, and its squares, one for each reader."""

    words: tuple[str, ...]
    squares: tuple[Square, ...]
    label: str
    reached: bool


@dataclass(frozen=True, slots=True)
class PatchGrid:
    """One way: the states of the reading `source` put into `into`, and what most of it comes from."""

    source: str
    into: str
    readers: tuple[str, ...]
    columns: tuple[PatchColumn, ...]
    whole: tuple[Square, ...]
    logit: str
    other: str
    difference: str
    most: str
    reader: str
    effect: str
    share: int


def patching_card(left: Reading, right: Reading, into_left: Patched, into_right: Patched) -> Markup:
    """Both grids, with a sentence each, or a sentence alone where both verdicts are the same."""
    return render(
        "compare/patching.html",
        grids=[_grid((left, right), into_left, "AB"), _grid((right, left), into_right, "BA")]
        if abs(into_left.difference) >= NOTHING
        else [],
        parity=f"{max(into_left.parity, into_right.parity):.1g}",
        csv=csv_link(_csv(left, right, into_left, into_right), "gatescope-patching", gettext("Download CSV")),
    )


def _grid(sides: tuple[Reading, Reading], patched: Patched, names: str) -> PatchGrid:
    """`sides` and `names`: what is read, and where the states are taken from."""
    effects = np.stack([patched.effects(reader) for reader in patched.readers])  # (readers, T)
    reader, place = np.unravel_index(np.abs(effects).argmax(), effects.shape)
    most = float(effects[reader, place])
    names_of_readers = tuple(_reader(each) for each in patched.readers)
    return PatchGrid(
        source=names[1],
        into=names[0],
        readers=names_of_readers,
        columns=tuple(_columns(sides, effects, names_of_readers, patched.difference)),
        whole=tuple(_square(each.whole - patched.logit, patched.difference) for each in patched.readers),
        logit=signed(patched.logit),
        other=signed(patched.other),
        difference=difference(patched.logit, patched.other, 2),
        most=sides[1].review.tokens[int(place)].text,
        reader=names_of_readers[int(reader)],
        effect=signed(most),
        share=round(100 * most / patched.difference),
    )


def _columns(
    sides: tuple[Reading, Reading], effects: np.ndarray, readers: Sequence[str], total: float
) -> Iterator[PatchColumn]:
    reached = set(np.argsort(-np.abs(effects).max(axis=0), kind="stable")[:REACHED].tolist())
    for place, pair in enumerate(zip(*(side.review.tokens for side in sides), strict=True)):
        words = tuple(dict.fromkeys(token.text for token in pair))
        numbers = joined(
            f"{name} {signed(value)}" for name, value in zip(readers, effects[:, place].tolist(), strict=True)
        )
        word = " → ".join(f"“\u2068{each}\u2069”" for each in words)
        yield PatchColumn(
            words=words,
            squares=tuple(_square(value, total) for value in effects[:, place].tolist()),
            label=gettext("{word} (token {place}), logits: {numbers}").format(
                word=word, place=place + 1, numbers=numbers
            ),
            reached=place in reached,
        )


def _square(effect: float, total: float) -> Square:
    share = abs(effect / total)
    return Square("gs-pos" if effect > 0 else "gs-neg", min(1.0, share), signed(effect) if share >= PRINTED else "")


def _reader(reader: PatchedReader) -> str:
    return gettext("layer {layer} {arrow}").format(layer=reader.layer, arrow=WAYS[reader.direction])


def _csv(left: Reading, right: Reading, into_left: Patched, into_right: Patched) -> str:
    """A row for each token; for each reader what it does to either logit."""
    ways = {"B.into.A": into_left, "A.into.B": into_right}
    effects = {
        f"layer{reader.layer}.{reader.direction}.{way}": patched.effects(reader).tolist()
        for way, patched in ways.items()
        for reader in patched.readers
    }
    tokens = zip(left.review.tokens, right.review.tokens, strict=True)
    rows = (
        [place + 1, ours.text, theirs.text, *(values[place] for values in effects.values())]
        for place, (ours, theirs) in enumerate(tokens)
    )
    return csv_text(["place", "token.A", "token.B", *effects], rows)
