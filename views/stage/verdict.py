"""The verdict with its probability, and the checks of what is shown, as plain statements."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from model.attribution.attribution import Attribution
from model.language import gettext, marked, ngettext
from model.network.classify import DOUBT, EVEN, Prediction
from model.reading.explanation import Reading
from model.text import EncodedReview
from views.drawing.numbers import signed
from views.drawing.template import render

WARNING = "⚠"  # what a statement begins with that must not be overlooked
NO_VERDICT = marked("No word known")  # what stands in the place of a verdict
PARITY = 1e-5  # what "exact" means in float32
_LEAST = -1.0  # below each P(positive)
_WORDS = (  # what is said of a P(positive) above a bound, from the highest one down
    (0.5 + DOUBT, marked("Positive")),
    (0.5 + EVEN, marked("In doubt, leaning positive")),
    (0.5 - EVEN, marked("In doubt")),
    (0.5 - DOUBT, marked("In doubt, leaning negative")),
    (_LEAST, marked("Negative")),
)


def verdict(reading: Reading) -> Markup:
    """The verdict with its probability, and the checks, as plain statements."""
    prediction, review = reading.prediction, reading.review
    said = tuple(_checks(reading))
    return render(
        "stage/verdict.html",
        word=verdict_word(prediction),
        probability=prediction.probability,
        read_by=gettext("Read by {checkpoint}").format(checkpoint=reading.question.checkpoint),
        known="" if review.all_unknown else _known(review),  # that is said below, as a warning
        checks=tuple(check for check in said if not check.startswith(WARNING)),
        warnings=tuple(check for check in said if check.startswith(WARNING)),
    )


def verdict_word(prediction: Prediction) -> str:
    """The verdict in a word; a doubtful one is worded as a doubt, one on nothing that is known not as a verdict."""
    if prediction.review.all_unknown:
        return gettext(NO_VERDICT)
    return word_for(prediction.probability)


def word_for(probability: float) -> str:
    """The same for a P(positive) alone."""
    word = next(word for above, word in _WORDS if probability > above)
    return gettext(word)


def verdict_words(review: EncodedReview) -> list[tuple[float, str]]:
    """Those for verdicts that the page's scripts find: the first whose bound lies below P(positive), as in `word_for`.

    Of a review of which nothing is known there is none but that.
    """
    if review.all_unknown:
        return [(_LEAST, gettext(NO_VERDICT))]
    return [(above, gettext(word)) for above, word in _WORDS]


def _checks(reading: Reading) -> Iterator[str]:
    review = reading.review
    yield _known(review)
    if review.omitted:
        yield gettext(
            "⚠ Cut: the network read the first {head:,} and the last {tail:,} tokens; {omitted:,} between them were "
            "left out"
        ).format(head=review.head, tail=len(review.tokens) - review.head, omitted=review.omitted)
    yield gettext("Logit {logit}: P(positive) is its sigmoid").format(logit=signed(reading.prediction.logit))
    yield completeness(reading.scored) if reading.scored else gettext("What each word did is being computed …")
    yield _exact(reading)


def _known(review: EncodedReview) -> str:
    tokens, unknown = len(review.tokens), len(review.unknown)
    if review.all_unknown:
        said = ngettext(
            "⚠ {count:,} token, none of them known: this verdict says nothing about the text",
            "⚠ {count:,} tokens, none of them known: this verdict says nothing about the text",
            tokens,
        )
    elif unknown:
        said = ngettext("{count:,} token, {unknown:,} unknown", "{count:,} tokens, {unknown:,} unknown", tokens)
    else:
        said = ngettext("{count:,} token, all known", "{count:,} tokens, all known", tokens)
    return said.format(count=tokens, unknown=unknown)


def _exact(reading: Reading) -> str:
    """Whether what is replayed is what PyTorch computes."""
    parity, gated = reading.gates.parity, bool(reading.gates.cell.gates)
    if parity < PARITY:
        mark = gettext("✓ Gates are exact") if gated else gettext("✓ States are exact")
    else:
        mark = gettext("⚠ Gates are not exact") if gated else gettext("⚠ States are not exact")
    said = gettext("{mark}: replayed states differ from PyTorch's by {parity:.0e} at most")
    return said.format(mark=mark, parity=parity)


def completeness(attribution: Attribution) -> str:
    """Whether the scores add up to the verdict, as a statement."""
    if attribution.delta is None or attribution.baseline_logit is None:
        said = gettext("Scores of {method} need not add up to the logit")
        return said.format(method=gettext(attribution.method.name))
    difference = attribution.logit - attribution.baseline_logit
    if attribution.adds_up:
        said = gettext(
            "✓ The words add up: {total} of {difference} logits between the baseline's {baseline} and this review "
            "({off} logits off, {steps} steps)"
        )
    else:
        said = gettext(
            "⚠ The words add up only roughly: {total} of {difference} logits ({off} logits off, {steps} steps, the "
            "ceiling)"
        )
    return said.format(
        total=signed(sum(attribution.scores)),
        difference=signed(difference),
        baseline=signed(attribution.baseline_logit),
        off=f"{abs(attribution.delta):.2g}",
        steps=attribution.steps,
    )
