"""The facts about a checkpoint: all of them, escaped, and nothing measured where nothing was."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from model.network.checkpoint import Checkpoint
from tests.model.evaluation.test_card import REPORT
from tests.views.harmless import NASTY
from views.network.facts import facts


def told(explainer, **changes) -> Checkpoint:
    """The small checkpoint with something changed."""
    return replace(explainer.checkpoint("bilstm"), **changes)


def rows(page):
    found = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td></tr>', page)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def test_network_and_training_are_told(explainer):
    checkpoint = told(explainer, report=None)
    config, found = checkpoint.network.config, rows(facts(checkpoint))
    assert list(found)[:5] == ["Network", "Vocabulary", "Trained on", "Training", "Started from"]
    assert found["Network"] == f"{config.layers}-layer bidirectional LSTM, {config.hidden_size} units each way"
    assert f"{config.vocabulary_size - 2:,} words" in found["Vocabulary"]
    assert "Accuracy" not in found


def test_what_was_measured_is_told_with_its_units(explainer):
    found = rows(facts(told(explainer, report=REPORT)))
    assert found["Accuracy"] == f"{100 * REPORT.test.accuracy:.1f} % on {REPORT.reviews:,} test reviews"
    assert found["F1, ROC AUC"] == f"{REPORT.test.f1:.3f}, {REPORT.test.roc_auc:.3f}"
    assert found["Log loss"].endswith(" nats")
    assert "after temperature" in found["Calibration error"]


def test_a_plain_rnn_is_named(explainer):
    assert "plain tanh RNN" in rows(facts(explainer.checkpoint("rnn")))["Network"]


def test_other_sources_are_told_where_there_are_any(explainer):
    checkpoint = explainer.checkpoint("bilstm")
    taught = replace(checkpoint, training=replace(checkpoint.training, unlabelled=50_000))
    assert "50,000 unlabelled reviews" in rows(facts(taught))["Other sources"]


def test_names_never_become_markup(explainer):
    checkpoint = explainer.checkpoint("bilstm")
    training = replace(checkpoint.training, preset=NASTY, device=NASTY, vectors=NASTY, language_model=None)
    page = facts(replace(checkpoint, name=NASTY, training=training))
    assert "<img" not in page
    assert "<script" not in page
    assert html.unescape(page).count(NASTY) >= 3
