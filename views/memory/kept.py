"""HTML of the Memory tab: what is still there of what was written at the chosen token, unit by unit."""

from __future__ import annotations

import io
from html import escape

import numpy as np
from PIL import Image

from model.errors import ReviewError
from model.reading.explanation import Explanation
from model.recurrence.retention import Memory
from views.drawing.colours import gate_palette, palette_places
from views.drawing.downloads import csv_text, save_buttons, token_csv
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import Line, line_track, picture

QUARTILES = (25, 50, 75)


def memory_sheet(explanation: Explanation, memory: Memory, place: int, unit: int) -> str:
    """Of what was written at token `place`: the share left at each later token, of `unit`, over all, and of each.

    Raises `ReviewError` if there is no such unit.
    """
    tokens = explanation.review.tokens
    kept = memory.kept(place)  # (T, H), NaN before
    if not 0 <= unit < kept.shape[1]:
        raise ReviewError(f"There is no unit {unit}: this layer has {kept.shape[1]}, numbered from 0.")
    read = ~np.isnan(kept[:, 0])
    bands = np.full((len(QUARTILES), len(tokens)), np.nan)
    bands[:, read] = np.percentile(kept[read], QUARTILES, axis=1)
    places = np.arange(len(tokens))
    lines = [Line(places, band, kind) for band, kind in zip(bands, ("gs-thin", "gs-line", "gs-thin"), strict=True)]
    rows = [
        Track(
            f"unit {unit}",
            line_track([Line(places, kept[:, unit])], len(tokens), 0, 1),
            "gs-running",
            f"half-life {_tokens(memory.half_life[unit])}; left at the end: {_shares(_last(memory, kept))[unit]}",
            numbers=_shares(kept[:, unit]),
        ),
        Track(
            "middle unit",
            line_track(lines, len(tokens), 0, 1),
            "gs-running",
            "thin: quarter and three quarters",
            numbers=_shares(bands[1]),
        ),
        Track(
            "each unit",
            picture(_map(kept, memory), f"Share left in {kept.shape[1]} units at {len(tokens)} tokens"),
            "gs-map",
            f"{kept.shape[1]} units, by half-life: the longest on top",
        ),
    ]
    return f"""<section class="gs-card gs-picture gs-memory" aria-label="Memory">
<header><h2>What is left of what was written at <bdi>“{escape(tokens[place].text)}”</bdi> (token {place + 1})</h2>
<span class="gs-legend">0 <i class="gs-scale-gate"></i> 1: all of it is still there</span></header>
<p class="gs-note">Each token multiplies the cell by its forget gate f. After several tokens the product of those gates
is left of what was written, whatever is added since. Choose another token above to see what becomes of it.</p>
{token_axis(tokens, rows, "Memory")}
<footer><p class="gs-said">{_sentence(memory, kept, place, unit)}</p>
<p class="gs-note">A half-life is reckoned with the mean of the unit's forget gate over the whole review; over a stretch
of it, the gates that were really there may keep more or less.</p>
{save_buttons(f"gatescope-memory-layer{memory.layer}-{memory.direction}", memory_csv(explanation, memory, place))}
</footer></section>"""


def _shares(values: np.ndarray) -> list[str]:
    """Shares as percentages; "" where the direction had not read the token."""
    return ["" if np.isnan(value) else f"{100 * value:.0f} %" for value in values]


def _last(memory: Memory, kept: np.ndarray) -> np.ndarray:
    """The share that each unit has left at the last token that the direction reads, (H,)."""
    return kept[-1] if memory.direction == "forward" else kept[0]


def _sentence(memory: Memory, kept: np.ndarray, place: int, unit: int) -> str:
    longest = int(memory.half_life.argmax())
    after = len(kept) - 1 - place if memory.direction == "forward" else place
    end = _last(memory, kept)
    ends = (
        f" After the {after} token{'s' if after > 1 else ''} read since, unit {unit} has {_shares(end)[unit]} left, "
        f"the product of its forget gates; more than half is left in {int((end > 0.5).sum())} of {kept.shape[1]} units."
        if after
        else " It is the last token that this direction reads."
    )
    return (
        f"Half-life of the middle unit {_tokens(np.median(memory.half_life))}, "
        f"of the one with the longest memory (unit {longest}) {_tokens(memory.half_life[longest])}.{ends}"
    )


def _tokens(count: float) -> str:
    return "without end" if np.isinf(count) else f"{count:,.1f} tokens"


def _map(kept: np.ndarray, memory: Memory) -> bytes:
    """Units (rows, longest half-life on top) at tokens (columns) as a PNG; transparent where not yet read."""
    ordered = kept[:, np.argsort(-memory.half_life, kind="stable")].T  # (H, T)
    unread = np.isnan(ordered)
    palette = gate_palette()
    colours = palette[palette_places(np.where(unread, 0, ordered), 0, 1)]  # (H, T, 3)
    alpha = np.where(unread, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(np.dstack([colours, alpha]), mode="RGBA").save(file, "PNG")
    return file.getvalue()


def memory_csv(explanation: Explanation, memory: Memory, place: int) -> str:
    """One row for each token: the share left of each unit, of what was written at `place`."""
    kept = memory.kept(place).T.tolist()  # (H, T)
    return token_csv(explanation.review.tokens, {f"unit {unit}": shares for unit, shares in enumerate(kept)})


def unit_csv(memory: Memory) -> str:
    """One row for each unit: its half-life in tokens, and how often each gate is nearly shut and nearly open."""
    header = ["unit", "half-life (tokens)"]
    columns = [memory.half_life.tolist()]
    for saturation in memory.saturation:
        header += [f"{saturation.symbol} shut", f"{saturation.symbol} open"]
        columns += [saturation.shut.tolist(), saturation.open.tolist()]
    return csv_text(header, ([unit, *row] for unit, row in enumerate(zip(*columns, strict=True))))


def no_gates(sentence: str) -> str:
    """What stands here for a plain RNN."""
    return f'<section class="gs-card gs-empty">{escape(sentence)}</section>'
