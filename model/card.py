"""A checkpoint's model card: what it is, what it was trained on, what was measured, what it cannot do."""

from __future__ import annotations

from dataclasses import astuple

from model.checkpoint import Checkpoint
from model.metrics import Report

_CARD = """---
license: mit
language: en
pipeline_tag: text-classification
tags: [sentiment-analysis, lstm, imdb]
---

# {name}

A {layers}-layer bidirectional {cell} of {hidden} units that reads an English film review and says how likely it is
positive. Made to be looked into with Gatescope.

## What it is

| | |
| --- | --- |
| words | the {words:,} commonest of the training split, lower case, cut by spaCy's English rules |
| embedding | {embedding} dimensions, started from `{vectors}` |
| recurrence | {cell}, {layers} layers, {hidden} units in each direction |
| pooling | {pooling} |
| parameters | {parameters:,} |
| longest text | 1,000 tokens; longer ones keep their first 250 and last 750 |

## Training

Trained on {reviews:,} labelled reviews of the Large Movie Review Dataset (Maas et al., ACL 2011): its training split
without 2,457 reviews kept for validation and without those that stand in the test split as well. Preset `{preset}`,
seed {seed}, {epochs} epochs on {device} in {minutes:.0f} minutes; the best epoch by validation accuracy, number
{best_epoch}, is kept. Curves: `curves.png`, `history.json`.
{candidates}
## Measured

`python -m model.evaluate {name} --data data/imdb.npz`

{measured}

Each a fraction, but the log loss, in nats. The temperature {temperature:.3f} was fitted on validation. The expected
calibration error (15 bins) of the test split was {uncalibrated:.4f} before it. Validation chose word vectors and
epoch, so its figures flatter; the {test_reviews:,} test reviews steered nothing.

## How far to trust it

It knows English film reviews of up to 2011 and nothing else. Irony, verdicts that need knowledge of the world, and
reviews that mostly retell a plot mislead it; names of people and films that were rated well or badly sway it. Do not
use it to judge people or what they wrote. The dataset has no stated licence; its authors ask to be cited.
"""


def write(checkpoint: Checkpoint) -> str:
    """The card in Markdown. The checkpoint must have been evaluated."""
    config, training, report = checkpoint.network.config, checkpoint.training, checkpoint.report
    return _CARD.format(
        name=checkpoint.name,
        layers=config.layers,
        cell="LSTM" if config.cell == "lstm" else "plain tanh RNN",
        hidden=config.hidden_size,
        words=config.vocabulary_size - 2,
        embedding=config.embedding_size,
        vectors=training.vectors,
        pooling="last states of both directions" if config.pooling == "last" else "maximum and mean over the tokens",
        parameters=sum(parameter.numel() for parameter in checkpoint.network.parameters()),
        reviews=training.reviews,
        preset=training.preset,
        seed=training.seed,
        epochs=training.epochs,
        device=training.device,
        minutes=training.minutes,
        best_epoch=training.best_epoch,
        candidates=_candidates(checkpoint),
        measured=measured_table(report),
        temperature=config.temperature,
        uncalibrated=report.uncalibrated_ece,
        test_reviews=report.reviews,
    )


_CANDIDATES = """
Word vectors tried, by the best validation accuracy of an epoch (`vectors.txt` was learnt on the training and unlabelled
reviews by `python -m model.vectors`):

| vectors | epochs | accuracy |
| --- | --- | --- |
{rows}
"""


def _candidates(checkpoint: Checkpoint) -> str:
    candidates = checkpoint.training.candidates
    if len(candidates) < 2:
        return ""
    rows = [f"| `{each.vectors}` | {each.epochs} | {each.validation_accuracy:.4f} |" for each in candidates]
    return _CANDIDATES.format(rows="\n".join(rows))


def measured_table(report: Report) -> str:
    """Both splits as a Markdown table."""
    rows = [
        f"| {name} | " + " | ".join(f"{value:.4f}" for value in astuple(split)) + " |"
        for name, split in (("validation", report.validation), (f"test ({report.reviews:,} reviews)", report.test))
    ]
    head = ["| split | accuracy | F1 | ROC AUC | log loss | ECE |", "| --- | --- | --- | --- | --- | --- |"]
    return "\n".join(head + rows)
