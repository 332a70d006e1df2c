"""How well the network does on a file: its measures, and the confusion matrix, whose cells show their reviews."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.workbench.overview import HITS, MISTAKES, KnownMetrics, Outcome, Overview
from views.drawing.template import render
from views.errors.parts import MARKS, outcome_name
from views.errors.picks import OutcomesPick


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as text; `unit` is "" where it has none or is not defined."""

    name: str
    number: str
    unit: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the confusion matrix; `share` is of all labelled rows, in [0, 1]."""

    outcome: Outcome
    count: int
    share: float

    @property
    def right(self) -> bool:
        """Whether verdict and label agree."""
        return self.outcome in HITS

    @property
    def mark(self) -> str:
        """The sign of a hit or a mistake."""
        return MARKS[self.outcome]

    @property
    def words(self) -> str:
        """The outcome in words."""
        return outcome_name(self.outcome)

    @property
    def pick(self) -> OutcomesPick:
        """What its button sends."""
        return OutcomesPick(outcomes=(self.outcome,))


@dataclass(frozen=True, slots=True)
class Row:
    """The rows of a file that have one label, by verdict: taken for positive, for negative."""

    name: str
    cells: tuple[Cell, Cell]


def overview_card(found: Overview) -> Markup:
    """Measures, what the labels were read as, and the confusion matrix."""
    return render(
        "errors/overview.html",
        measures=list(_measures(found.metrics)),
        missing=found.missing,
        reading=found.reading,
        rows=_rows(found.confusion) if found.labelled else (),
        mistakes=OutcomesPick(outcomes=MISTAKES),
    )


def _measures(metrics: KnownMetrics) -> Iterator[Measure]:
    for name, value, unit in (
        (gettext("accuracy"), metrics.accuracy, "%"),
        (gettext("F1 (positive)"), metrics.f1, ""),
        (gettext("ROC AUC"), metrics.roc_auc, ""),
        (gettext("log loss"), metrics.log_loss, gettext("nats")),
        (gettext("calibration error (ECE)"), metrics.ece, "%"),
    ):
        if value is None:
            yield Measure(name, "–", "")
        else:
            yield Measure(name, f"{100 * value:.2f}" if unit == "%" else f"{value:.4f}", unit)


def _rows(counts: np.ndarray) -> tuple[Row, Row]:
    """Counts (2, 2) by label (row) and verdict (column)."""
    total = max(int(counts.sum()), 1)

    def cell(label: int, verdict: int, outcome: Outcome) -> Cell:
        count = int(counts[label, verdict])
        return Cell(outcome, count, count / total)

    positive = (cell(1, 1, Outcome.TRUE_POSITIVE), cell(1, 0, Outcome.FALSE_NEGATIVE))
    negative = (cell(0, 1, Outcome.FALSE_POSITIVE), cell(0, 0, Outcome.TRUE_NEGATIVE))
    return Row(gettext("labelled positive"), positive), Row(gettext("labelled negative"), negative)
