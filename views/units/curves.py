"""Telling units as curves of their memory, one under the other, each with what it was found by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from markupsafe import Markup

from model.language import gettext, marked, ngettext
from model.reading.explanation import Reading
from model.reading.passing import PASSES, PassingUnits
from model.reading.stretch import STANDS_OUT, Stretch
from model.reading.swings import AGAIN, own_period
from model.reading.telling import DECIDES, JUMPS, KEEPS, SWITCHES, TellingUnit
from views.drawing.downloads import save_buttons, token_csv
from views.drawing.labels import unit_name
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

AT_A_WORD = (
    JUMPS,
    SWITCHES,
    STANDS_OUT,
)  # measures of what a unit does at some words: not said of one that just swings


def units_card(
    reading: Reading, units: Sequence[TellingUnit], title: str, note: str, stretch: Stretch | None = None
) -> Markup:
    """The curves of some units, with a `title` and a `note` on how they were chosen; a `stretch` is shaded."""
    tokens = reading.review.tokens
    return render(
        "units/units.html",
        title=title,
        note=note,
        single=len(tokens) == 1,
        again=f"{AGAIN:g}" if any(_swings(reading, unit) for unit in units) else "",
        axis=token_axis(tokens, [_track(reading, unit, stretch) for unit in units], title),
        save=save_buttons("gatescope-units", token_csv(tokens, {_name(unit): unit.memory.tolist() for unit in units})),
        empty=not units,
    )


def stretch_card(reading: Reading, units: Sequence[TellingUnit], stretch: Stretch) -> Markup:
    """The curves of the units that stand out over a stretch, the first one first."""
    words = [f"“{reading.review.tokens[place].text}”" for place in (stretch.first, stretch.last)]
    title = gettext("Units that stand out from {word} to {other}").format(word=words[0], other=words[1])
    if stretch.first == stretch.last:
        title = gettext("Units that stand out at {word}").format(word=words[0])
    note = gettext(
        "The memory of each is higher (or lower) at every shaded token than at the token before them and the one "
        "after; by how much at least is said below its name. Over all layers and directions, the widest gap first."
    )
    return units_card(reading, units, title, note, stretch)


def passing_card(reading: Reading, found: PassingUnits) -> Markup:
    """The curves of the units below the last layer that change the verdict most when held at their means."""
    over = gettext("this review, since the checkpoint has no atlas")
    if found.reviews:
        over = ngettext("{count:,} review", "{count:,} reviews", found.reviews).format(count=found.reviews)
    note = gettext(
        "Nothing is read off these units directly, so each is asked what would change: its h is held, at every token, "
        "at its mean over {over}, and the review is read once more. The largest change of the logit comes first."
    )
    title = gettext("Units of the layers below the last that change the verdict most")
    return units_card(reading, found.units, title, note.format(over=over))


def _track(reading: Reading, unit: TellingUnit, stretch: Stretch | None) -> Track:
    largest = float(np.abs(unit.memory).max())
    button = render("units/name.html", unit=unit, name=_name(unit))
    said = gettext("{what} · ±{largest}").format(what=told(reading, unit), largest=f"{largest:.2g}")
    numbers = [signed(value) for value in unit.memory.tolist()]
    ends = (stretch.first, stretch.last + 1) if stretch else (0, 0)
    return Track(button, area_track(unit.memory, largest or 1.0, ends), "gs-unit-curve", said, numbers=numbers)


def _name(unit: TellingUnit) -> str:
    return unit_name(unit.layer, unit.direction, unit.unit)


def told(reading: Reading, unit: TellingUnit) -> str:
    """What a unit was found by, in words and numbers."""
    if period := _swings(reading, unit):
        return gettext("swings every {count} tokens, whatever the words").format(count=period)
    words = [f"“{reading.review.tokens[place].text}”" for place in unit.places]
    return _SAID[unit.measure](unit.value, words)


def _swings(reading: Reading, unit: TellingUnit) -> int:
    """After how many tokens a unit comes round again that was found by what it does at a word; 0 of any other."""
    if unit.measure not in AT_A_WORD:
        return 0
    return own_period(unit.memory, [token.text for token in reading.review.tokens])


def _keeps(value: float, words: list[str]) -> str:
    if np.isinf(value):
        return gettext("its memory never fades")
    return gettext("half its memory would last {count} tokens").format(
        count=f"{value:.2g}" if value < 10 else f"{value:.0f}"
    )


def _jumps(value: float, words: list[str]) -> str:
    return gettext("jumps at {word}, by {value}").format(word=words[0], value=f"{value:.2f}")


def _switches(value: float, words: list[str]) -> str:
    return gettext("turns at {word}, back at {other}").format(word=words[0], other=words[1])


def _decides(value: float, words: list[str]) -> str:
    return gettext("{logits} logits read off it, most at {word}").format(logits=signed(value), word=words[0])


def _stands_out(value: float, words: list[str]) -> str:
    if len(words) == 1:
        said = gettext("higher at {word}, by {value}") if value > 0 else gettext("lower at {word}, by {value}")
        return said.format(word=words[0], value=f"{abs(value):.2f}")
    said = gettext("higher from {word} to {other}, by {value}")
    if value < 0:
        said = gettext("lower from {word} to {other}, by {value}")
    return said.format(word=words[0], other=words[1], value=f"{abs(value):.2f}")


def _passes(value: float, words: list[str]) -> str:
    return gettext("{logits} logits if held at its mean").format(logits=signed(value))


_SAID: Mapping[str, Callable[[float, list[str]], str]] = {
    KEEPS: _keeps,
    JUMPS: _jumps,
    SWITCHES: _switches,
    DECIDES: _decides,
    STANDS_OUT: _stands_out,
    PASSES: _passes,
}
