"""A token's score as text, with its unit and its legend."""

from __future__ import annotations

from model.attribution.attribution import Attribution
from views.drawing.numbers import signed
from views.drawing.tracks import SCORE_LIMIT, bar_limit


def score_text(attribution: Attribution, score: float, digits: int = 2) -> str:
    """A score as text, with its sign where it has one."""
    return f"{score:.{max(digits, 3)}f}" if attribution.method == "saliency" else signed(score, digits)


def score_unit(attribution: Attribution) -> str:
    """What the scores are in."""
    return "logits per unit" if attribution.method == "saliency" else "logits"


def score_legend(attribution: Attribution) -> str:
    """The scale of the scores' colours."""
    if attribution.method == "saliency":
        limit = f"{bar_limit(attribution):.2g} {score_unit(attribution)}"
        return f'<span class="gs-legend">0 <i class="gs-scale-plain"></i> {limit}</span>'
    return (
        f'<span class="gs-legend">−{SCORE_LIMIT:g} <i class="gs-scale-score"></i> +{SCORE_LIMIT:g} logits'
        '<span class="gs-unknown gs-legend-unknown">unknown</span></span>'
    )
