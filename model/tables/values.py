"""The values of a column, counted while its rows go by, in bounded memory and whatever their order."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from model.tables.words import Said, said_by

MOST = 10_000  # different values that are told apart; with more, numbers are counted by hundredths


@dataclass(frozen=True, slots=True)
class Counted:
    """A value and in how many rows it stands."""

    said: Said
    count: int


class Values:
    """What stands in one column. `rows` counts all its values, `more` those that were too many to be told apart."""

    def __init__(self) -> None:
        """Of a column without rows."""
        self.rows = self.more = 0
        self._counted: dict[str, Counted] = {}
        self._coarse = False

    def add(self, value: object) -> Said:
        """Count a value; gives back what it says."""
        said = said_by(value)
        self.rows += 1
        self._add(_coarse(said) if self._coarse else said, 1)
        if len(self._counted) > MOST and not self._coarse:
            self._coarse = True
            before, self._counted = self._counted, {}
            for each in before.values():
                self._add(_coarse(each.said), each.count)
        return said

    def _add(self, said: Said, count: int) -> None:
        before = self._counted.get(said.key)
        if before is None and len(self._counted) > 2 * MOST and said.meaning is None:
            self.more += count
            return
        known = said if before is None or said.shown < before.said.shown else before.said
        self._counted[said.key] = Counted(known, count + (before.count if before else 0))

    def __iter__(self) -> Iterator[Counted]:
        """Each value with its count, by its spelling."""
        return iter(sorted(self._counted.values(), key=lambda each: each.said.key))

    @property
    def empty(self) -> int:
        """In how many rows nothing stands."""
        nothing = self._counted.get("")
        return nothing.count if nothing else 0


def _coarse(said: Said) -> Said:
    """A number to hundredths; what is between two whole numbers stays between them."""
    if said.number is None or said.most is not None or said.number % 1 == 0:
        return said
    number = round((math.floor(said.number * 100) + 0.5) / 100, 3)
    return replace(said, key=f"≈{number:g}", shown=f"≈{number:g}", number=number)
