"""The scales of a comparison: what a full bar of a score and of a gate stands for, and how numbers are written."""

from __future__ import annotations

from dataclasses import dataclass

from model.attribution.method import Method
from model.language import gettext
from model.network.cells.registry import QUANTITIES
from model.reading.changes import GateChange
from model.reading.comparison import Comparison
from views.drawing.labels import ARROWS
from views.drawing.numbers import signed
from views.drawing.tracks import SCORE_LIMIT, bar_limit

PRINTED = 0.1  # of the scale: a change from here on has its number beside its bar


@dataclass(frozen=True, slots=True)
class ScoreScale:
    """How scores are shown: `limit` is the score of the fullest colour and of a full bar."""

    limit: float
    method: Method

    @property
    def signless(self) -> bool:
        """Whether scores are sizes alone."""
        return not self.method.signed

    @property
    def unit(self) -> str:
        """What the scores are in."""
        return gettext(self.method.unit)

    def text(self, value: float) -> str:
        """A score as text."""
        return f"{value:.3f}" if self.signless else signed(value, 3)

    def change(self, value: float) -> str:
        """The change of a score as text."""
        return signed(value, 3 if self.signless else 2)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the middle of its lane: `share` of the full bar, in [0, 1]; one that goes beyond it is marked."""

    kind: str
    share: float
    number: str = ""


def score_scale(compared: Comparison) -> ScoreScale:
    """The scale of both sides' scores."""
    sides = (compared.left.attribution, compared.right.attribution)
    method = sides[0].method
    return ScoreScale(SCORE_LIMIT if method.signed else max(bar_limit(side) for side in sides), method)


def gate_limit(symbol: str) -> float:
    """The change of a quantity that a full bar stands for."""
    quantity = QUANTITIES[symbol]
    return (quantity.high - quantity.low) / 2 if quantity.bounded else 2.0


def where(gate: GateChange) -> str:
    """Layer and direction of a quantity, in words."""
    return gettext("layer {layer}, {arrow}").format(layer=gate.layer, arrow=gettext(ARROWS[gate.direction]))


def bar(value: float, limit: float, number: str = "") -> Bar:
    """The bar of a change, with its number where it is to be printed."""
    share = value / limit
    kind = f"{'gs-rise' if value > 0 else 'gs-fall'}{' gs-beyond' if abs(share) > 1 else ''}"
    return Bar(kind, min(1.0, abs(share)), number)
