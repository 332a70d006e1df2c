"""What the report says of all that was asked of a file: the same numbers as the workbench has, and nothing unasked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.network import checkpoint
from model.workbench.audit_plan import SIMPLE
from model.workbench.hypotheses import INTERVENTIONS, Trial, run_trial
from model.workbench.note import UNCLEAR
from model.workbench.scoring import score
from model.workbench.versus import compare
from model.worker import TORCH
from tests.scored import made_table
from tests.views.errors.pages import NASTY, bench_of, text_of
from views.errors.export_tab import report
from views.errors.report.findings import find_findings
from views.errors.report.report import report_html

TEXTS = ["the film is good and great", "a dull film , not good", "it is bad !", "you and i"] * 3
SILENCED = next(each for each in INTERVENTIONS if each.name == "backward reader silenced")


@pytest.fixture
def loaded(checkpoints):
    return checkpoint.load("bilstm", checkpoints)


@pytest.fixture
def bench(loaded):
    table = made_table([1, 0, 0, 1] * 3, TEXTS)
    return bench_of(table, score(loaded, table.texts))


def test_nothing_is_found_where_nothing_was_asked(bench):
    assert find_findings(bench) == ()


def test_a_comparison_is_told_as_it_was_counted(bench, checkpoints):
    second = score(checkpoint.load("rnn", checkpoints), bench.table.texts)
    bench.versus = compare(bench.table, bench.scores, "rnn", second.logits)
    (found,) = find_findings(bench)
    pair = bench.versus.paired
    assert found.title == "rnn against bilstm"
    whole = found.table.rows[0]
    assert whole[:2] == ("all with a label", "12")
    assert whole[4:6] == (str(pair.fixed), str(pair.broken))
    assert whole[2] == f"{100 * pair.before:.1f}\u00a0%"
    assert all(len(row) == len(found.table.head) for row in found.table.rows)


def test_hypotheses_are_told_with_their_control(bench, loaded):
    for rows in (np.arange(4), np.arange(12)):
        *_, trial = run_trial(loaded, bench.table, bench.scores, SILENCED, rows, TORCH.run, 12)
        assert isinstance(trial, Trial)
        bench.trials.append(trial)
    (found,) = find_findings(bench)
    first, second = found.table.rows
    assert first[0] == "backward reader silenced"
    control = bench.trials[0].control.paired
    assert (first[1], first[5], first[6]) == ("4", str(control.fixed), str(control.broken))
    assert second[5:8] == ("–", "–", "–")  # all rows are in the slice: there is no control
    assert len(first) == len(found.table.head)


def test_corrections_and_an_audit_are_told_as_soon_as_there_are_any(bench):
    bench.draw_sample(SIMPLE, 4, 7)
    (audit,) = find_findings(bench)
    assert "seed 7: 0 of 4 reviews" in audit.note
    for row in bench.sample.rows:
        bench.say(row, label=int(bench.table.labels[row]))
    (audit,) = find_findings(bench)
    assert audit.table.rows[-1][0] == "accuracy in the sample alone"
    bench.say(bench.sample.rows[0], label=UNCLEAR)
    corrected, audit = find_findings(bench)
    assert corrected.table.rows[0] == ("labelled reviews", "12", "11", "−1")


def test_the_report_has_them_all_as_text(bench, loaded):
    *_, trial = run_trial(loaded, bench.table, bench.scores, SILENCED, np.arange(4), TORCH.run, 12)
    bench.trials = [replace(trial, intervention=replace(SILENCED, name=NASTY))]
    page = report_html(report(bench, np.arange(12), {}))
    assert "<img" not in page
    assert "Hypotheses tested" in page
    assert NASTY in text_of(page)
