"""A token's score as text, with its unit and its legend."""

from __future__ import annotations

from markupsafe import Markup

from model.attribution.attribution import Attribution
from model.attribution.baselines import UNKNOWN_WORD
from model.language import gettext
from views.drawing.numbers import signed
from views.drawing.template import render
from views.drawing.tracks import SCORE_LIMIT, bar_limit


def score_text(attribution: Attribution, score: float, digits: int = 2) -> str:
    """A score as text, with its sign where it has one."""
    return signed(score, digits) if attribution.method.signed else f"{score:.{max(digits, 3)}f}"


def is_unscored(attribution: Attribution, unknown: bool) -> bool:
    """Whether a token is one that cannot be scored: an unknown word in the place of which an unknown word is put."""
    return unknown and attribution.method.uses_baseline and attribution.baseline == UNKNOWN_WORD


def score_unit(attribution: Attribution) -> str:
    """What the scores are in."""
    return gettext(attribution.method.unit)


def bar_range(attribution: Attribution) -> str:
    """The scale of a track of bars."""
    limit = bar_limit(attribution)
    if not attribution.method.signed:
        return gettext("0 to {limit:.2g}").format(limit=limit)
    return gettext("±{limit:g} logits").format(limit=limit)


def score_legend(attribution: Attribution) -> Markup:
    """The scale of the scores' colours."""
    sign = attribution.method.signed
    limit = f"{SCORE_LIMIT:g}" if sign else f"{bar_limit(attribution):.2g}"
    return render("drawing/score_legend.html", signed=sign, limit=limit, unit=score_unit(attribution))
