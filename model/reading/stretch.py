"""From a stretch of the review to the units that stand out there, which is what LSTMVis asks (Strobelt et al. 2018).

A person selects some tokens. A unit answers to them if a threshold parts them from their neighbours: its memory lies
beyond it at every token of the stretch, and not at the token before nor at the one after. LSTMVis sets the threshold by
hand, one for all units; here each unit has its own, and the wider the range of those that would do the more it stands
out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.errors import ReviewError
from model.language import gettext, ngettext
from model.reading.telling import Measured, TellingUnit, most_telling
from model.recurrence.replay import GateTrace, GateTraces

STANDS_OUT = "stands-out"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tokens of a review from place `first` to place `last`, both inclusive and counted from 0."""

    first: int
    last: int

    @classmethod
    def around(cls, place: int, tokens: int) -> Stretch:
        """A token (from 0) of a review of so many with its neighbours; alone where that would be the whole review."""
        first, last = max(place - 1, 0), min(place + 1, tokens - 1)
        return cls(place, place) if last - first + 1 == tokens else cls(first, last)

    def check(self, tokens: int) -> None:
        """Raise `ReviewError` with the reason if it is no part of a review of so many tokens."""
        if not (0 <= self.first < tokens and 0 <= self.last < tokens):
            sentence = ngettext(
                "Choose tokens within the review, which has {count:,} token.",
                "Choose tokens within the review, which has {count:,} tokens.",
                tokens,
            )
            raise ReviewError(sentence.format(count=tokens))
        if self.last < self.first:
            raise ReviewError(gettext("The stretch ends before it starts: choose a later token, or the same one."))
        if self.last - self.first + 1 == tokens:
            sentence = gettext("The stretch is the whole review: it needs a token beside it that it stands out from.")
            raise ReviewError(sentence)


def units_over(gates: GateTraces, stretch: Stretch, count: int) -> tuple[TellingUnit, ...]:
    """The units of all layers and directions that stand out most over a stretch, the first one first, at most `count`.

    With m the memory of a unit, above is min(m inside) - max(m beside), below is min(m beside) - max(m inside); beside
    are the token before the stretch and the one after, as far as the review has them. The larger of the two is what
    is ranked, if it is above 0: the width of the range of thresholds that part the stretch from its neighbours. The
    `value` of a unit is that width, negative where the stretch lies below; its places are the two ends of the stretch
    in the order in which its direction reads, or the one token. Raises `ReviewError` for a stretch that
    `Stretch.check` refuses.
    """
    stretch.check(len(gates.traces[0].h))
    return most_telling(STANDS_OUT, [_stands_out(trace, stretch) for trace in gates.traces], count)


def _stands_out(trace: GateTrace, stretch: Stretch) -> Measured:
    memory = trace.memory.astype(np.float64)
    inside = memory[stretch.first : stretch.last + 1]
    places = [place for place in (stretch.first - 1, stretch.last + 1) if 0 <= place < len(memory)]
    beside = memory[places]
    above = inside.min(axis=0) - beside.max(axis=0)
    below = beside.min(axis=0) - inside.max(axis=0)
    width = np.maximum(above, below)
    ends = sorted({stretch.first, stretch.last}, reverse=trace.direction == "backward")
    return Measured(trace, width, np.where(above > below, width, -width), np.repeat([ends], len(width), axis=0).T)
