"""What is still there of what was written at the chosen token, unit by unit, as the Memory tab shows it."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from PIL import Image

from model.language import gettext, ngettext
from model.reading.explanation import Reading
from model.recurrence.choices import unit_of
from model.recurrence.retention import Keeper, Memory, longest_keeper
from views.drawing.colours import gate_palette, palette_places
from views.drawing.downloads import csv_text, save_buttons, token_csv
from views.drawing.labels import ARROWS, unit_name
from views.drawing.template import render
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import Line, line_track, picture


@dataclass(frozen=True, slots=True)
class Summary:
    """What the sentence below the tracks says: half-lives, and what is left after the tokens read since, if any.

    `longest` is that of the `layer` and direction that are shown, `keeper` that of all, named and with its half-life;
    `is_keeper`: it is the same.
    """

    middle: str
    layer: int
    direction: str
    longest: int
    longest_half_life: str
    keeper: Keeper
    keeper_name: str
    keeper_half_life: str
    is_keeper: bool
    after: int
    unit: int
    left: str
    keep: int
    units: int


def memory_card(reading: Reading, memory: Memory, place: int, unit: int, keeper: Keeper | None = None) -> Markup:
    """Of what was written at token `place`: the share left at each later token, of `unit`, over all, and of each.

    `keeper` is the unit with the longest half-life of all layers and directions, where there are others.
    Raises `ReviewError` if there is no such unit.
    """
    tokens, unit = reading.review.tokens, unit_of(unit, len(memory.half_life))
    tracks = [_unit_track(memory, place, unit), _middle_track(memory, place), _map_track(memory, place)]
    name = f"gatescope-memory-layer{memory.layer}-{memory.direction}"
    return render(
        "memory/kept.html",
        token=tokens[place].text,
        place=place,
        axis=token_axis(tokens, tracks, gettext("Memory")),
        summary=_summary(memory, place, unit, keeper or longest_keeper([memory])),
        single=len(tokens) == 1,
        several=len(reading.gates.traces) > 1,
        save=save_buttons(name, memory_csv(reading, memory, place)),
    )


def _unit_track(memory: Memory, place: int, unit: int) -> Track:
    kept = memory.kept(place)[:, unit]
    gone, left = memory.half_gone(place)[unit], _share(memory.left(place)[unit])
    if np.isinf(gone):
        note = gettext("left at the end: {left}").format(left=left)
    else:
        note = ngettext(
            "half is gone after {count} token; left at the end: {left}",
            "half is gone after {count} tokens; left at the end: {left}",
            int(gone),
        ).format(count=int(gone), left=left)
    return Track(
        gettext("unit {unit}").format(unit=unit),
        line_track([Line(np.arange(len(kept)), kept)], len(kept), 0, 1),
        "gs-running",
        note,
        numbers=[_share(value) for value in kept],
    )


def _middle_track(memory: Memory, place: int) -> Track:
    bands = memory.quartiles(place)
    places = np.arange(bands.shape[1])
    lines = [Line(places, band, kind) for band, kind in zip(bands, ("gs-thin", "gs-line", "gs-thin"), strict=True)]
    return Track(
        gettext("middle unit"),
        line_track(lines, len(places), 0, 1),
        "gs-running",
        gettext("thin: quarter and three quarters"),
        numbers=[_share(value) for value in bands[1]],
    )


def _map_track(memory: Memory, place: int) -> Track:
    kept = memory.kept(place)
    tokens, units = kept.shape
    alt = gettext("Share left in {units} units at {tokens} tokens").format(units=units, tokens=tokens)
    note = gettext("{units} units, by half-life: the longest on top").format(units=units)
    return Track(gettext("each unit"), picture(_map(kept[:, memory.by_half_life].T), alt), "gs-map", note)


def _share(value: float) -> str:
    """A share as a percentage; "" where the direction had not read the token."""
    return "" if np.isnan(value) else f"{100 * value:.0f} %"


def _tokens(count: float) -> str:
    return gettext("never") if np.isinf(count) else gettext("in {count:,.1f} tokens").format(count=count)


def _summary(memory: Memory, place: int, unit: int, keeper: Keeper) -> Summary:
    left, longest = memory.left(place), longest_keeper([memory])
    return Summary(
        middle=_tokens(memory.middle_half_life),
        layer=memory.layer,
        direction=gettext(ARROWS[memory.direction]),
        longest=longest.unit,
        longest_half_life=_tokens(longest.half_life),
        keeper=keeper,
        keeper_name=unit_name(keeper.layer, keeper.direction, keeper.unit),
        keeper_half_life=_tokens(keeper.half_life),
        is_keeper=keeper == longest,
        after=memory.read_after(place),
        unit=unit,
        left=_share(left[unit]),
        keep=int((left > 0.5).sum()),
        units=len(left),
    )


def _map(shares: np.ndarray) -> bytes:
    """Shares (units, tokens) as a PNG with a pixel for each; transparent where not yet read, NaN."""
    unread = np.isnan(shares)
    palette = gate_palette()
    colours = palette[palette_places(np.where(unread, 0, shares), 0, 1)]  # (H, T, 3)
    alpha = np.where(unread, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(np.dstack([colours, alpha]), mode="RGBA").save(file, "PNG")
    return file.getvalue()


def memory_csv(reading: Reading, memory: Memory, place: int) -> str:
    """One row for each token: the share left of each unit, of what was written at `place`."""
    kept = memory.kept(place).T.tolist()  # (H, T)
    return token_csv(reading.review.tokens, {f"unit {unit}": shares for unit, shares in enumerate(kept)})


def unit_csv(memory: Memory) -> str:
    """One row for each unit: its half-life in tokens, and how often each gate is nearly shut and nearly open."""
    header = ["unit", "half-life (tokens)"]
    columns = [memory.half_life.tolist()]
    for saturation in memory.saturation:
        header += [f"{saturation.symbol} shut", f"{saturation.symbol} open"]
        columns += [saturation.shut.tolist(), saturation.open.tolist()]
    return csv_text(header, ([unit, *row] for unit, row in enumerate(zip(*columns, strict=True))))


def no_gates(sentence: str) -> Markup:
    """What stands here for a cell without gates."""
    return render("memory/no_gates.html", sentence=sentence)
