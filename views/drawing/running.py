"""The verdict as it reads: P(positive) after each prefix, on the token axis."""

from __future__ import annotations

import numpy as np

from model.reading.explanation import Explanation
from model.recurrence.prefixes import PrefixCurve
from views.drawing.downloads import csv_text, save_buttons
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import Line, line_track


def running_verdict(explanation: Explanation, curve: PrefixCurve) -> str:
    """P(positive) after each prefix of the review, on the token axis, from 0 to 1."""
    tokens = explanation.review.tokens
    places = curve.lengths - 1
    row = Track(
        "verdict as it reads",
        line_track([Line(places, curve.probabilities)], len(tokens), 0, 1, middle=0.5),
        "gs-running",
        "P(positive) from 0 to 1",
        numbers=running_numbers(curve, len(tokens)),
    )
    thinned = (
        ""
        if len(places) == len(tokens)
        else f" Of this long review {len(places)} prefixes were read; between them the line is straight."
    )
    columns = (column.tolist() for column in (curve.lengths, curve.logits, curve.probabilities))
    table = csv_text(["tokens read", "logit", "P(positive)"], zip(*columns, strict=True))
    return f"""<section class="gs-card gs-picture" aria-label="The verdict as it reads">
{token_axis(tokens, [row], "The verdict as it reads")}
<footer><p class="gs-note">P(positive) if the review ended after this token. Half of the network reads backwards: each
time it starts anew from that token, so a new word may change what the earlier ones meant.{thinned}</p>
{save_buttons("gatescope-prefixes", table)}</footer></section>"""


def running_numbers(curve: PrefixCurve, tokens: int) -> list[str]:
    """P(positive) at each token as text; "≈" where the prefix was not read and its neighbours say."""
    places = curve.lengths - 1
    read = set(places.tolist())
    at_token = np.interp(np.arange(tokens), places, curve.probabilities)
    return [f"{value:.2f}" if place in read else f"≈ {value:.2f}" for place, value in enumerate(at_token)]
