"""Verdict, running verdict and gates before and after something was held, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext
from model.reading.explanation import Reading
from model.recurrence.clamps import Clamp
from model.recurrence.interventions import Intervened, differ
from model.recurrence.prefixes import PrefixCurve
from model.recurrence.replay import GateTrace
from model.recurrence.summary import mean_traces, summarise
from views.drawing.downloads import csv_text, save_buttons, token_csv
from views.drawing.labels import ARROWS, NAMES
from views.drawing.numbers import difference, minus
from views.drawing.running import running_numbers
from views.drawing.template import render
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import Line, band_track, line_track
from views.stage.verdict import word_for


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of the two verdicts: its logit, its probability, and that as it is written."""

    logit: float
    probability: float

    @property
    def shown(self) -> str:
        """The probability as it is written."""
        return f"{self.probability:.2f}"


def clamp_words(clamp: Clamp, tokens: int) -> str:
    """What a clamp holds and where, in words."""
    return gettext("{what}: {layer}, {direction}, {unit}, {place}").format(
        what=_what(clamp),
        layer=gettext("all layers") if clamp.layer is None else gettext("layer {layer}").format(layer=clamp.layer),
        direction=_direction(clamp),
        unit=_units(clamp),
        place=_place(clamp, tokens),
    )


def _what(clamp: Clamp) -> str:
    if clamp.symbol == "h" and clamp.value == 0:
        return gettext("switched off (h = 0)")
    return f"{gettext(NAMES[clamp.symbol])} {clamp.symbol} = {minus(f'{clamp.value:g}')}"


def _units(clamp: Clamp) -> str:
    if clamp.unit is None:
        return gettext("all units")
    said = gettext("all units but {unit}") if clamp.spared else gettext("unit {unit}")
    return said.format(unit=clamp.unit)


def _direction(clamp: Clamp) -> str:
    return gettext("both directions") if clamp.direction is None else gettext(ARROWS[clamp.direction])


def _place(clamp: Clamp, tokens: int) -> str:
    end = tokens if clamp.end is None else clamp.end
    if (clamp.start, end) == (0, tokens):
        return gettext("all tokens")
    if end == clamp.start + 1:
        return gettext("token {place}").format(place=end)
    return gettext("tokens {first} to {last}").format(first=clamp.start + 1, last=end)


def nothing_held(reading: Reading) -> Markup:
    """What stands here before anything is held: what the cell has that can be, and whether there are two directions."""
    cell = reading.gates.cell
    return render(
        "what_if/nothing_held.html",
        gated=bool(cell.gates),
        forgets="f" in cell.gates,
        cell=gettext(cell.name),
        both_ways=len(reading.gates.directions) > 1,
    )


def change_card(reading: Reading, after: Intervened, others: Sequence[Intervened] = ()) -> Markup:
    """Both verdicts on one scale, what is held, and what comes of the same at `others`: one token each."""
    before, tokens = reading.prediction, len(reading.review.tokens)
    change = difference(before.probability, after.probability)
    return render(
        "what_if/change.html",
        before=Verdict(before.logit, before.probability),
        after=Verdict(after.logit, after.probability),
        change=change,
        moved=change != "0.00",
        words=(word_for(before.probability), word_for(after.probability)),
        held=[clamp_words(clamp, tokens) for clamp in after.clamps],
        others=[_elsewhere(reading, after.clamps, each) for each in others],
        alone=tokens == 1,
        at_words=bool(others) and others[0].clamps[0].start != after.clamps[0].start,
    )


def _elsewhere(reading: Reading, clamps: Sequence[Clamp], other: Intervened) -> str:
    """The word at which something is held instead, or the unit, and the verdict then."""
    probability = f"{other.probability:.2f}"
    there, unit = other.clamps[0], next((clamp.unit for clamp in other.clamps if clamp.unit is not None), None)
    if there.start == clamps[0].start:
        return gettext("unit {unit}: {probability}").format(unit=unit, probability=probability)
    word = reading.review.tokens[there.start].text
    return gettext("“{word}” {probability}").format(word=word, probability=probability)


def gates_cards(reading: Reading, after: Intervened, layer: int, direction: str) -> Markup:
    """The gates before and after where the last thing is held, and those of the layer and direction that are chosen, if
    these are others.
    """
    last = after.clamps[-1]
    places = dict.fromkeys([(last.layer or layer, last.direction or direction), (layer, direction)])
    return Markup("").join(gates_card(reading, after, *place) for place in places)


def gates_card(reading: Reading, after: Intervened, layer: int, direction: str) -> Markup:
    """Each quantity of a layer and direction before and after, one under the other, on the same scale."""
    old, new = reading.gates.of(layer, direction), after.gates.of(layer, direction)
    tracks = [track for symbol in old.quantities for track in _both(old, new, symbol)]
    return render(
        "what_if/gates.html",
        gated=bool(old.cell.gates),
        layer=layer,
        direction=gettext(ARROWS[direction]),
        held=any(clamp.concerns(layer, direction) for clamp in after.clamps),
        changed=differ(old, new),
        axis=token_axis(reading.review.tokens, tracks, gettext("Gates before and after")),
        save=save_buttons("gatescope-what-if-gates", gates_csv(reading, after)),
    )


def _both(old: GateTrace, new: GateTrace, symbol: str) -> tuple[Track, Track]:
    return (
        _track(old, symbol, "gs-band", gettext("before")),
        _track(new, symbol, "gs-band gs-apart", gettext("after")),
    )


def _track(trace: GateTrace, symbol: str, kind: str, when: str) -> Track:
    summary = summarise(trace, symbol)
    numbers = [minus(f"{value:.2f}") for value in summary.median]
    return Track(f"{gettext(NAMES[symbol])} {symbol}", band_track(summary), kind, when, numbers=numbers)


def running_card(reading: Reading, before: PrefixCurve, after: PrefixCurve) -> Markup:
    """The verdict as it reads, before and after."""
    tokens, label = reading.review.tokens, gettext("The verdict as it reads, before and after")
    lines = [
        Line(before.lengths - 1, before.probabilities, "gs-dashed"),
        Line(after.lengths - 1, after.probabilities),
    ]
    track = Track(
        gettext("verdict as it reads"),
        line_track(lines, len(tokens), 0, 1, middle=0.5),
        "gs-running",
        gettext("0 to 1; dashed: before"),
        numbers=running_numbers(after, len(tokens)),
    )
    return render(
        "what_if/running.html",
        label=label,
        axis=token_axis(tokens, [track], label),
        save=save_buttons("gatescope-what-if-prefixes", running_csv(before, after)),
    )


def gates_csv(reading: Reading, after: Intervened) -> str:
    """One row for each token: the mean over units of each quantity, before and after, of all layers and directions."""
    columns: dict[str, Sequence[float]] = {}
    for old, new in zip(mean_traces(reading.gates), mean_traces(after.gates), strict=True):
        for symbol, before, now in zip(old.symbols, old.means, new.means, strict=True):
            columns[f"{old.name}.{symbol} before"] = before.tolist()
            columns[f"{old.name}.{symbol} after"] = now.tolist()
    return token_csv(reading.review.tokens, columns)


def running_csv(before: PrefixCurve, after: PrefixCurve) -> str:
    """One row for each prefix: P(positive) before and after."""
    columns = (before.lengths.tolist(), before.probabilities.tolist(), after.probabilities.tolist())
    return csv_text(["tokens read", "P(positive) before", "P(positive) after"], zip(*columns, strict=True))
