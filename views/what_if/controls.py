"""What the controls of the What if tab say, as records: what to hold and where, and what is held already."""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.language import marked
from model.reading.explanation import Reading
from model.recurrence.clamps import Clamp
from views.panel import Focus, whole

THIS, ALL, SOME = marked("this one"), marked("all"), marked("from … to")  # this one: the one chosen above the tabs


@dataclass(frozen=True, slots=True)
class Controls:
    """The values of the tab's controls: `layers`, `directions` and `units` are THIS or ALL, `places` SOME too.

    Tokens from `first` to `last`, both inclusive, count from 1; they are None where their number was emptied.
    """

    symbol: str
    value: float
    layers: str
    directions: str
    units: str
    places: str
    first: float | None
    last: float | None

    def clamp(self, focus: Focus) -> Clamp:
        """What they say, with what is chosen above the tabs where they say this one."""
        start, end = self._range(focus)
        return Clamp(
            self.symbol,
            self.value,
            None if self.layers == ALL else focus.layer,
            None if self.directions == ALL else focus.direction,
            None if self.units == ALL else focus.unit,
            start,
            end,
        )

    def _range(self, focus: Focus) -> tuple[int, int | None]:
        if self.places == THIS:
            return focus.place, focus.place + 1
        return (whole(self.first) - 1, whole(self.last)) if self.places == SOME else (0, None)


@dataclass(frozen=True, slots=True)
class Held:
    """What is held, and of which review and checkpoint: what was held of another one counts no more."""

    text: str
    checkpoint: str
    clamps: tuple[Clamp, ...]

    def of(self, reading: Reading) -> tuple[Clamp, ...]:
        """What is held of this review."""
        return self.of_text(reading.question.text, reading.question.checkpoint)

    def of_text(self, text: str, checkpoint: str) -> tuple[Clamp, ...]:
        """What is held of the review with this text, as this checkpoint reads it."""
        return self.clamps if (self.text, self.checkpoint) == (text, checkpoint) else ()


def held_with(clamps: tuple[Clamp, ...], clamp: Clamp) -> tuple[Clamp, ...]:
    """What is held with one more: it takes the place of what held the same quantity in the same place."""

    def where(each: Clamp) -> Clamp:
        return replace(each, value=0.0)

    return (*(each for each in clamps if where(each) != where(clamp)), clamp)


NOTHING_HELD = Held("", "", ())
