"""Completeness: when scores count as adding up to the difference between the logits of review and baseline."""

from __future__ import annotations

MAX_DELTA = 0.01  # of the logit difference
MIN_DELTA = 0.005  # logits: less than the page's two digits show, and enough where there is hardly a difference


def max_delta(difference: float) -> float:
    """The largest |delta| (logits) at which scores add up: 1 % of the logit difference, or 0.005 where that is less."""
    return max(MAX_DELTA * abs(difference), MIN_DELTA)
