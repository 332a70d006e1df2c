"""Both verdicts on one meter, what lies between them, and which tokens it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext, ngettext
from model.reading.alignment import Pair
from model.reading.changes import NOTHING, largest, method_error, shares
from model.reading.comparison import Comparison
from model.reading.explanation import Explanation
from views.compare.scales import ScoreScale
from views.drawing.numbers import difference, signed
from views.drawing.template import render
from views.stage.verdict import verdict_word

SUMMED_UP = 3  # changes that the sentence names
FROM_BASELINE = 0.05  # logits: a smaller change of the baseline's verdict is not worth a sentence


@dataclass(frozen=True, slots=True)
class SideVerdict:
    """One side's verdict in words, with its remarks; `place` is P(positive) in percent."""

    name: str
    verdict: str
    probability: float
    remarks: tuple[str, ...]

    @property
    def place(self) -> float:
        """Where it stands on the meter, in percent."""
        return 100 * self.probability


@dataclass(frozen=True, slots=True)
class NamedChange:
    """One pair in a sentence: its words, "" where a side has none, where they stand, and the change."""

    left: str
    right: str
    places: str
    change: str

    @property
    def replaced(self) -> bool:
        """Whether both sides have a word, and not the same one."""
        return bool(self.left and self.right) and self.left.lower() != self.right.lower()


def verdicts(compared: Comparison, score: ScoreScale) -> Markup:
    """Both verdicts, and sentences on what changed most and how much of it stands on the words that differ."""
    before, after = compared.left.prediction, compared.right.prediction
    sides = (_side("A", compared.left), _side("B", compared.right))
    low, high = sorted(side.place for side in sides)
    places = [place for place in largest(compared.shift, SUMMED_UP) if abs(compared.shift[place]) > NOTHING]
    return render(
        "compare/verdicts.html",
        sides=sides,
        low=low,
        width=high - low,
        between=difference(before.probability, after.probability),
        logits=_logits(compared),
        changes=[_named(compared, place, score) for place in places],
        alike=compared.left.question == compared.right.question,
        unit=score.unit,
        sums=_sums(compared, score) if places else [],
    )


def _side(name: str, side: Explanation) -> SideVerdict:
    return SideVerdict(name, verdict_word(side.prediction), side.prediction.probability, _remarks(side))


def _remarks(side: Explanation) -> tuple[str, ...]:
    review = side.review
    tokens = ngettext("{count:,} token", "{count:,} tokens", len(review.tokens)).format(count=len(review.tokens))
    if review.unknown:
        tokens += gettext(", {count:,} unknown").format(count=len(review.unknown))
    remarks = [
        gettext("logit {logit}").format(logit=signed(side.prediction.logit)),
        gettext("checkpoint {name}").format(name=side.question.checkpoint),
        tokens,
    ]
    if review.omitted:
        cut = gettext("⚠ cut: {count:,} tokens in the middle were left out")
        remarks.append(cut.format(count=review.omitted))
    return tuple(remarks)


def _logits(compared: Comparison) -> str:
    return difference(compared.left.prediction.logit, compared.right.prediction.logit)


def _named(compared: Comparison, place: int, score: ScoreScale) -> NamedChange:
    pair = compared.pairs[place]
    change = score.change(float(compared.shift[place]))
    left, right = token_text(compared.left, pair.left), token_text(compared.right, pair.right)
    return NamedChange(left, right, places_text(pair), change)


def places_text(pair: Pair) -> str:
    """Where the tokens of a pair stand, from 1; of A and of B where they differ."""
    if pair.left is not None and pair.right is not None and pair.left != pair.right:
        return gettext("{left} of A, {right} of B").format(left=pair.left + 1, right=pair.right + 1)
    own = pair.right if pair.left is None else pair.left
    return "" if own is None else f"{own + 1}"


def token_text(side: Explanation, place: int | None) -> str:
    """The token at a place of one side; "" where it has none."""
    return "" if place is None else side.review.tokens[place].text


def _sums(compared: Comparison, score: ScoreScale) -> list[str]:
    """Which tokens the change comes from, and what is not the tokens' but the baseline's."""
    said = []
    baseline, missed = compared.baseline_change, method_error(compared)
    if baseline is not None and missed is not None and abs(baseline) >= FROM_BASELINE:
        numbers = {
            "logits": _logits(compared),
            "tokens": score.change(float(compared.shift.sum())),
            "baselines": signed(baseline),
            "error": signed(missed),
        }
        said.append(_from_baselines(abs(missed) >= FROM_BASELINE).format(**numbers))
    found = None if score.signless else shares(compared)
    if found is not None:
        numbers = {"differing": score.change(found.differing), "staying": score.change(found.staying)}
        said.append(_of_shares(found.felt).format(**numbers))
    return said


def _from_baselines(with_error: bool) -> str:
    if with_error:
        return gettext(
            "Of the {logits} logits between the verdicts the tokens explain {tokens}; {baselines} lie between the "
            "verdicts on the two baselines, and {error} is the method's error."
        )
    return gettext(
        "Of the {logits} logits between the verdicts the tokens explain {tokens}; {baselines} lie between the verdicts "
        "on the two baselines."
    )


def _of_shares(felt: bool) -> str:
    if felt:
        return gettext(
            "In all, the tokens that differ shift the sum of the scores by {differing}, those that stayed by {staying} "
            "though their words are the same: the network reads each word with those around it."
        )
    return gettext(
        "In all, the tokens that differ shift the sum of the scores by {differing}, those that stayed by {staying}."
    )
