"""Factors and gradients on a logarithmic scale, as tracks and as numbers that people read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.recurrence.arriving import NOTHING
from views.drawing.numbers import minus
from views.drawing.token_axis import Track
from views.drawing.tracks import Line, line_track

POWER, TIMES_POWER = Markup("10<sup>{}</sup>"), Markup("{} × 10<sup>{}</sup>")


@dataclass(frozen=True, slots=True)
class LogScale:
    """The smallest and the largest value on a track, above 0; beyond them the line runs along the edge.

    Fixed, so that two reviews compare.
    """

    low: float
    high: float

    @property
    def ends(self) -> str:
        """Both, as they are printed."""
        return gettext("{low} to {high}").format(low=f"{self.low:g}", high=f"{self.high:g}")

    def track(self, name: str, note: str, values: np.ndarray, *beside: Line) -> Track:
        """A line through values (tokens,), none of them negative, NaN where there is none; lines beside it in log10.

        The ends of the scale stand behind the note.
        """
        with np.errstate(divide="ignore"):
            logs = np.maximum(np.log10(values), NOTHING)
        lines = [Line(np.arange(len(values)), logs), *beside]
        picture = line_track(lines, len(values), np.log10(self.low), np.log10(self.high), middle=0)
        said = gettext("{note} · {ends}").format(note=note, ends=self.ends)
        return Track(name, picture, "gs-log", said, numbers=[factor(value) for value in values])


def factor(value: float, form: str = ".2g") -> str:
    """A factor as people read it, by a format of Python's: 0.42, 3.1e−9; "" for NaN."""
    if np.isnan(value):
        return ""
    digits, _, exponent = f"{value:{form}}".partition("e")
    return minus(f"{digits}e{int(exponent)}" if exponent else digits)


def power(exponent: float) -> Markup:
    """10 to that power."""
    return POWER.format(minus(f"{exponent:g}"))


def factor_of(log10: float, form: str = ".2g") -> str:
    """10 to a power as text, also where no float holds it."""
    if log10 == -np.inf:
        return gettext("nothing")
    return factor(10**log10, form) if abs(log10) < 300 else power(np.floor(log10))


def many(log10: float) -> str | Markup:
    """10 to a power of 0 or more, in two digits, as how many times people say: 5.2, 1,200, 3.2 × 10⁶."""
    if log10 < 4:
        return f"{float(f'{10**log10:.2g}'):,g}"
    exponent = np.floor(log10)
    digits = f"{10 ** (log10 - exponent):.1f}"
    return TIMES_POWER.format(*(("1", f"{exponent + 1:g}") if digits == "10.0" else (digits, f"{exponent:g}")))
