"""A network that is small enough to see whole: all its units on one screen, the verdict so far, and the path of its
state in a plane.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.evaluation.slow_points_note import slow_points_note
from model.language import gettext
from model.network.classify import sigmoid
from model.reading.explanation import Reading
from model.reading.whole import Whole
from model.text import Token
from views.drawing.downloads import save_buttons, token_csv
from views.drawing.numbers import signed
from views.drawing.template import render
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import Line, area_track, line_track

LEAST = 0.15  # of the largest move: words that moved the verdict by less are not named
NUMBER = 5  # letters that the number behind a word takes
HELD = 2.0  # of a cell state: beyond it tanh, by which it is shown, is within 0.04 of its end
MARGIN = 0.06  # of the plane's sides, around what it shows
LETTER, LINE, START = 1.1, 6.0, 9.0  # per cent of the plane's sides: a letter, a line, what is said at the start


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the picture of the plane, in per cent from the left and from the top."""

    left: float
    top: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word beside its place on the path; `rank` is 0 for that at which the verdict moved most."""

    text: str
    spot: Spot
    rank: int
    move: str
    leftwards: bool


@dataclass(frozen=True, slots=True)
class Stay:
    """A slow point: `kind` is a class of the style sheet."""

    spot: Spot
    kind: str
    said: str


def units_card(reading: Reading, whole: Whole) -> Markup:
    """All units under the tokens, and the verdict so far that they add up to."""
    tokens, trace = reading.review.tokens, whole.trace
    tracks = [_unit_track(whole, int(unit)) for unit in whole.order]
    columns = {
        f"{symbol} {unit}": trace.values(symbol)[:, unit].tolist()
        for unit in range(len(whole.readout))
        for symbol in trace.cell.states
    }
    label = gettext("All units of the network")
    return render(
        "whole/units.html",
        axis=token_axis(tokens, [_verdict_track(whole), *tracks], label),
        label=label,
        two=len(trace.cell.states) > 1,
        limit=f"{HELD:g}",
        bias=whole.bias,
        save=save_buttons("gatescope-whole", token_csv(tokens, columns | {"logit": whole.verdicts.tolist()})),
    )


def _unit_track(whole: Whole, unit: int) -> Track:
    trace, h = whole.trace, whole.trace.h[:, unit]
    two = len(trace.cell.states) > 1
    numbers = [signed(vote) for vote in (whole.readout[unit] * h).tolist()]
    button = render("whole/name.html", unit=unit)
    picture = area_track(trace.memory[:, unit], HELD, over=h) if two else area_track(h, 1.0)
    return Track(button, picture, "gs-whole-unit", f"w {signed(float(whole.readout[unit]))}", numbers=numbers)


def _verdict_track(whole: Whole) -> Track:
    values = np.array([sigmoid(logit) for logit in whole.verdicts])
    numbers = [f"{signed(logit)} ({sigmoid(logit):.2f})" for logit in whole.verdicts.tolist()]
    picture = line_track([Line(np.arange(len(values)), values)], len(values), 0, 1, middle=0.5)
    note = gettext("w · h + b, as P(positive)")
    return Track(gettext("verdict so far"), picture, "gs-whole-verdict", note, numbers=numbers)


def path_card(reading: Reading, whole: Whole) -> Markup:
    """The path of the hidden state: across the verdict so far, up what else varies most."""
    frame = _Frame.around(whole)
    start = frame.spot(whole.bias, float(whole.plane.up(np.zeros(len(whole.readout)))))
    spots = [frame.spot(across, up) for across, up in zip(whole.path.across, whole.path.up, strict=True)]
    named, stays = _named(reading.review.tokens, whole, spots, start), _stays(whole, frame)
    found = whole.dynamics
    return render(
        "whole/path.html",
        spots=[[round(spot.left, 2), round(spot.top, 2)] for spot in spots],
        start=start,
        words=named.words,
        start_named=named.start,
        undecided=frame.spot(0.0, frame.low_up).left,
        low=signed(frame.low, 1),
        high=signed(frame.high, 1),
        stays=stays,
        kinds={stay.kind for stay in stays},
        share=round(100 * whole.plane.share),
        reviews=found.reviews if found else 0,
        note=slow_points_note(found) if found else "",
        line=bool(found and found.line_attractor),
        save=save_buttons(
            "gatescope-path",
            token_csv(
                reading.review.tokens, {"logit": whole.path.across.tolist(), "component": whole.path.up.tolist()}
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the picture of the plane shows: verdicts from `low` to `high`, logits; up from `low_up` to `high_up`."""

    low: float
    high: float
    low_up: float
    high_up: float

    @classmethod
    def around(cls, whole: Whole) -> _Frame:
        """Where nearly all states of many reviews lie, and this review's, with a margin; the verdicts on both sides of
        0 as far.
        """
        across, up = [*whole.path.across, whole.bias], [*whole.path.up]
        if whole.dynamics:
            across += [whole.dynamics.low, whole.dynamics.high]
            up += [whole.plane.low, whole.plane.high]
        far = (1 + 2 * MARGIN) * max(map(abs, across), default=1.0) or 1.0
        room = MARGIN * (max(up) - min(up)) or 1.0
        return cls(-far, far, min(up) - room, max(up) + room)

    def spot(self, across: float, up: float) -> Spot:
        """Where a place of the plane lies in the picture."""
        left = 100 * (across - self.low) / (self.high - self.low)
        return Spot(left, 100 * (self.high_up - up) / (self.high_up - self.low_up))

    def shows(self, spot: Spot) -> bool:
        """Whether a place lies within the picture."""
        return 0 <= spot.left <= 100 and 0 <= spot.top <= 100


@dataclass(frozen=True, slots=True)
class _Named:
    """The words that are named, and whether there is room to name the start."""

    words: list[Word]
    start: bool


def _named(tokens: tuple[Token, ...], whole: Whole, spots: list[Spot], start: Spot) -> _Named:
    """The words at which the verdict moved most; what would lie on one that moved it more is left out."""
    shown: list[Word] = []
    taken: list[tuple[Spot, float]] = []
    sizes = np.abs(whole.moves)
    for rank, place in enumerate(whole.telling.tolist()):
        if sizes[place] < LEAST * sizes.max():
            break
        spot, text = spots[place], tokens[place].text
        width = LETTER * (len(text) + NUMBER)
        leftwards = spot.left + width > 97
        begins = Spot(spot.left - width if leftwards else spot.left, spot.top)
        if any(_overlap(begins, width, other, size) for other, size in taken):
            continue
        taken.append((begins, width))
        shown.append(Word(text, spot, rank, signed(float(whole.moves[place])), leftwards))
    below = Spot(start.left - START / 2, start.top + LINE)
    return _Named(shown, not any(_overlap(below, START, other, size) for other, size in taken))


def _overlap(one: Spot, width: float, other: Spot, size: float) -> bool:
    beside = one.left + width < other.left or other.left + size < one.left
    return not beside and abs(one.top - other.top) < LINE


def _stays(whole: Whole, frame: _Frame) -> list[Stay]:
    """The slow points that the picture shows."""
    if whole.dynamics is None:
        return []
    points = whole.dynamics.slow
    places = whole.place_of(points)
    found = []
    for point, across, up in zip(points, places.across.tolist(), places.up.tolist(), strict=True):
        kind = "gs-attracts" if point.attracts else "gs-repels" if point.repels else "gs-keeps"
        said = gettext("λ {kept}, |cos| to the readout {along}").format(
            kept=f"{point.kept:.3f}", along=f"{point.along:.2f}"
        )
        spot = frame.spot(across, up)
        if frame.shows(spot):
            found.append(Stay(spot, kind, said))
    return found
