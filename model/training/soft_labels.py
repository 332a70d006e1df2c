"""Soft labels: what teachers say of the training and unlabelled reviews, for a student to learn (distillation).

    python -m model labels runs/teacher-1/best runs/teacher-2/best data/ngrams.npz --out data/labels.npz

The mean of the teachers' calibrated logits, calibrated once more, since a mean of several is less sure than it could
be, as a probability. Networks were trained on the labelled reviews, so of those only n-gram models speak, which judged
each review without having seen it (`model.training.ngrams`), and encoders of which each has left some out. Of excerpts
one teacher alone may speak, who has learnt such (`--excerpts`).
Distillation: Hinton, Vinyals & Dean (2015).
"""

from __future__ import annotations

import sys
import zipfile
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model import files
from model import options as shared
from model.errors import DataError
from model.language import gettext
from model.metrics import fit_temperature
from model.network import checkpoint
from model.network.precision import prefers_half
from model.training import data as dataset
from model.training.data import PreparedData, Split
from model.training.logits import logits_and_labels


@dataclass(frozen=True, slots=True)
class SoftLabels:
    """`probabilities` (reviews,) float32: P(positive) of every prepared review, NaN where no teacher was asked.

    `teachers` are their names.
    """

    probabilities: np.ndarray
    teachers: tuple[str, ...]

    @classmethod
    def from_logits(cls, logits: np.ndarray, teachers: tuple[str, ...]) -> SoftLabels:
        """From calibrated logits (reviews,), NaN where no teacher was asked."""
        return cls((1 / (1 + np.exp(-logits))).astype(np.float32), teachers)

    def logits(self) -> np.ndarray:
        """(reviews,) float64, finite, or NaN where no teacher was asked."""
        held = self.probabilities.astype(np.float64).clip(1e-6, 1 - 1e-6)
        return np.log(held) - np.log1p(-held)

    def accuracy(self, data: PreparedData, split: Split) -> float:
        """The share of a labelled split's reviews that are judged rightly."""
        rows = data.rows(split)
        return float(((self.probabilities[rows] > 0.5) == (data.labels[rows] == 1)).mean())

    @classmethod
    def none(cls, data: PreparedData) -> SoftLabels:
        """No teacher, for no review."""
        return cls(np.full(len(data.labels), np.nan, dtype=np.float32), ())


def write(labels: SoftLabels, data: PreparedData, path: Path) -> None:
    """Write soft labels whole or not at all. Raises `DataError` where that fails."""
    names = np.array(labels.teachers, dtype=np.str_)
    try:
        with files.whole(path) as partial, partial.open("wb") as file:
            np.savez_compressed(file, probabilities=labels.probabilities, teachers=names, digest=data.digest)
    except OSError as error:
        said = gettext("The soft labels could not be written to '{path}'; is the disk full?")
        raise DataError(said.format(path=path)) from error


def read(path: Path, data: PreparedData) -> SoftLabels:
    """Read soft labels. Raises `DataError` if they are missing, damaged, or were made for other prepared data."""
    if not path.is_file():
        said = gettext("There are no soft labels at '{path}': run 'python -m model labels' first.")
        raise DataError(said.format(path=path))
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = dict(file)
        labels = SoftLabels(arrays["probabilities"], tuple(str(name) for name in arrays["teachers"]))
        digest = str(arrays["digest"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        said = gettext("'{path}' is damaged or holds no soft labels: run 'python -m model labels' again.")
        raise DataError(said.format(path=path)) from error
    if digest != data.digest:
        said = gettext("The soft labels in '{path}' were made for other prepared data: make them again.")
        raise DataError(said.format(path=path))
    return labels


def mean(all_labels: Sequence[SoftLabels]) -> SoftLabels:
    """The mean in logits of those that speak of a review; NaN where none does."""
    logits = np.stack([each.logits() for each in all_labels])
    spoken = ~np.isnan(logits)
    summed = np.where(spoken, logits, 0).sum(axis=0)
    count = spoken.sum(axis=0)
    averaged = np.divide(summed, count, out=np.full(len(summed), np.nan), where=count > 0)
    return SoftLabels.from_logits(averaged, tuple(name for each in all_labels for name in each.teachers))


def calibrated(labels: SoftLabels, data: PreparedData) -> SoftLabels:
    """With logits divided by the temperature that fits validation best; as they are where none speaks of it."""
    logits, rows = labels.logits(), data.rows(Split.VALIDATION)
    rows = rows[~np.isnan(logits[rows])]
    if not len(rows):
        return labels
    return SoftLabels.from_logits(logits / fit_temperature(logits[rows], data.labels[rows]), labels.teachers)


def with_excerpts(labels: SoftLabels, judge: SoftLabels, data: PreparedData) -> SoftLabels:
    """With what `judge` alone says of excerpts."""
    probabilities, rows = labels.probabilities.copy(), data.rows(Split.EXCERPT)
    probabilities[rows] = judge.probabilities[rows]
    return SoftLabels(probabilities, tuple(dict.fromkeys([*labels.teachers, *judge.teachers])))


def ask(folder: Path, data: PreparedData, device: str) -> SoftLabels:
    """What a trained network says of the unlabelled and validation reviews, its temperature fitted on validation."""
    loaded = checkpoint.load(folder.name, folder.parent, device)
    network, data = loaded.network, data.in_words(loaded.field.vocab.itos[2:])
    rows = np.concatenate([data.rows(Split.VALIDATION), data.rows(Split.UNLABELLED)])
    logits, truth = logits_and_labels(network, data, rows, half=prefers_half(device), progress=True)
    known = data.splits[rows] == Split.VALIDATION
    spoken = np.full(len(data.labels), np.nan)
    spoken[rows] = logits / fit_temperature(logits[known], truth[known])
    return SoftLabels.from_logits(spoken, (folder.parent.name if folder.name == "best" else folder.name,))


@dataclass(frozen=True, slots=True)
class Options:
    """Who is asked, about what, and where the soft labels are written."""

    teachers: list[Path]
    excerpts: Path | None
    data: Path
    out: Path
    device: str


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    said = gettext("folders of checkpoints, or files of soft labels")
    parser.add_argument("teachers", nargs="+", type=Path, metavar="TEACHER", help=said)
    said = gettext("soft labels by somebody who has learnt excerpts, and who alone speaks of them")
    parser.add_argument("--excerpts", type=Path, metavar="FILE", help=said)
    shared.add_data(parser)
    shared.add_out(parser, "data/labels.npz")
    shared.add_device(parser)


def work(options: Options) -> None:
    """Write the mean of some teachers, and say how right each and their mean are on validation."""
    data = dataset.load(options.data)
    found = [read(path, data) if path.is_file() else ask(path, data, options.device) for path in options.teachers]
    merged = calibrated(mean(found), data)
    if options.excerpts is not None:
        merged = with_excerpts(merged, read(options.excerpts, data), data)
    write(merged, data, options.out)
    for each in [*found, merged]:
        accuracy = each.accuracy(data, Split.VALIDATION)
        sys.stdout.write(f"{' + '.join(each.teachers)}: validation accuracy {accuracy:.4f}\n")
