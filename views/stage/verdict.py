"""The verdict with its probability, and the checks of what is shown, as plain statements."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from model.attribution.attribution import MIN_DELTA, Attribution
from model.network.classify import Prediction
from model.reading.explanation import Explanation
from views.drawing.numbers import signed

PARITY = 1e-5  # what "exact" means in float32


def verdict(explanation: Explanation) -> str:
    """The verdict with its probability, and the two checks, as plain statements."""
    prediction = explanation.prediction
    return f"""<section class="gs-card gs-verdict" aria-label="Verdict">
<h2>Verdict</h2>
<p class="gs-label"><strong>{_label(prediction)}</strong> <span>P(positive) = {prediction.probability:.2f}</span></p>
<div class="gs-meter" role="img" aria-label="P(positive) = {prediction.probability:.2f}">
<i style="left:{100 * prediction.probability:.1f}%"></i></div>
<div class="gs-ends-label"><span>negative</span><span>in doubt</span><span>positive</span></div>
<ul class="gs-checks">{"".join(f"<li>{check}</li>" for check in _checks(explanation))}</ul>
</section>"""


def _label(prediction: Prediction) -> str:
    return f"In doubt, leaning {prediction.label}" if prediction.doubtful else prediction.label.capitalize()


def _checks(explanation: Explanation) -> Iterator[str]:
    review, attribution = explanation.review, explanation.attribution
    words = f"{len(review.tokens):,} token{'s' if len(review.tokens) != 1 else ''}"
    yield f"Read by {escape(explanation.question.checkpoint)}"
    if len(review.unknown) == len(review.tokens):
        yield f"⚠ {words}, none of them known: this verdict says nothing about the text"
    elif review.unknown:
        yield f"{words}, {len(review.unknown):,} unknown"
    else:
        yield f"{words}, all known"
    if review.omitted:
        yield (
            f"⚠ Cut: the network read the first {review.head:,} and the last {len(review.tokens) - review.head:,} "
            f"tokens; {review.omitted:,} between them were left out"
        )
    yield f"Logit {signed(attribution.logit)}: P(positive) is its sigmoid"
    yield completeness(attribution)
    parity = explanation.gates.parity
    shown = "Gates" if "i" in explanation.gates.traces[0].quantities else "States"
    mark = f"✓ {shown} are exact" if parity < PARITY else f"⚠ {shown} are not exact"
    yield f"{mark}: replayed states differ from PyTorch's by {parity:.0e} at most"


def completeness(attribution: Attribution) -> str:
    """Whether the scores add up to the verdict, as a statement."""
    if attribution.delta is None or attribution.relative_delta is None:
        return f"Scores of {escape(attribution.method)} need not add up to the logit"
    total, difference = sum(attribution.scores), attribution.logit - attribution.baseline_logit
    off = abs(attribution.delta)
    off = f"{off:.2g} logits" if off < MIN_DELTA or off >= abs(difference) else f"{100 * off / abs(difference):.2g} %"
    share = f"{off} off, {attribution.steps} steps"
    if attribution.adds_up:
        return (
            f"✓ The words add up: {signed(total)} of {signed(difference)} logits between the baseline's "
            f"{signed(attribution.baseline_logit)} and this review ({share})"
        )
    return f"⚠ The words add up only roughly: {signed(total)} of {signed(difference)} logits ({share}, the ceiling)"
