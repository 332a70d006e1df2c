"""Who wrote what a unit holds at a token, and what the verdict read of it (model/recurrence/ledger.py), in numbers.

Both are exact sums, given the gates; the numbers shown add up as shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.reading.explanation import Reading
from model.recurrence.ledger import ReadLedger, WrittenLedger
from model.recurrence.step import CellStep
from views.drawing.numbers import signed
from views.drawing.template import render

WRITERS = 6  # words that are named
INKED, LEAST = 4, 0.02  # words that are named below the drawing; the share of one that is worth it
DIGITS = 2


@dataclass(frozen=True, slots=True)
class Writer:
    """A word with what it wrote and the forget gates have left of it, and how long its bar is, in [-1, 1]."""

    token: str
    amount: str
    bar: float


@dataclass(frozen=True, slots=True)
class Inked:
    """A word with its share in what a unit holds, in [-1, 1]: negative where what it wrote is."""

    token: str
    share: float

    @property
    def percent(self) -> int:
        """Of all that is held, whatever its sign."""
        return round(100 * abs(self.share))


def ledger_card(reading: Reading, step: CellStep, ledger: WrittenLedger, read: ReadLedger | None) -> Markup:
    """Of one unit at one token. `read` is that of the last layer, which alone is read off; None of another layer."""
    symbol = reading.gates.cell.memory
    held = ledger.of_unit(step.unit, step.place)
    order = np.argsort(-np.abs(held), kind="stable")[:WRITERS].tolist()
    largest = [place for place in order if round(held[place], DIGITS)]
    scale = float(np.abs(held).max()) or 1.0
    tokens = reading.review.tokens
    total = round(float(held.sum()), DIGITS)
    others = total - sum(round(held[place], DIGITS) for place in largest)
    return render(
        "cell/ledger.html",
        title=gettext("Who wrote it, who read it") if read else gettext("Who wrote it"),
        symbol=symbol,
        unit=step.unit,
        token=tokens[step.place].text,
        writers=[Writer(tokens[place].text, signed(held[place]), held[place] / scale) for place in sorted(largest)],
        others=signed(others),
        total=signed(total),
        read=_read(step, read, reading.prediction.logit) if read else "",
    )


def writers_line(reading: Reading, step: CellStep, ledger: WrittenLedger) -> Markup | str:
    """The words that wrote most of what a unit holds, each inked by its share, the largest first; "" if it holds
    nothing. The ledger's card has the numbers.
    """
    held = ledger.of_unit(step.unit, step.place)
    total = float(np.abs(held).sum())
    if not total:
        return ""
    tokens = reading.review.tokens
    largest = np.argsort(-np.abs(held), kind="stable")[:INKED].tolist()
    inked = [Inked(tokens[place].text, held[place] / total) for place in largest if abs(held[place]) >= LEAST * total]
    return render("cell/writers.html", symbol=reading.gates.cell.memory, words=inked)


def _read(step: CellStep, ledger: ReadLedger, logit: float) -> str:
    """What of the verdict was read off the unit, and here."""
    read = ledger.of_unit(step.unit, step.direction)
    return gettext(
        "Of the verdict's {logit} logits {all} were read off this unit, {here} of them at this token."
    ).format(logit=signed(logit), all=signed(float(read.sum())), here=signed(float(read[step.place])))
