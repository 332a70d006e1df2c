"""Charts: the points drawn are the numbers computed."""

from __future__ import annotations

import pytest

from model.checkpoint import Epoch
from model.metrics import CalibrationBin, Metrics, Report
from views import charts


def test_curves_show_each_epoch_in_percent():
    history = [Epoch(1, 0.6, 0.7, 0.5, 0.8, 1, 1), Epoch(2, 0.5, 0.8, 0.4, 0.85, 1, 1)]
    figure = charts.training_curves(history)
    assert {trace.name: list(trace.y) for trace in figure.data} == {
        "train": pytest.approx([70, 80]),
        "validation": pytest.approx([80, 85]),
    }


def test_reliability_shows_the_bins_with_their_counts():
    metrics = Metrics(0.9, 0.9, 0.9, 0.3, 0.01)
    report = Report(metrics, metrics, 7, 0.1, (CalibrationBin(0.6, 0.5, 3), CalibrationBin(0.9, 1.0, 4)))
    measured = charts.reliability_diagram(report).data[1]
    assert list(measured.x) == [60, 90]
    assert list(measured.y) == [50, 100]
    assert list(measured.text) == ["3 reviews", "4 reviews"]
