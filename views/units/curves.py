"""Telling units as curves of their memory, one under the other, each with what it was found by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from markupsafe import Markup

from model.language import gettext, marked
from model.reading.explanation import Reading
from model.reading.telling import DECIDES, JUMPS, KEEPS, SWITCHES, TellingUnit
from views.drawing.downloads import save_buttons, token_csv
from views.drawing.numbers import signed
from views.drawing.template import render
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import area_track

MEASURE_NAMES = {  # what units do, of several
    KEEPS: marked("keep longest"),
    JUMPS: marked("jump most at a word"),
    SWITCHES: marked("turn at a word, and back"),
    DECIDES: marked("decide most"),
}


def units_card(reading: Reading, units: Sequence[TellingUnit], title: str, note: str) -> Markup:
    """The curves of some units, with a `title` and a `note` on how they were chosen."""
    tokens = reading.review.tokens
    return render(
        "units/units.html",
        title=title,
        note=note,
        axis=token_axis(tokens, [_track(reading, unit) for unit in units], title),
        save=save_buttons("gatescope-units", token_csv(tokens, {_name(unit): unit.memory.tolist() for unit in units})),
        empty=not units,
    )


def _track(reading: Reading, unit: TellingUnit) -> Track:
    largest = float(np.abs(unit.memory).max())
    button = render("units/name.html", unit=unit, name=_name(unit))
    said = gettext("{what} · ±{largest}").format(what=told(reading, unit), largest=f"{largest:.2g}")
    numbers = [signed(value) for value in unit.memory.tolist()]
    return Track(button, area_track(unit.memory, largest or 1.0), "gs-unit-curve", said, numbers=numbers)


def _name(unit: TellingUnit) -> str:
    """Layer, the way in which it reads, and number."""
    arrow = "→" if unit.direction == "forward" else "←"
    return gettext("{layer} {arrow} unit {unit}").format(layer=unit.layer, arrow=arrow, unit=unit.unit)


def told(reading: Reading, unit: TellingUnit) -> str:
    """What a unit was found by, in words and numbers."""
    words = [f"“{reading.review.tokens[place].text}”" for place in unit.places]
    return _SAID[unit.measure](unit.value, words)


def _keeps(value: float, words: list[str]) -> str:
    if np.isinf(value):
        return gettext("its memory never fades")
    return gettext("half its memory lasts {count} tokens").format(
        count=f"{value:.2g}" if value < 10 else f"{value:.0f}"
    )


def _jumps(value: float, words: list[str]) -> str:
    return gettext("jumps at {word}, by {value}").format(word=words[0], value=f"{value:.2f}")


def _switches(value: float, words: list[str]) -> str:
    return gettext("turns at {word}, back at {other}").format(word=words[0], other=words[1])


def _decides(value: float, words: list[str]) -> str:
    return gettext("{logits} logits read off it, most at {word}").format(logits=signed(value), word=words[0])


_SAID: Mapping[str, Callable[[float, list[str]], str]] = {
    KEEPS: _keeps,
    JUMPS: _jumps,
    SWITCHES: _switches,
    DECIDES: _decides,
}
