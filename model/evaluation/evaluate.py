"""Measure a checkpoint, calibrate it and write its card.

    python -m model evaluate bilstm-recipe --data data/imdb.npz [--faithfulness]

The temperature is fitted on the validation split; the test split is only measured, and read once. Prints and stores
(`metrics.json`) accuracy, F1, ROC AUC, log loss and expected calibration error of both, the test split's by length,
negation and unknown words, how many behavioural cases pass, and how single sentences are judged. `--faithfulness`
compares the attribution methods on some validation reviews as well, and stores that in `faithfulness.json`. Of a
network that is small enough to see whole it finds the plane and the slow points of its states, too (`dynamics.json`).
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np

from model import files
from model import options as shared
from model.attribution import faithfulness
from model.attribution.faithfulness import FaithfulnessReport
from model.errors import DataError
from model.evaluation import behaviour, card
from model.evaluation.sentences import measure_sentences
from model.evaluation.slices import measure_slices
from model.language import gettext
from model.metrics import Capability, Metrics, Report, calibration_bins, fit_temperature, measure
from model.network import checkpoint
from model.network.checkpoint import Checkpoint
from model.recurrence import dynamics
from model.recurrence.dynamics import Dynamics
from model.training import data as dataset
from model.training.data import PreparedData, Split
from model.training.logits import logits_and_labels

REVIEWS = 200  # of the comparison of attribution methods


def evaluate(loaded: Checkpoint, data: PreparedData) -> tuple[Report, float]:
    """Measure on validation and test; also the temperature, fitted on validation, that the report was made with.

    `data` are in the checkpoint's words.
    """
    raw, labels = {}, {}
    for split in (Split.VALIDATION, Split.TEST):
        logits, labels[split] = logits_and_labels(loaded.network, data, data.rows(split), progress=True)
        raw[split] = logits * loaded.network.config.temperature
    temperature = fit_temperature(raw[Split.VALIDATION], labels[Split.VALIDATION])
    measured = {split: measure(raw[split] / temperature, labels[split]) for split in raw}
    test, positive = raw[Split.TEST], labels[Split.TEST] == 1
    report = Report(
        validation=measured[Split.VALIDATION],
        test=measured[Split.TEST],
        reviews=len(test),
        uncalibrated_ece=measure(test, positive).ece,
        reliability=calibration_bins(test / temperature, positive),
        slices=measure_slices(data, data.rows(Split.TEST), loaded.network.config.vocabulary_size, test, temperature),
    )
    return report, temperature


def measure_behaviour(loaded: Checkpoint) -> tuple[Capability, ...]:
    """Pass counts of the behavioural cases, the worst capability first."""
    return tuple(sorted(behaviour.run(loaded, behaviour.read_cases()), key=lambda capability: capability.rate))


def draw_reviews(data: PreparedData, vocabulary_size: int, reviews: int, seed: int) -> list[np.ndarray]:
    """Ids of validation reviews that are neither too short nor too long for the comparison, at most so many.

    Raises `DataError` where there are none.
    """
    rows = data.rows(Split.VALIDATION)
    lengths = data.offsets[rows + 1] - data.offsets[rows]
    rows = rows[(lengths >= faithfulness.MIN_TOKENS) & (lengths <= faithfulness.MAX_TOKENS)]
    if not len(rows):
        said = gettext("No validation review has {least} to {most} tokens: attribution methods cannot be compared.")
        raise DataError(said.format(least=faithfulness.MIN_TOKENS, most=faithfulness.MAX_TOKENS))
    chosen = np.random.default_rng(seed).choice(rows, size=min(reviews, len(rows)), replace=False)
    return [data.review(row, vocabulary_size) for row in np.sort(chosen)]


def table(report: Report) -> str:
    """The report as lines of text."""
    names = [field.name for field in fields(Metrics)]
    lines = [f"{'':<12}" + "".join(f"{name:>10}" for name in names)]
    for split in ("validation", "test"):
        values = asdict(getattr(report, split))
        lines.append(f"{split:<12}" + "".join(f"{values[name]:>10.4f}" for name in names))
    for each in report.slices:
        lines.append(
            f"{each.kind + ', ' + each.name:<46}{each.reviews:>8,} reviews, accuracy {each.accuracy:.4f}, "
            f"ece {each.ece:.4f}, {each.uncalibrated_ece:.4f} before the temperature"
        )
    lines += [f"{each.name:<46}{each.passed:>8} of {each.cases} cases pass" for each in report.behaviour]
    if report.sentences:
        lines.append(card.sentences_note(report.sentences))
    return "\n".join(lines)


def faithfulness_table(found: FaithfulnessReport) -> str:
    """The comparison as lines of text, the winner first."""
    return "\n".join(
        f"{each.method:<46}AOPC {each.aopc:.4f}, tau {each.tau:.3f}, {each.seconds:.2f} s a review"
        for each in found.ranking
    )


@dataclass(frozen=True, slots=True)
class Options:
    """Which checkpoint is measured, on what, and how much of it."""

    name: str
    data: Path
    folder: Path
    device: str
    faithfulness: bool
    reviews: int
    seed: int


def add_arguments(parser: ArgumentParser) -> None:
    """How the options are given."""
    parser.add_argument("name", metavar="NAME", help=gettext("the checkpoint"))
    shared.add_folder(parser)
    shared.add_data(parser)
    parser.add_argument("--faithfulness", action="store_true", help=gettext("compare the attribution methods, too"))
    said = gettext("how many reviews they are compared on (%(default)s)")
    parser.add_argument("--reviews", type=shared.at_least(1), default=REVIEWS, metavar="N", help=said)
    shared.add_seed(parser)
    shared.add_device(parser)


def work(options: Options) -> None:
    """Measure, store what was found beside the checkpoint, and say it."""
    data = dataset.load(options.data)
    loaded = checkpoint.load(options.name, options.folder, options.device)
    data = data.in_words(loaded.field.vocab.itos[2:])  # for all that is measured here
    size = loaded.network.config.vocabulary_size
    drawn = draw_reviews(data, size, options.reviews, options.seed) if options.faithfulness else []
    report, temperature = evaluate(loaded, data)
    loaded.network.config = replace(loaded.network.config, temperature=temperature)
    report = replace(report, behaviour=measure_behaviour(loaded), sentences=measure_sentences(loaded, "reporting"))
    compared = faithfulness.measure(loaded.network, drawn, options.seed, progress=True) if drawn else None
    found = _dynamics(loaded, data, options)
    _store(options.folder / options.name, temperature, report, compared, found)
    lines = [table(report)]
    if compared:
        lines.append(faithfulness_table(compared))
    lines.append(f"temperature {temperature:.3f}; test ECE before it {report.uncalibrated_ece:.4f}")
    sys.stdout.write("\n".join(lines) + "\n")


def _dynamics(loaded: Checkpoint, data: PreparedData, options: Options) -> Dynamics | None:
    """Of a network that is small enough to see whole; None of any other."""
    if not dynamics.seen_whole(loaded.network.config):
        return None
    size = loaded.network.config.vocabulary_size
    return dynamics.measure(loaded.network, draw_reviews(data, size, options.reviews, options.seed), options.seed)


def _store(
    folder: Path, temperature: float, report: Report, compared: FaithfulnessReport | None, found: Dynamics | None
) -> None:
    """Write what was measured, and the card. An earlier comparison of the methods stays where there is no new one."""
    checkpoint.set_temperature(folder, temperature)
    files.write_json(folder / "metrics.json", asdict(report))
    if compared:
        files.write_json(folder / faithfulness.FILE, asdict(compared))
    if found:
        files.write_json(folder / dynamics.FILE, asdict(found))
    loaded = checkpoint.load(folder.name, folder.parent)
    files.write_text(folder / "README.md", card.write(loaded, faithfulness.read(folder), dynamics.read(folder)))
