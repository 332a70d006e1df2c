"""The verdict with its probability, and the checks of what is shown, as plain statements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from model.attribution.attribution import Attribution
from model.language import gettext, marked, ngettext
from model.network.classify import DOUBT, Prediction
from model.reading.explanation import Reading
from model.text import EncodedReview
from views.drawing.numbers import signed
from views.drawing.template import render

WARNING = "⚠"  # what a statement begins with that must not be overlooked
NO_VERDICT = marked("No word known")  # what stands in the place of a verdict
PARITY = 1e-5  # what "exact" means in float32

_SURE = {"positive": marked("Positive"), "negative": marked("Negative")}
_DOUBTFUL = {"positive": marked("In doubt, leaning positive"), "negative": marked("In doubt, leaning negative")}


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
    return _word(prediction.label, prediction.doubtful)


def word_for(probability: float) -> str:
    """The same for a P(positive) alone."""
    return _word("positive" if probability > 0.5 else "negative", abs(probability - 0.5) < DOUBT)


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """The word for each P(positive), as `word_for` finds it: where it is less than `doubt` from 0.5 it is a doubt."""

    doubt: float
    positive: str
    negative: str
    leaning_positive: str
    leaning_negative: str


def verdict_words(review: EncodedReview) -> VerdictWords:
    """Those for verdicts that the page's scripts find; of a review of which nothing is known they are none."""
    if review.all_unknown:
        return VerdictWords(DOUBT, *[gettext(NO_VERDICT)] * 4)
    return VerdictWords(DOUBT, *(_word(label, doubtful) for doubtful in (False, True) for label in _SURE))


def _word(label: str, doubtful: bool) -> str:
    return gettext((_DOUBTFUL if doubtful else _SURE)[label])


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
