"""Two reviews token by token: a column is a pair of tokens with bars for what changed.

Columns wrap as words do, so that a long review is read like a text. All numbers of a column are its label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.network.cells.registry import CELLS
from model.reading.changes import GateChange, largest, quiet_pairs, stretches
from model.reading.comparison import Comparison
from views.compare.scales import PRINTED, Bar, ScoreScale, bar, gate_limit, where
from views.compare.verdicts import places_text, token_text
from views.drawing.downloads import png_button
from views.drawing.labels import NAMES
from views.drawing.numbers import difference, minus
from views.drawing.template import render

REACHED = 12  # columns, those of the largest changes, that the tab key reaches
FOLDED = 40  # pairs from which on folding is offered; done at once where most of them are quiet


@dataclass(frozen=True, slots=True)
class Word:
    """A token in its colour: `sign` is a class, `weight` the strength of the colour in [0, 1]."""

    text: str
    sign: str
    unknown: bool
    weight: float


@dataclass(frozen=True, slots=True)
class GateLane:
    """What became of the quantity at a pair; without a bar where a side has no token.

    `moved` is how far the units moved, as a share of the full bar in [0, 1]; None where that is not defined.
    """

    bar: Bar | None
    moved: float | None


@dataclass(frozen=True, slots=True)
class Column:
    """One pair. `kind` is a class, `tie` the sign between both words, `cuts` is said before it.

    A quiet one may be folded away; `folded` is how many the stretch has that begins here, 0 where none does.
    """

    kind: str
    tie: str
    words: tuple[Word | None, Word | None]
    score: Bar
    gate: GateLane | None
    label: str
    quiet: bool
    reached: bool
    cuts: tuple[str, ...]
    folded: int


@dataclass(frozen=True, slots=True)
class Lacking:
    """The name of a kind of cell that has not what was asked for, and whether it has gates."""

    cell: str
    gated: bool


@dataclass(frozen=True, slots=True)
class GateNote:
    """How the lower bar is read: the quantity, its full bar, and the token at which the units moved most."""

    name: str
    symbol: str
    where: str
    limit: float
    same_checkpoint: bool
    farthest: str
    place: str
    distance: float


def aligned(compared: Comparison, score: ScoreScale, gate: GateChange | None, symbol: str) -> Markup:
    """The aligned tokens, column by column, with a key, a legend and a line for the numbers of one column.

    `symbol` is the quantity that was asked for; the page says where another one is shown.
    """
    limit = 1.0 if gate is None else gate_limit(gate.symbol)
    quiet = quiet_pairs(compared, score.limit, gate, limit)
    return render(
        "compare/pairs.html",
        columns=list(_Columns(compared, score, gate, quiet)),
        foldable=len(compared.pairs) >= FOLDED and bool(quiet.any()),
        folded=bool(quiet.mean() > 0.5),
        png=png_button("gatescope-compare"),
        score=score,
        full=_full_bar(score),
        gate=None if gate is None else _gate_note(compared, gate),
        symbol=symbol,
        lacking=[] if gate is None else _lacking(compared, symbol),
    )


def _lacking(compared: Comparison, symbol: str) -> list[Lacking]:
    """The kinds of cell that have no such quantity, each once."""
    cells = dict.fromkeys(side.gates.cell.key for side in (compared.left, compared.right))
    kinds = [CELLS[key] for key in cells if symbol not in CELLS[key].symbols]
    return [Lacking(gettext(cell.name), bool(cell.gates)) for cell in kinds]


def _full_bar(score: ScoreScale) -> str:
    """What a full bar of a score stands for."""
    if score.signless or score.limit != 1:
        return f"{score.limit:.2g} {score.unit}"
    return gettext("1 logit")


def _gate_note(compared: Comparison, gate: GateChange) -> GateNote:
    place = gate.farthest
    pair = None if place is None else compared.pairs[place]
    return GateNote(
        name=gettext(NAMES[gate.symbol]),
        symbol=gate.symbol,
        where=where(gate),
        limit=gate_limit(gate.symbol),
        same_checkpoint=compared.same_checkpoint,
        farthest="" if pair is None else token_text(compared.right, pair.right),
        place="" if pair is None else places_text(pair),
        distance=0.0 if place is None else float(gate.distance[place]),
    )


class _Columns:
    """The columns in order. The arrays of a comparison are made once here, not for each column."""

    def __init__(self, compared: Comparison, score: ScoreScale, gate: GateChange | None, quiet: np.ndarray) -> None:
        self.compared, self.score, self.gate, self.quiet = compared, score, gate, quiet
        self.limit = 1.0 if gate is None else gate_limit(gate.symbol)
        self.same, self.shift = compared.same, compared.shift
        self.sides = (compared.left, compared.right)
        self.scores = (compared.left_scores, compared.right_scores)
        self.unknown = tuple(set(side.review.unknown) for side in self.sides)

    def __iter__(self) -> Iterator[Column]:
        reached = set(largest(self.shift, REACHED))
        folded = {stretch.start: stretch.length for stretch in stretches(self.quiet)}
        for place in range(len(self.compared.pairs)):
            yield self._column(place, place in reached, folded.get(place, 0))

    def _column(self, place: int, reached: bool, folded: int) -> Column:
        pair = self.compared.pairs[place]
        kind, tie = self._kind(place)
        shift = float(self.shift[place])
        number = self.score.change(shift) if abs(shift) >= PRINTED * self.score.limit else ""
        return Column(
            kind=kind,
            tie=tie,
            words=(self._word(0, pair.left, place), self._word(1, pair.right, place)),
            score=bar(shift, self.score.limit, number),
            gate=self._gate_lane(place),
            label=self._numbers(place),
            quiet=bool(self.quiet[place]),
            reached=reached,
            cuts=self._cuts(place),
            folded=folded,
        )

    def _cuts(self, place: int) -> tuple[str, ...]:
        """Where a review was cut before this pair."""
        pair = self.compared.pairs[place]
        said = gettext("{side}: {count:,} tokens left out")
        return tuple(
            said.format(side=name, count=side.review.omitted)
            for name, side, own in zip("AB", self.sides, (pair.left, pair.right), strict=True)
            if side.review.omitted and own == side.review.head
        )

    def _kind(self, place: int) -> tuple[str, str]:
        """The class of the column, and the sign between both tokens."""
        pair = self.compared.pairs[place]
        if pair.left is None:
            return "gs-pair-new", "+"
        if pair.right is None:
            return "gs-pair-gone", "−"
        return ("gs-pair-same", "") if self.same[place] else ("gs-pair-other", "≠")

    def _word(self, side: int, own: int | None, place: int) -> Word | None:
        if own is None:
            return None
        value = float(self.scores[side][place])
        sign = "gs-plain" if self.score.signless else "gs-pos" if value > 0 else "gs-neg"
        weight = min(1.0, abs(value) / self.score.limit)
        return Word(self.sides[side].review.tokens[own].text, sign, own in self.unknown[side], weight)

    def _gate_lane(self, place: int) -> GateLane | None:
        if self.gate is None:
            return None
        change, distance = float(self.gate.change[place]), float(self.gate.distance[place])
        if np.isnan(change):
            return GateLane(None, None)
        return GateLane(bar(change, self.limit), None if np.isnan(distance) else min(1.0, distance / self.limit))

    def _numbers(self, place: int) -> str:
        """The numbers of a column as text, of which each token is kept apart from what stands around it."""
        pair = self.compared.pairs[place]
        words = [self._said(side, own, place) for side, own in enumerate((pair.left, pair.right)) if own is not None]
        shift = difference(float(self.scores[0][place]), float(self.scores[1][place]), 3)
        if len(words) == 2:
            text = f"{' → '.join(words)}: {shift} {self.score.unit}"
        else:
            text = gettext("Only in {word} {unit}").format(word=words[0], unit=self.score.unit)
        return text + self._gate_numbers(place)

    def _said(self, side: int, own: int, place: int) -> str:
        """One token with its score."""
        token = self.sides[side].review.tokens[own].text
        said = f"{'AB'[side]} “\u2068{token}\u2069” {self.score.text(float(self.scores[side][place]))}"
        return said + gettext(", unknown word") if own in self.unknown[side] else said

    def _gate_numbers(self, place: int) -> str:
        if self.gate is None:
            return ""
        means = [float(side[place]) for side in (self.gate.means.left, self.gate.means.right)]
        text = f" · {self.gate.symbol} {' → '.join(minus(f'{mean:.3f}') for mean in means if not np.isnan(mean))}"
        distance = float(self.gate.distance[place])
        if np.isnan(distance):
            return text
        return text + gettext(", units moved by {distance:.3f}").format(distance=distance)
