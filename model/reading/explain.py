"""The command that explains one review: its verdict, and what each token did to it.

python -m model explain "A wonderful film." [--checkpoint bilstm] [--method NAME] [--baseline NAME] [--json]
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from model import options as shared
from model.attribution.attribution import Attribution
from model.attribution.baselines import BASELINES, DEFAULT_BASELINE
from model.attribution.methods import DEFAULT_METHOD, METHODS
from model.language import gettext
from model.network.classify import tell
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Question

WIDEST = 24  # letters of a token before its score


@dataclass(frozen=True, slots=True)
class Options:
    """Which review, read by which checkpoint, explained how."""

    text: str
    checkpoint: str
    folder: Path
    method: str
    baseline: str
    json: bool


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    shared.add_text(parser)
    shared.add_checkpoint(parser)
    said = gettext("what credits the words: {names} (%(default)s)").format(
        names=", ".join(method.name for method in METHODS)
    )
    parser.add_argument("--method", default=DEFAULT_METHOD.name, metavar="NAME", help=said)
    said = gettext("what a word is compared with: {names} (%(default)s)").format(names=", ".join(BASELINES))
    parser.add_argument("--baseline", default=DEFAULT_BASELINE, metavar="NAME", help=said)


def work(options: Options) -> None:
    """Say verdict and scores, as text or, with the names of the endpoint /explain, as JSON."""
    text = shared.read_text(options.text)
    question = Question(text, options.checkpoint, options.method, options.baseline)
    explanation = Explainer(options.folder).explain(question)
    if options.json:
        sys.stdout.write(json.dumps(_answer(explanation), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(explanation)) + "\n")


def _answer(explanation: Explanation) -> dict[str, object]:
    attribution = explanation.attribution
    return {
        "tokens": [token.text for token in explanation.review.tokens],
        "scores": list(attribution.scores),
        "target": "positive",
        "logit": attribution.logit,
        "baseline_logit": attribution.baseline_logit,
        "delta": attribution.delta,
        "steps": attribution.steps,
        "parity": explanation.gates.parity,
    }


def _lines(explanation: Explanation) -> Iterator[str]:
    """Verdict, a line for each token, and whether the scores add up."""
    review, attribution = explanation.review, explanation.attribution
    yield from tell(explanation.prediction)
    yield ""
    words = [token.text for token in review.tokens]
    width = min(WIDEST, max(map(len, words)))
    unknown = set(review.unknown)
    for place, (word, score) in enumerate(zip(words, attribution.scores, strict=True)):
        mark = "  " + gettext("unknown") if place in unknown else ""
        number = f"{score:+8.3f}" if attribution.method.signed else f"{score:8.3f}"
        yield f"  {word:<{width}} {number}{mark}"
    yield ""
    yield _sum(attribution)


def _sum(attribution: Attribution) -> str:
    if attribution.baseline_logit is None or attribution.steps is None:
        return gettext("Scores of {method} need not add up to the logit.").format(
            method=gettext(attribution.method.name)
        )
    said = gettext(
        "{method}, baseline {baseline}: the scores add up to {total:+.3f} of the {difference:+.3f} logits between the "
        "baseline and this review ({steps} steps)."
    )
    return said.format(
        method=gettext(attribution.method.name),
        baseline=gettext(attribution.baseline),
        total=sum(attribution.scores),
        difference=attribution.logit - attribution.baseline_logit,
        steps=attribution.steps,
    )
