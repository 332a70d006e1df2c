"""The verdict as it reads: P(positive) after each prefix, on the token axis."""

from __future__ import annotations

from markupsafe import Markup

from model.language import gettext
from model.reading.explanation import Reading
from model.recurrence.prefixes import PrefixCurve
from views.drawing.downloads import csv_text, save_buttons
from views.drawing.template import render
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import Line, line_track


def running_verdict(reading: Reading, curve: PrefixCurve) -> Markup:
    """P(positive) after each prefix of the review, on the token axis, from 0 to 1."""
    tokens = reading.review.tokens
    places = curve.lengths - 1
    track = Track(
        gettext("verdict as it reads"),
        line_track([Line(places, curve.probabilities)], len(tokens), 0, 1, middle=0.5),
        "gs-running",
        gettext("P(positive) from 0 to 1"),
        numbers=running_numbers(curve, len(tokens)),
    )
    return render(
        "drawing/running.html",
        axis=token_axis(tokens, [track], gettext("The verdict as it reads")),
        both_ways=len(reading.gates.directions) > 1,
        thinned=0 if len(places) == len(tokens) else len(places),
        save=save_buttons("gatescope-prefixes", _csv(curve)),
    )


def _csv(curve: PrefixCurve) -> str:
    """One row for each prefix that was read."""
    columns = (column.tolist() for column in (curve.lengths, curve.logits, curve.probabilities))
    return csv_text(["tokens read", "logit", "P(positive)"], zip(*columns, strict=True))


def running_numbers(curve: PrefixCurve, tokens: int) -> list[str]:
    """P(positive) at each token as text; "≈" where the prefix was not read and its neighbours say."""
    filled = curve.at_tokens(tokens)
    return [
        f"{value:.2f}" if read else f"≈ {value:.2f}"
        for value, read in zip(filled.probabilities.tolist(), filled.read.tolist(), strict=True)
    ]
