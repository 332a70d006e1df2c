"""The card: sections only for what was measured, and the sentences that judge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.evaluation import card
from model.metrics import Capability, Report, SentenceReport, Slice, calibration_bins, measure
from model.network.checkpoint import Epoch
from tests.conftest import make_network
from tests.model.attribution.test_faithfulness import made_report

LOGITS, LABELS = np.array([2.0, -1.0, 0.5, -3.0, 1.0]), np.array([1, 1, 0, 0, 1])
REPORT = Report(measure(LOGITS, LABELS), measure(LOGITS, LABELS), 5, 0.1, calibration_bins(LOGITS, LABELS == 1))
BEHAVIOUR = (Capability("irony", 1, 4), Capability("typos", 69, 100), Capability("plain", 7, 10))


@pytest.fixture
def evaluated(tiny):
    return replace(tiny, report=REPORT)


def test_what_was_not_measured_has_no_section(evaluated):
    headings = [line for line in card.write(evaluated).splitlines() if line.startswith("## ")]
    assert headings == ["## What it is", "## Training", "## Measured", "## How far to trust it"]


def test_what_was_measured_has_its_section(evaluated):
    more = replace(REPORT, slices=(Slice("tokens", "up to 100", 1_234, 0.9, 0.01, 0.05, 0.004),), behaviour=BEHAVIOUR)
    more = replace(more, sentences=SentenceReport(40, 0.75, 0.125, (Capability("names", 3, 4),), 10, 0.4, 0.2, 0.031))
    text = card.write(replace(evaluated, report=more), made_report())
    assert "Of 40 sentences as visitors type them" in text
    assert "75.0 % are judged rightly, with an expected calibration error of 12.5 % (a perfectly" in text
    assert "network would show 3.1 % on so few); of 10 that" in text
    assert "| names | 3 | 4 | 75 % |" in text
    assert "| tokens | up to 100 | 1,234 | 0.9000 | 0.0100 | 0.0500 | 0.0040 |" in text
    assert "| irony | 1 | 4 | 25 % |" in text
    assert "| integrated gradients | 0.2000 | 0.500 | 1.50 | 0.10 % | 1.00 % |" in text
    assert "| occlusion | 0.4000 | 0.600 | 0.50 | – | – |" in text
    assert "| random order, comprehensiveness | 0.2000 | 0.2000 | 0.2000 | 0.2000 | 0.2000 |" in text
    assert "{" not in text


def test_card_tells_of_the_whole_run_beyond_the_best_epoch(evaluated):
    training = replace(evaluated.training, best_epoch=2, epochs=2, minutes=3.0, device="CPU")
    history = tuple(Epoch(number, 0.5, 0.8, 0.5, 0.8, 1_000, 1.5) for number in (1, 2, 3))
    text = card.write(replace(evaluated, training=training, history=history))
    assert "3 epochs on CPU in 4.5 minutes; the best epoch by validation\naccuracy, number 2, is kept" in text
    assert "2 epochs on CPU in 3 minutes" in card.write(replace(evaluated, training=training, history=()))


def test_network_that_judges_by_chance_has_a_warning(evaluated):
    test = evaluated.report.test
    for accuracy, warned in ((0.53, True), (0.9, False)):
        report = replace(evaluated.report, test=replace(test, accuracy=accuracy))
        text = card.write(replace(evaluated, report=report))
        assert ("better than chance" in text) is warned
        assert "plain RNN" not in text  # the lesson is one for cells without gates


def test_network_that_reads_forward_only_says_so(evaluated):
    assert "A 2-layer bidirectional LSTM of 5 units that reads an English film review and says" in card.write(evaluated)
    network = make_network(bidirectional=False, layers=1)
    text = card.write(replace(evaluated, network=network))
    assert "A 1-layer LSTM of 5 units that reads an English film review, forward only, and says" in text
    assert "LSTM, 1 layer, 5 units, forward only |" in text
    assert "| pooling | last state |" in text
    assert "both directions" not in text
    assert "bidirectional" not in text


def test_capabilities_that_fail_are_named():
    assert "The network fails here: irony (25 %), typos (69 %)." in card.behaviour_note(BEHAVIOUR)
    assert "No capability passes fewer." in card.behaviour_note(BEHAVIOUR[2:])


def test_winner_is_named_with_its_lead_and_whether_it_is_the_default():
    assert card.winner_note(made_report()) == (
        "The winner by AOPC is occlusion with 0.4000, 0.2000 above integrated gradients (standard error 0.0100). "
        "The page's default method is integrated gradients."
    )
    first = replace(made_report(), methods=made_report().methods[:1])
    assert card.winner_note(first).endswith("It is the page's default method.")
    assert "may be chance" in card.winner_note(made_report(lead_error=0.15))
