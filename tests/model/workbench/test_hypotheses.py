"""Hypotheses tested: nothing changed changes nothing, a planted shortcut is found, and what is held is held."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from statsmodels.stats.contingency_tables import mcnemar

from model.errors import ReviewError
from model.network import checkpoint
from model.network.checkpoint import Checkpoint, TrainingRecord
from model.network.network import NetworkConfig, RecurrentNetwork
from model.recurrence.interventions import intervene
from model.tables.labels import NO_LABEL
from model.text import encode
from model.workbench import hypotheses
from model.workbench.excerpts import excerpt, find_examples
from model.workbench.hypotheses import INTERVENTIONS, Intervention, Step, Trial, run_trial
from model.workbench.mcnemar import Change, apart
from model.workbench.patterns import pattern_rewriting
from model.workbench.scoring import score
from tests.conftest import save_checkpoint
from tests.scored import made_table

NOTHING = INTERVENTIONS[-1]
SILENCED = INTERVENTIONS[-2]
FILLERS = ("plot", "scene", "music", "story", "camera", "voice")


@pytest.fixture(scope="module")
def shortcut(tmp_path_factory) -> Checkpoint:
    """A network made by hand that takes a review for positive where "dvd" or "good" stands in it, "bad" does not."""
    folder = tmp_path_factory.mktemp("shortcut")
    words = ["dvd", "good", "bad", *FILLERS]
    config = NetworkConfig(
        vocabulary_size=len(words) + 2, embedding_size=3, hidden_size=3, layers=1, bidirectional=False, cell="rnn",
        pooling="max_mean", dropout=0.0,
    )  # fmt: skip
    network = RecurrentNetwork(config).eval().requires_grad_(False)
    for weights in network.parameters():
        weights.zero_()
    network.embedding.weight[2:5] = torch.eye(3)
    dict(network.named_parameters())["layers.0.forward_rnn.weight_ih_l0"].copy_(5 * torch.eye(3))
    network.output.weight[0, :3] = torch.tensor([6.0, 6.0, -12.0])  # of the largest value of each unit
    network.output.bias[0] = -3.0
    checkpoint.save(folder / "keyed", network, words, TrainingRecord("recipe", "none", 1, 1, 1, 0.1, "CPU", 1))
    return checkpoint.load("keyed", folder)


def planted(rows: int = 120):
    """Negative reviews that all name a dvd; every second one, outside of the slice, says "bad" as well."""
    rng = np.random.default_rng(0)
    texts = []
    for row in range(rows):
        words = [*rng.choice(FILLERS, 8), "dvd", *(["bad"] if row % 2 else [])]
        texts.append(" ".join(rng.permutation(words)))
    table = made_table([0] * rows, texts)
    return table, np.arange(0, rows, 2)


def trial_of(loaded, table, intervention, asked, **how) -> Trial:
    *steps, last = run_trial(loaded, table, score(loaded, table.texts), intervention, asked, lambda do: do(), **how)
    assert isinstance(last, Trial)
    assert all(isinstance(each, Step) and 0 <= each.share <= 1 for each in steps)
    assert steps[-1].share == 1
    return last


def by_pattern(pattern: str, replacement: str = "") -> Intervention:
    return Intervention("own", "", pattern_rewriting(pattern, replacement))


def test_nothing_changed_gives_the_same_logits_bit_for_bit(tiny):
    texts = [f"the film is {word} ! " * (1 + row % 7) for row, word in enumerate(["good", "bad", "dull", "great"] * 40)]
    table = made_table([row % 2 for row in range(160)], texts)
    found = trial_of(tiny, table, NOTHING, np.arange(60))
    assert (found.asked, found.applies, found.group.turned, found.group.moved) == (60, 60, 0, 0)
    for group in (found.group, found.control):
        np.testing.assert_array_equal(group.logits, group.later)
        assert (group.paired.fixed, group.paired.broken, group.paired.p) == (0, 0, 1)
        assert group.paired.net.low < 0 < group.paired.net.high
    np.testing.assert_allclose(found.group.logits, score(tiny, texts).logits[found.group.rows], atol=1e-5)


def test_a_planted_shortcut_is_found_in_the_slice_and_not_in_its_control(shortcut):
    table, asked = planted()
    found = trial_of(shortcut, table, by_pattern(r"\bdvd\b"), asked)
    assert found.applies == len(asked) == 60
    assert (found.group.paired.fixed, found.group.paired.broken) == (60, 0)
    assert (found.control.paired.fixed, found.control.paired.broken, found.unmatched) == (0, 0, 0)
    assert set(found.control.rows.tolist()).isdisjoint(asked.tolist())
    assert found.group.paired.p == pytest.approx(2 * 0.5**60)
    assert found.group.paired.p == pytest.approx(mcnemar([[0, 0], [60, 0]], exact=True).pvalue)
    assert found.group.paired.net.difference == found.apart.difference == 1
    assert found.apart.low > 0.8
    assert found.apart == apart(found.group.paired.net, found.control.paired.net)


def test_what_happens_outside_the_slice_as_well_is_no_finding(shortcut):
    table, _ = planted()
    table = replace(table, texts=tuple(text.replace("bad", "plot") for text in table.texts))
    found = trial_of(shortcut, table, by_pattern("dvd"), np.arange(0, 120, 2))
    assert found.group.paired.fixed == found.control.paired.fixed == 60
    assert found.apart.low < 0 < found.apart.high


def test_changes_are_counted_by_label_and_by_verdict(shortcut):
    table = made_table([0, 1, 1, 0, NO_LABEL], ["dvd plot", "dvd scene", "good dvd", "bad dvd", "dvd music"])
    found = trial_of(shortcut, table, by_pattern("dvd ?"), np.arange(5))
    assert dict(zip(found.group.rows.tolist(), map(Change, found.group.changes.tolist()), strict=True)) == {
        0: Change.FIXED, 1: Change.BROKEN, 2: Change.BOTH_RIGHT, 3: Change.BOTH_RIGHT, 4: Change.DIFFER,
    }  # fmt: skip
    assert found.group.turned == 3
    assert found.group.share.difference == 0.6
    assert found.control is None
    assert found.apart is None
    first = find_examples(table, found, found.group)
    assert {each.row for each in first[:3]} == {0, 1, 4}
    assert next(each.excerpt for each in first if each.row == 1).removed == "dvd"


def test_without_labels_only_changed_verdicts_are_counted(shortcut):
    table, asked = planted(40)
    found = trial_of(shortcut, replace(table, labels=np.full(40, NO_LABEL, np.int8)), by_pattern("dvd"), asked)
    assert (found.group.paired.rows, found.group.turned, found.control.turned) == (0, 20, 0)
    assert found.group.paired.net is None
    assert found.apart is None
    assert found.group.share.low > 0.8


def test_a_rewrite_that_empties_a_review_or_makes_it_too_long_skips_it(shortcut):
    table = made_table([0, 0, 0], ["dvd", "dvd plot", "scene"])
    found = trial_of(shortcut, table, by_pattern("dvd"), np.arange(3))
    assert (found.applies, found.asked) == (1, 3)
    assert [(each.rows, each.reason) for each in found.skipped] == [(1, "Nothing is left of the review.")]
    with pytest.raises(ReviewError, match="None of these reviews can be read after it: Nothing is left"):
        trial_of(shortcut, made_table([0], ["dvd"]), by_pattern("d.d"), np.arange(1))
    with pytest.raises(ReviewError, match="can be read"):
        trial_of(shortcut, made_table([0], ["plot " * 3_000]), by_pattern("plot", "plot plot plot"), np.arange(1))


def test_what_is_silenced_is_read_as_one_review_is(tiny):
    texts = ["the film is good , not great", "dull !", "a bad film and you know it"] * 3
    table = made_table([1, 0, 0] * 3, texts)
    found = trial_of(tiny, table, SILENCED, np.arange(4))
    assert (found.applies, len(found.group.rows)) == (4, 4)
    for row, before, later in zip(found.group.rows, found.group.logits, found.group.later, strict=True):
        embedded = tiny.network.embed(torch.tensor([encode(texts[row], tiny.field).ids]))
        held = intervene(tiny.network, embedded, SILENCED.clamps).logit
        assert later == pytest.approx(held, abs=1e-5)
        assert before == pytest.approx(intervene(tiny.network, embedded, ()).logit, abs=1e-5)


def test_a_network_that_has_no_backward_reader_says_so(tmp_path):
    save_checkpoint(tmp_path / "one", bidirectional=False)
    with pytest.raises(ReviewError, match="reads forward only"):
        trial_of(checkpoint.load("one", tmp_path), made_table([1], ["good"]), SILENCED, np.arange(1))


def test_many_rows_are_drawn_and_few_are_told(shortcut):
    table, asked = planted(200)
    found = trial_of(shortcut, table, by_pattern("dvd"), asked, most=30)
    assert (found.asked, found.applies, len(found.group.rows), len(found.control.rows)) == (100, 100, 30, 30)
    again = trial_of(shortcut, table, by_pattern("dvd"), asked, most=30)
    np.testing.assert_array_equal(found.group.rows, again.group.rows)
    np.testing.assert_array_equal(found.control.rows, again.control.rows)
    two = trial_of(shortcut, table, by_pattern("dvd"), asked[:2])
    assert two.group.paired.rows == 2
    assert two.group.paired.p == 0.5


@pytest.mark.parametrize(
    ("asked", "pattern", "said"), [([], "dvd", "No review passes"), ([0, 1], "zebra", "changes none of these reviews")]
)
def test_what_cannot_be_tested_is_said(shortcut, asked, pattern, said):
    with pytest.raises(ReviewError, match=said):
        trial_of(shortcut, planted()[0], by_pattern(pattern), np.array(asked, dtype=np.int64))


def test_rewriting_that_takes_too_long_in_all_is_refused(shortcut, monkeypatch):
    monkeypatch.setattr(hypotheses, "SECONDS", -1.0)
    with pytest.raises(ReviewError, match=re.escape("Rewriting takes more than")):
        trial_of(shortcut, planted()[0], by_pattern("dvd"), np.arange(4))


def test_every_intervention_has_a_name_of_its_own_and_says_what_it_does():
    assert len({each.name for each in INTERVENTIONS}) == len(INTERVENTIONS)
    assert all(each.about for each in INTERVENTIONS)
    assert [each.name for each in INTERVENTIONS if each.concerns_all] == [SILENCED.name, NOTHING.name]


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("a good film", "a good film", ("a good film", "", "", "")),
        ("a good film", "a bad film", ("a", "good", "bad", "film")),
        ("dull but fine.", "dull.", ("", "dull but fine.", "dull.", "")),
        ("it is not", "it is", ("it is", "not", "", "")),
        ("dvd scene", "scene", ("", "dvd", "", "scene")),
        ("aa aa", "aa aa aa", ("aa aa", "", "aa", "")),
        ("w " * 90 + "x", "w " * 90 + "y", ("…" + ("w " * 90)[-61:-1], "x", "y", "")),
    ],
)
def test_excerpts_show_where_texts_differ(before, after, parts):
    found = excerpt(before, after)
    assert (found.lead, found.removed, found.added, found.tail) == parts
