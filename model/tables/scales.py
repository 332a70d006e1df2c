"""Scales of numbers, and which of them the numbers of a column can be on.

A scale says from which number on a review is positive, and up to which it is negative; those between have no label. A
column may fit several: what they agree on is certain, and the rest is asked. Its name (`model.tables.hints`) and all of
its numbers decide, not those that happen to be there: 1 and 2 in a column of labels are classes, in a column of stars
both are low.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from model.language import gettext, marked
from model.tables.hints import Hint, Role
from model.tables.labels import NEGATIVE, NO_LABEL, POSITIVE, UNKNOWN_LABEL

SLIP = 100  # one number in so many is taken for a slip of the pen
FEW = 10  # one in so many may be, where each such number stands but once
SOME = 5  # one in so many leaves a doubt


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from `least` to `most`: up to `negative` they are negative, from `positive` on positive.

    `whole`: only whole numbers are on it. `stars`: it is one of ratings.
    """

    name: str
    least: float
    most: float
    negative: float
    positive: float
    whole: bool = False
    stars: bool = False

    def meaning(self, number: float) -> int:
        """1, 0, `NO_LABEL`, or `UNKNOWN_LABEL` of a number that is not on it."""
        if not self.holds(number):
            return UNKNOWN_LABEL
        if number <= self.negative + 1e-9:
            return NEGATIVE
        return POSITIVE if number >= self.positive - 1e-9 else NO_LABEL

    def holds(self, number: float) -> bool:
        """Whether a number is on it."""
        return self.least <= number <= self.most and not (self.whole and number % 1)

    def words(self) -> str:
        """Its name in the language that is spoken."""
        return gettext(self.name).format(most=f"{self.most:g}", negative=f"{self.negative:g}",
                                         positive=f"{self.positive:g}")  # fmt: skip


def of_stars(most: float) -> Scale:
    """Stars up to `most`: of five up to 2 are negative and 4 on positive; of ten up to 4 and 7 on, as in the Large
    Movie Review Dataset; of others up to 40 % and from 70 % on.
    """
    positive = 4.0 if most == 5 else 0.7 * most
    name = marked("a rating of at most {most}: up to {negative} negative, {positive} and more positive")
    return Scale(name, 0, most, 0.4 * most, positive, stars=True)


BINARY = Scale(marked("0 negative, 1 positive"), 0, 1, 0, 1, whole=True)
ONE_TWO = Scale(marked("1 negative, 2 positive"), 1, 2, 1, 2, whole=True)
BY_SIGN = Scale(marked("-1 negative, 0 neutral, 1 positive"), -1, 1, -1, 1, whole=True)
ONE_TO_THREE = Scale(marked("1 negative, 2 neutral, 3 positive"), 1, 3, 1, 3, whole=True)
ZERO_TO_TWO = Scale(marked("0 negative, 1 neutral, 2 positive"), 0, 2, 0, 2, whole=True)
ZERO_TO_THREE = Scale(marked("four classes: 0 and 1 negative, 2 and 3 positive"), 0, 3, 1, 2, whole=True)
ONE_TO_FOUR = Scale(marked("four classes: 1 and 2 negative, 3 and 4 positive"), 1, 4, 2, 3, whole=True)
ZERO_TO_FOUR = Scale(marked("five classes: 0 and 1 negative, 2 neutral, 3 and 4 positive"), 0, 4, 1, 3, whole=True)
FRACTION = Scale(marked("a share from 0 to 1: up to 0.4 negative, 0.6 and more positive"), 0, 1, 0.4, 0.6)
SIGNED = Scale(marked("from -1 to 1, by sign: between -0.05 and 0.05 neutral"), -1, 1, -0.05, 0.05)
VALENCE = Scale(marked("by sign: below 0 negative, above 0 positive"), -1_000, 1_000, -0.05, 0.05)
SEVEN = Scale(marked("seven classes: 1 to 3 negative, 4 neutral, 5 to 7 positive"), 1, 7, 3, 5, whole=True)
FOUR_STARS, FIVE, TEN, TWENTY, HUNDRED = (
    replace(of_stars(4), negative=1.5, positive=3.0),
    of_stars(5),
    of_stars(10),
    of_stars(20),
    of_stars(100),
)
_MISSING = Scale(marked("-1 without a label"), -1, -1, -2, 0, whole=True)  # as many data sets write it


@dataclass(frozen=True, slots=True)
class Choice:
    """The scales that a column's numbers can be on, the likeliest first; none where no scale is known.

    `open_end`: only how far the stars go is not known, which leaves the low ones certain. `doubtful`: so many numbers
    are on none of them that nothing is certain.
    """

    scales: tuple[Scale, ...]
    open_end: bool = False
    doubtful: bool = False

    def meaning(self, number: float) -> int | None:
        """What the scales agree that a number counts as; None where they do not."""
        if number == -1 and _MISSING in self.scales and BY_SIGN not in self.scales:
            return NO_LABEL
        said = {scale.meaning(number) for scale in self.scales if scale is not _MISSING}
        if said <= {UNKNOWN_LABEL}:
            return UNKNOWN_LABEL
        return next(iter(said)) if len(said) == 1 and not self.doubtful else None


def scales_of(counts: Mapping[float, int], hint: Hint, zero_based: bool = False, stars: bool = False) -> Choice:
    """The scales that numbers, each with how often it stands, can be on in a column of such a name.

    `zero_based`: they count classes from 0. `stars`: the cells say that they are stars. What is seldom may be a slip:
    where that would change what the others mean, both readings are given.
    """
    column = _Column(hint, zero_based, stars or hint.stars)
    others = {number: count for number, count in counts.items() if number >= 0}
    if -1 in counts and _stands_for_none(column, counts):
        choice = scales_of(others, hint, zero_based, stars) if others else Choice(())
        return replace(choice, scales=(*choice.scales, _MISSING))
    total = sum(counts.values())
    if total < FEW:
        narrow = near = _tightest(column, counts, 0) or _tightest(column, counts, (total - 1) // 2)
    else:
        narrow, near = _tightest(column, counts, total // FEW), _tightest(column, counts, total // SOME)
    wide = _tightest(column, counts, 0)
    if narrow is None:
        return Choice(_on(column, counts, near).scales, doubtful=True) if near else Choice(())
    if narrow is ZERO_TO_THREE and wide is ZERO_TO_FOUR and len(counts) == 5:
        narrow = near = wide
    found = [_on(column, counts, narrow)]
    if near and near is not narrow and (near.whole or near is FIVE) and _once(counts, near):
        found.insert(0, _on(column, counts, near))
    if wide and wide is not narrow and not _is_slip(counts, narrow, wide):
        found.append(_on(column, counts, wide))
    scales = dict.fromkeys(scale for choice in found for scale in choice.scales)
    return Choice(tuple(scales), all(choice.open_end for choice in found))


def _stands_for_none(column: _Column, counts: Mapping[float, int]) -> bool:
    """Whether -1 is no number of the scale but stands where there is no label: but for slips, no other is below 0."""
    below = {number: count for number, count in counts.items() if number < 0 and number != -1}
    if sum(below.values()) * FEW > sum(counts.values()) or any(count > 1 for count in below.values()):
        return False
    if below and not column.stars:
        return False
    signed = _tightest(column, counts, sum(counts.values()) // FEW) in (BY_SIGN, SIGNED)
    return not signed and (column.stars or max(counts) > 1)


def _on(column: _Column, counts: Mapping[float, int], scale: Scale) -> Choice:
    """The scales that those numbers can be on which a scale holds."""
    return _choice(column, [number for number in counts if scale.holds(number)])


def _once(counts: Mapping[float, int], scale: Scale) -> bool:
    """Whether each number that is off a scale stands but once."""
    return all(count == 1 for number, count in counts.items() if not scale.holds(number))


@dataclass(frozen=True, slots=True)
class _Column:
    """What is known of a column besides its numbers."""

    hint: Hint
    zero_based: bool
    stars: bool

    def scales(self) -> tuple[Scale, ...]:
        """Those that its numbers can be on at all, first those that hold fewer numbers."""
        if self.zero_based:
            return BINARY, ZERO_TO_TWO, ZERO_TO_THREE, ZERO_TO_FOUR
        if self.stars:
            return FIVE, TEN
        if self.hint.role in (Role.YES, Role.NO):
            return BINARY, FRACTION
        ratings = (FRACTION, SIGNED, FIVE, TEN, TWENTY, HUNDRED, VALENCE)
        if self.hint.role is Role.RATING:
            return BINARY, *ratings
        return BINARY, ONE_TWO, BY_SIGN, ONE_TO_THREE, ZERO_TO_TWO, ZERO_TO_THREE, ZERO_TO_FOUR, *ratings


def _tightest(column: _Column, counts: Mapping[float, int], most: int) -> Scale | None:
    """The first scale off which there are at most so many rows."""
    for scale in column.scales():
        if sum(count for number, count in counts.items() if not scale.holds(number)) <= most:
            return scale
    return None


def _is_slip(counts: Mapping[float, int], narrow: Scale, wide: Scale) -> bool:
    """Whether the numbers that are off the narrow scale are slips, and no sign that the wide one is meant."""
    off = {number: count for number, count in counts.items() if not narrow.holds(number)}
    if wide in (SIGNED, VALENCE) and len(off) > 1 and narrow is FRACTION:
        return False
    if sum(off.values()) * SLIP <= sum(counts.values()):
        return True
    rest = set(counts) - set(off)
    complete = wide.whole and len(counts) == wide.most - wide.least + 1
    further = wide.stars and wide.most <= TEN.most and not rest <= {0.0, 1.0}
    signed = wide in (SIGNED, VALENCE) and any(number < 0 and number != -1 for number in off)
    return _once(counts, narrow) and not (complete or further or signed)


def _choice(column: _Column, numbers: Iterable[float]) -> Choice:
    """The scales that numbers can be on."""
    values = frozenset(numbers)
    hint, low, high, whole = column.hint, min(values), max(values), all(number % 1 == 0 for number in values)
    if column.zero_based:
        return Choice(_zero_based(values))
    if hint.role in (Role.YES, Role.NO):
        return Choice((BINARY if whole else FRACTION,) if low >= 0 and high <= 1 else ())
    if hint.signed:
        return Choice((SIGNED if low >= -1 and high <= 1 else VALENCE,))
    if low < 0:
        return Choice(_below_zero(values, low, high, whole))
    if hint.most is not None:
        return Choice((of_stars(hint.most),) if high <= hint.most else ())
    if not whole and high <= 1 and not column.stars:
        return Choice((FRACTION,))
    if column.stars or hint.role is Role.RATING:
        return _ratings(column, values)
    return Choice(_classes(values) if whole and high <= 4 else _long(high, whole and low >= 1))


def _below_zero(values: frozenset[float], low: float, high: float, whole: bool) -> tuple[Scale, ...]:
    if low < -1 or high > 1:
        return (VALENCE,)
    if not whole:
        return (SIGNED,) if min(values - {-1.0}) < 0 else (FRACTION, SIGNED)
    if values == {-1.0}:
        return (_MISSING,)
    return (BY_SIGN, BINARY, _MISSING) if values == {-1.0, 0.0} else (BY_SIGN,)


def _zero_based(values: frozenset[float]) -> tuple[Scale, ...]:
    if max(values) == 3 or values == {1.0}:
        return (ZERO_TO_THREE, ZERO_TO_FOUR) if max(values) == 3 else (BINARY, ZERO_TO_TWO)
    if max(values) == 2:
        return (ZERO_TO_TWO,) if len(values) == 3 else (ZERO_TO_TWO, ZERO_TO_FOUR)
    return {0.0: (BINARY,), 1.0: (BINARY,), 4.0: (ZERO_TO_FOUR,)}.get(max(values), ())


def _ratings(column: _Column, values: frozenset[float]) -> Choice:
    """Stars, of which it may not be known how many there are at most."""
    high, whole = max(values), all(number % 1 == 0 for number in values)
    if high > 4:
        return Choice(_long(high, whole and min(values) >= 1 and not column.stars))
    if not whole:
        return Choice((FIVE, TEN, FOUR_STARS))
    if high <= 1 and not column.stars:
        return Choice((BINARY,) if values == {0.0, 1.0} and not column.hint.strong else (BINARY, TEN))
    if 0 in values and not column.stars:
        return Choice((FIVE, TEN, ZERO_TO_FOUR))
    return Choice((FIVE, TEN), open_end=True)


def _classes(values: frozenset[float]) -> tuple[Scale, ...]:
    """Whole numbers from 0 to 4 in a column of labels."""
    if 0 in values:
        return {
            0.0: (BINARY, _MISSING),
            1.0: (BINARY, _MISSING),
            2.0: (ZERO_TO_TWO,) if len(values) == 3 else (ZERO_TO_TWO, ZERO_TO_FOUR),
            3.0: (ZERO_TO_THREE, ZERO_TO_FOUR),
        }.get(max(values), (ZERO_TO_FOUR,))
    if values == {1.0, 2.0} or values == {1.0, 2.0, 3.0}:
        return (ONE_TWO,) if len(values) == 2 else (ONE_TO_THREE,)
    return {
        1.0: (BINARY, ONE_TWO, _MISSING),
        2.0: (ONE_TWO, ZERO_TO_TWO, FIVE),
        3.0: (ONE_TO_THREE, FIVE, TEN),
    }.get(max(values), (FIVE, ONE_TO_FOUR, ZERO_TO_FOUR, TEN))


def _long(high: float, classes: bool) -> tuple[Scale, ...]:
    """Scales of more than four steps; `classes`: the numbers can be those of seven."""
    if high <= FIVE.most:
        return (FIVE,)
    if high <= SEVEN.most:
        return (TEN, SEVEN) if classes else (TEN,)
    if high <= TEN.most:
        return (TEN,)
    return (TWENTY, HUNDRED) if high <= TWENTY.most else (HUNDRED,) if high <= HUNDRED.most else ()
