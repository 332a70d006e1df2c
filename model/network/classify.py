"""A review in, a verdict out.

python -m model classify "A wonderful film." [--checkpoint bilstm] [--json]
"""

from __future__ import annotations

import json
import math
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from model import options as shared
from model.language import gettext, joined, marked, ngettext
from model.network import checkpoint as checkpoints
from model.network.checkpoint import Checkpoint
from model.text import EncodedReview, encode, pad

DOUBT = 0.1  # a probability nearer to 0.5 than this is worded as a doubt
EVEN = 0.005  # one nearer than this, which stands there as 0.50, leans to neither side


@dataclass(frozen=True, slots=True)
class Prediction:
    """The verdict on one review. `logit` is unbounded; `probability` = sigmoid(logit) = P(positive), in [0, 1]."""

    review: EncodedReview
    logit: float
    probability: float

    @property
    def label(self) -> str:
        """The likelier class: "positive" or "negative"."""
        return "positive" if self.logit > 0 else "negative"

    @property
    def doubtful(self) -> bool:
        """Whether the probability is so near to 0.5 that the label says little."""
        return abs(self.probability - 0.5) < DOUBT


def classify(checkpoint: Checkpoint, text: object) -> Prediction:
    """Read one raw review. Raises `ReviewError` if it cannot be read."""
    return classify_encoded(checkpoint, encode(text, checkpoint.field))


@torch.inference_mode()
def classify_encoded(checkpoint: Checkpoint, review: EncodedReview) -> Prediction:
    """The verdict on a review that is encoded already."""
    device = checkpoint.network.output.weight.device
    ids, lengths = pad([review.ids])
    logit = float(checkpoint.network(ids.to(device), lengths.to(device)))
    return Prediction(review, logit, sigmoid(logit))


def sigmoid(logit: float) -> float:
    """1 / (1 + exp(-logit)), without overflow."""
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))


LABELS = {"positive": marked("Positive"), "negative": marked("Negative")}


def tell(prediction: Prediction) -> Iterator[str]:
    """The verdict as lines of text, for a terminal."""
    label = gettext(LABELS[prediction.label])
    if prediction.doubtful:
        label = gettext("In doubt")
        if abs(prediction.probability - 0.5) >= EVEN:
            label = gettext("In doubt, leaning {label}").format(label=gettext(prediction.label))
    said = gettext("{label}: P(positive) = {probability:.2f}, logit {logit:+.2f}")
    yield said.format(label=label, probability=prediction.probability, logit=prediction.logit)
    review = prediction.review
    tokens = ngettext("{count:,} token", "{count:,} tokens", len(review.tokens)).format(count=len(review.tokens))
    if review.unknown:
        unknown = joined(dict.fromkeys(review.tokens[place].text for place in review.unknown))
        yield gettext("{tokens}, {count:,} unknown: {unknown}").format(
            tokens=tokens, count=len(review.unknown), unknown=unknown
        )
    else:
        yield gettext("{tokens}, all known").format(tokens=tokens)
    if review.omitted:
        said = gettext(
            "Cut: the network read the first {first:,} and the last {last:,} tokens; {omitted:,} were left out"
        )
        yield said.format(first=review.head, last=len(review.tokens) - review.head, omitted=review.omitted)


@dataclass(frozen=True, slots=True)
class Options:
    """Which review, read by which checkpoint."""

    text: str
    checkpoint: str
    folder: Path
    json: bool


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    shared.add_text(parser)
    shared.add_checkpoint(parser)


def work(options: Options) -> None:
    """Say the verdict, as text or, with the names of the endpoint /classify, as JSON."""
    prediction = classify(checkpoints.load(options.checkpoint, options.folder), shared.read_text(options.text))
    if not options.json:
        sys.stdout.write("\n".join(tell(prediction)) + "\n")
        return
    answer = {
        "label": prediction.label,
        "probability": prediction.probability,
        "logit": prediction.logit,
        "tokens": [token.text for token in prediction.review.tokens],
        "unknown": list(prediction.review.unknown),
        "truncated": prediction.review.omitted > 0,
    }
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
