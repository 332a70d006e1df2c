"""What a checkpoint is, how it was trained and how well it does, as a table of facts."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from model.evaluation.card import started_from, taught
from model.language import gettext
from model.metrics import Report
from model.network.checkpoint import Checkpoint
from model.network.network import RecurrentNetwork
from views.drawing.template import render


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the table."""

    name: str
    value: str


def facts(checkpoint: Checkpoint) -> Markup:
    """The table; what was not measured is left out."""
    network, report = checkpoint.network, checkpoint.report
    rows = [*_of_network(network), *_of_training(checkpoint)]
    rows += _of_report(report, network.config.temperature) if report else []
    return render("network/facts.html", name=checkpoint.name, facts=rows)


def _of_network(network: RecurrentNetwork) -> list[Fact]:
    config, cell = network.config, gettext(network.cell.full_name)
    shape = gettext("{layers}-layer {cell}, {hidden} units, reads forward only")
    if config.bidirectional:
        shape = gettext("{layers}-layer bidirectional {cell}, {hidden} units each way")
    words = gettext("{words:,} words, embedding of {embedding}")
    return [
        Fact(gettext("Network"), shape.format(layers=config.layers, cell=cell, hidden=config.hidden_size)),
        Fact(
            gettext("Vocabulary"),
            words.format(words=config.vocabulary_size - 2, embedding=config.embedding_size),
        ),
    ]


def _of_training(checkpoint: Checkpoint) -> list[Fact]:
    training = checkpoint.training
    trained = gettext("{reviews:,} reviews of the Large Movie Review Dataset (Maas et al. 2011)")
    how = gettext("preset {preset}, epoch {best} of {epochs}, {minutes:.3g} minutes on {device}")
    rows = [
        Fact(gettext("Trained on"), trained.format(reviews=training.reviews)),
        Fact(
            gettext("Training"),
            how.format(
                preset=training.preset,
                best=training.best_epoch,
                epochs=checkpoint.epochs,
                minutes=checkpoint.minutes,
                device=training.device,
            ),
        ),
        Fact(gettext("Started from"), started_from(training)),
    ]
    more = taught(training)
    return [*rows, Fact(gettext("Other sources"), more)] if more else rows


def _of_report(report: Report, temperature: float) -> list[Fact]:
    accuracy = gettext("{accuracy:.1f} % on {reviews:,} test reviews")
    calibration = gettext("{after:.1f} % after temperature {temperature:.2f}, {before:.1f} % before")
    return [
        Fact(gettext("Accuracy"), accuracy.format(accuracy=100 * report.test.accuracy, reviews=report.reviews)),
        Fact(gettext("F1, ROC AUC"), f"{report.test.f1:.3f}, {report.test.roc_auc:.3f}"),
        Fact(gettext("Log loss"), gettext("{loss:.3f} nats").format(loss=report.test.log_loss)),
        Fact(
            gettext("Calibration error"),
            calibration.format(
                after=100 * report.test.ece, temperature=temperature, before=100 * report.uncalibrated_ece
            ),
        ),
    ]
