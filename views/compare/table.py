"""All pairs of a comparison with their numbers, as a table and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.reading.changes import GateChange, gate_change
from model.reading.comparison import Comparison
from model.reading.explanation import Explanation
from views.compare.scales import ScoreScale, where
from views.compare.verdicts import token_text
from views.drawing.downloads import csv_link, csv_text
from views.drawing.labels import ARROWS
from views.drawing.numbers import difference, minus, signed
from views.drawing.template import render


@dataclass(frozen=True, slots=True)
class TableSide:
    """One side of a row: the token's place from 1, None where there is none, its text and its score."""

    place: int | None
    text: str
    score: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One pair: both sides, and the numbers after them."""

    sides: tuple[TableSide, TableSide]
    numbers: tuple[str, ...]


def changes_table(
    compared: Comparison, score: ScoreScale, gate: GateChange | None, layer: int, direction: str
) -> Markup:
    """All pairs with their numbers, behind a line that opens them, and the link that saves them as CSV."""
    label = gettext("Download CSV (layer {layer}, {arrow})").format(layer=layer, arrow=gettext(ARROWS[direction]))
    return render(
        "compare/table.html",
        link=csv_link(csv_table(compared, layer, direction), "gatescope-compare", label),
        unit=score.unit,
        symbol="" if gate is None else gate.symbol,
        where="" if gate is None else where(gate),
        rows=list(_rows(compared, score, gate)),
    )


def _rows(compared: Comparison, score: ScoreScale, gate: GateChange | None) -> Iterator[TableRow]:
    left_scores, right_scores = compared.left_scores, compared.right_scores
    for place, pair in enumerate(compared.pairs):
        sides = (
            _side(compared.left, pair.left, left_scores[place], score),
            _side(compared.right, pair.right, right_scores[place], score),
        )
        numbers = [_change(left_scores[place], right_scores[place])]
        if gate is not None:
            before, after = gate.means.left[place], gate.means.right[place]
            numbers += [_number(before), _number(after), _change(before, after), _number(gate.distance[place])]
        yield TableRow(sides, tuple(numbers))


def _side(side: Explanation, own: int | None, value: float, score: ScoreScale) -> TableSide:
    shown = _number(value) if score.signless or np.isnan(value) else signed(float(value), 3)
    return TableSide(None if own is None else own + 1, token_text(side, own), shown)


def _number(value: float) -> str:
    return "–" if np.isnan(value) else minus(f"{value:.3f}")


def _change(left: float, right: float) -> str:
    return "–" if np.isnan(left + right) else difference(float(left), float(right), 3)


def csv_table(compared: Comparison, layer: int, direction: str) -> str:
    """One row for each pair: places, tokens, whether known, attributions and their change; then, for each quantity
    that both networks have in that layer and direction, both means over the units, their change, and the units'
    root mean square difference. What a side lacks is empty.
    """
    arrays: dict[str, np.ndarray] = {}
    for symbol in compared.common_quantities:
        gate = gate_change(compared, symbol, layer, direction)
        if gate is None:
            break
        name = f"layer{layer}.{direction}.{symbol}"
        arrays[f"{name}.A"], arrays[f"{name}.B"] = gate.means.left, gate.means.right
        arrays[f"{name}.change"], arrays[f"{name}.moved"] = gate.change, gate.distance
    header = [f"{name}.{side}" for side in "AB" for name in ("place", "token", "known", "attribution")]
    changes = compared.score_change
    unknown = [set(side.review.unknown) for side in (compared.left, compared.right)]
    rows = (
        [
            *_csv_side(compared.left, pair.left, unknown[0]),
            *_csv_side(compared.right, pair.right, unknown[1]),
            float(changes[place]),
            *(float(array[place]) for array in arrays.values()),
        ]
        for place, pair in enumerate(compared.pairs)
    )
    return csv_text([*header, "attribution.change", *arrays], rows)


def _csv_side(side: Explanation, place: int | None, unknown: set[int]) -> list[object]:
    if place is None:
        return [None, None, None, None]
    return [place + 1, token_text(side, place), "no" if place in unknown else "yes", side.attribution.scores[place]]
