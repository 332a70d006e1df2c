"""HTML of the What if tab: verdict, running verdict and gates before and after something was held, on one scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.reading.explanation import Explanation
from model.recurrence.clamps import Clamp
from model.recurrence.interventions import Intervened
from model.recurrence.prefixes import PrefixCurve
from model.recurrence.replay import GateTrace
from views.drawing.downloads import csv_text, save_buttons, token_csv
from views.drawing.labels import NAMES
from views.drawing.numbers import difference, minus, signed
from views.drawing.running import running_numbers
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import Line, film_track, line_track


def clamp_words(clamp: Clamp, tokens: int) -> str:
    """What a clamp holds and where, in words."""
    what = f"{NAMES[clamp.symbol]} {clamp.symbol} = {minus(f'{clamp.value:g}')}"
    if clamp.symbol == "h" and clamp.value == 0:
        what = "switched off (h = 0)"
    layer = "all layers" if clamp.layer is None else f"layer {clamp.layer}"
    direction = "both directions" if clamp.direction is None else clamp.direction
    unit = "all units" if clamp.unit is None else f"unit {clamp.unit}"
    end = tokens if clamp.end is None else clamp.end
    if (clamp.start, end) == (0, tokens):
        place = "all tokens"
    else:
        place = f"token {end}" if end == clamp.start + 1 else f"tokens {clamp.start + 1} to {end}"
    return f"{what}: {layer}, {direction}, {unit}, {place}"


def nothing_held() -> str:
    """What stands here before anything is held."""
    return (
        '<section class="gs-card gs-empty">Choose a gate or a state above, a value and where to hold it, and press '
        "<strong>Hold it</strong>: the network reads the review once more with it. Try the forget gate at 0 (it "
        "forgets everything at each token) or at 1 (it forgets nothing), or switch a direction off.</section>"
    )


def change_card(explanation: Explanation, after: Intervened) -> str:
    """Both verdicts on one scale, and what is held."""
    before = explanation.prediction
    tokens = len(explanation.review.tokens)
    held = "".join(f"<li>{clamp_words(clamp, tokens)}</li>" for clamp in after.clamps)
    change = difference(before.probability, after.probability)
    last = ", the later ones over the earlier" if len(after.clamps) > 1 else ""
    flips = (before.logit > 0) != (after.logit > 0)
    said = "hardly moves P(positive)" if change == "0.00" else f"moves P(positive) by {change}"
    both = f"P(positive) {before.probability:.2f} before, {after.probability:.2f} after"
    markers = "".join(
        f'<i class="{kind}" style="left:{100 * each.probability:.1f}%"></i>'
        for kind, each in (("gs-before", before), ("gs-after", after))
    )
    return f"""<section class="gs-card gs-change" aria-label="Before and after">
<header><h2>Before and after</h2></header>
<p class="gs-label"><strong>{before.probability:.2f} → {after.probability:.2f}</strong>
<span>P(positive); logit {signed(before.logit)} → {signed(after.logit)}</span></p>
<div class="gs-meter" role="img" aria-label="{both}">{markers}</div>
<div class="gs-ends-label"><span>negative</span><span>hollow: before, full: after</span><span>positive</span></div>
<p class="gs-said">It {said}{": the verdict flips" if flips else ""}. Held{last}:</p><ul class="gs-held">{held}</ul>
</section>"""


def gates_sheet(explanation: Explanation, after: Intervened, layer: int, direction: str) -> str:
    """Each quantity of a layer and direction before and after, one under the other, on the same scale."""
    tokens = explanation.review.tokens
    old, new = explanation.gates.of(layer, direction), after.gates.of(layer, direction)
    rows = []
    for symbol in old.quantities:
        for trace, when in ((old, "before"), (new, "after")):
            means = trace.values(symbol).mean(axis=1)
            rows.append(
                Track(
                    f"{NAMES[symbol]} {symbol}",
                    film_track(trace, symbol),
                    "gs-film" + (" gs-apart" if when == "after" else ""),
                    when,
                    numbers=[minus(f"{mean:.2f}") for mean in means],
                )
            )
    what = "gates" if old.cell.gates else "states"
    changed = "" if _differ(old, new) else " Nothing changes in this layer and direction: look at another one."
    return f"""<section class="gs-card gs-picture" aria-label="Gates before and after">
<header><h2>The {what} before and after: layer {layer}, {direction}</h2></header>
<p class="gs-note">Means over the units, in the colours of the Gates tab; the number is that of the chosen
token.{changed}</p>
{token_axis(tokens, rows, "Gates before and after")}
<footer>{save_buttons("gatescope-what-if-gates", gates_csv(explanation, after))}</footer></section>"""


def _differ(old: GateTrace, new: GateTrace) -> bool:
    return any(not np.allclose(old.values(symbol), new.values(symbol), atol=1e-6) for symbol in old.quantities)


def running_sheet(explanation: Explanation, before: PrefixCurve, after: PrefixCurve) -> str:
    """The verdict as it reads, before and after."""
    tokens = explanation.review.tokens
    lines = [
        Line(before.lengths - 1, before.probabilities, "gs-dashed"),
        Line(after.lengths - 1, after.probabilities),
    ]
    row = Track(
        "verdict as it reads",
        line_track(lines, len(tokens), 0, 1, middle=0.5),
        "gs-running",
        "0 to 1; dashed: before",
        numbers=running_numbers(after, len(tokens)),
    )
    return f"""<section class="gs-card gs-picture" aria-label="The verdict as it reads, before and after">
{token_axis(tokens, [row], "The verdict as it reads, before and after")}
<footer>{save_buttons("gatescope-what-if-prefixes", running_csv(before, after))}</footer></section>"""


def gates_csv(explanation: Explanation, after: Intervened) -> str:
    """One row for each token: the mean over units of each quantity, before and after, of all layers and directions."""
    columns: dict[str, Sequence[float]] = {}
    for old in explanation.gates.traces:
        new = after.gates.of(old.layer, old.direction)
        for symbol in old.quantities:
            columns[f"{old.name}.{symbol} before"] = old.values(symbol).mean(axis=1).tolist()
            columns[f"{old.name}.{symbol} after"] = new.values(symbol).mean(axis=1).tolist()
    return token_csv(explanation.review.tokens, columns)


def running_csv(before: PrefixCurve, after: PrefixCurve) -> str:
    """One row for each prefix: P(positive) before and after."""
    columns = (before.lengths.tolist(), before.probabilities.tolist(), after.probabilities.tolist())
    return csv_text(["tokens read", "P(positive) before", "P(positive) after"], zip(*columns, strict=True))
