"""How a checkpoint judges what visitors type: a word, a line, three sentences at most, without commas and with typos.

A test set of reviews says little about them. The sentences are written by hand, each kind with as many that praise as
that complain; some say nothing about a film's worth, and there a doubt is the right answer. They come in two halves
that are made alike: "steering" is for choosing between networks, "reporting" for the figure that is told, and for
nothing before that.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from model import files
from model.assets import ASSETS
from model.errors import DataError
from model.language import gettext
from model.metrics import Capability, SentenceReport, calibration_bins, ece_by_chance, expected_calibration_error
from model.network.checkpoint import Checkpoint
from model.network.classify import Prediction, classify

SENTENCES = ASSETS / "sentences.csv"
NO_VERDICT = "none"  # the label of a sentence that says nothing about a film's worth

Label = Literal["positive", "negative", "none"]
Half = Literal["steering", "reporting"]

_COLUMNS = ["text", "label", "kind", "half"]
_LABELS: dict[str, Label] = {label: label for label in get_args(Label)}
_HALVES: dict[str, Half] = {half: half for half in get_args(Half)}


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a visitor could type. `kind` names what makes it hard, such as "irony"; `half` what it may be used for."""

    text: str
    label: Label
    kind: str
    half: Half


def read_sentences(path: Path = SENTENCES) -> tuple[Sentence, ...]:
    """All sentences of a CSV file, in its order. Raises `DataError` for anything that is not as it should be."""
    try:
        header, *rows = files.read_csv(path)
    except (OSError, ValueError, csv.Error) as error:
        sentence = gettext("The sentences '{file}' are missing or no readable CSV.")
        raise DataError(sentence.format(file=path.name)) from error
    if header != _COLUMNS:
        sentence = gettext("The sentences '{file}' need the columns {columns}, in this order.")
        raise DataError(sentence.format(file=path.name, columns=", ".join(_COLUMNS)))
    sentences = tuple(_sentence(row, number, path.name) for number, row in enumerate(rows, start=1))
    _check_whole(sentences, path.name)
    return sentences


def _sentence(row: list[str], number: int, file: str) -> Sentence:
    """One row, counted from 1 after the header."""
    if len(row) != len(_COLUMNS):
        sentence = gettext("Row {number} of '{file}' has {found} cells, not {expected}.")
        raise DataError(sentence.format(number=number, file=file, found=len(row), expected=len(_COLUMNS)))
    text, label, kind, half = row
    if not text.strip() or not kind.strip():
        raise DataError(
            gettext("Row {number} of '{file}' lacks its text or its kind.").format(number=number, file=file)
        )
    if label not in _LABELS:
        sentence = gettext("Row {number} of '{file}' has an unknown label; the labels are: {labels}.")
        raise DataError(sentence.format(number=number, file=file, labels=", ".join(_LABELS)))
    if half not in _HALVES:
        sentence = gettext("Row {number} of '{file}' is in an unknown half; the halves are: {halves}.")
        raise DataError(sentence.format(number=number, file=file, halves=", ".join(_HALVES)))
    return Sentence(text, _LABELS[label], kind, _HALVES[half])


def _check_whole(sentences: tuple[Sentence, ...], file: str) -> None:
    """Raise `DataError` where a text comes twice, or where a half has no sentence with, or none without, a verdict."""
    if len({sentence.text for sentence in sentences}) < len(sentences):
        raise DataError(gettext("The sentences '{file}' have one text twice.").format(file=file))
    found = {(sentence.half, sentence.label == NO_VERDICT) for sentence in sentences}
    if len(found) < 2 * len(_HALVES):
        sentence = gettext("The sentences '{file}' need some with and some without a verdict, in both halves.")
        raise DataError(sentence.format(file=file))


def measure_sentences(loaded: Checkpoint, half: Half, path: Path = SENTENCES) -> SentenceReport:
    """Classify every sentence of one half of the file.

    Raises `DataError` for a spoilt file and `ReviewError` for a sentence that cannot be read.
    """
    judged: list[tuple[Sentence, Prediction]] = []
    without: list[Prediction] = []
    for sentence in read_sentences(path):
        if sentence.half != half:
            continue
        prediction = classify(loaded, sentence.text)
        if sentence.label == NO_VERDICT:
            without.append(prediction)
        else:
            judged.append((sentence, prediction))
    right = [prediction.label == sentence.label for sentence, prediction in judged]
    logits = np.array([prediction.logit for _, prediction in judged])
    positive = np.array([sentence.label == "positive" for sentence, _ in judged])
    return SentenceReport(
        sentences=len(judged),
        accuracy=sum(right) / len(judged),
        ece=expected_calibration_error(calibration_bins(logits, positive)),
        kinds=_count([sentence.kind for sentence, _ in judged], right),
        without_verdict=len(without),
        doubtful=sum(prediction.doubtful for prediction in without) / len(without),
        distance=sum(abs(prediction.probability - 0.5) for prediction in without) / len(without),
        chance_ece=ece_by_chance(logits),
    )


def _count(kinds: list[str], right: list[bool]) -> tuple[Capability, ...]:
    """How many of each kind are right, in the order in which the kinds first come."""
    met: dict[str, list[bool]] = {}
    for kind, one in zip(kinds, right, strict=True):
        met.setdefault(kind, []).append(one)
    return tuple(Capability(kind, sum(each), len(each)) for kind, each in met.items())
