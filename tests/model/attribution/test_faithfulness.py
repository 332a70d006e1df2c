"""Faithfulness: by hand on a network that only adds, by what must hold, and of the checkpoint that is shipped."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from torch import nn

from model.attribution import faithfulness
from model.attribution.attribution import Attribution, attribute
from model.attribution.faithfulness import (
    SHARES,
    Erasure,
    Faithfulness,
    FaithfulnessReport,
    aopc,
    erase,
    leave_one_out,
    measure,
    read,
    towards,
)
from model.attribution.methods import DEFAULT_METHOD, METHODS, method_named
from model.errors import CheckpointError
from model.network.checkpoint import CHECKPOINTS
from model.network.classify import sigmoid
from model.reading.explainer import Explainer
from tests.conftest import make_network


class Adding(nn.Module):
    """A network whose logit is the sum of one number for each token: its perfect attribution is known."""

    def __init__(self, weights):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(torch.tensor([[0.0], [0.0], *([weight] for weight in weights)]))
        self.output = nn.Linear(1, 1)

    def forward(self, ids, lengths):
        return self.forward_embedded(self.embed(ids), lengths)

    def embed(self, ids):
        return self.embedding(ids)

    def forward_embedded(self, embedded, lengths):
        beyond = torch.arange(embedded.shape[1]) >= lengths[:, None]
        return embedded.squeeze(-1).masked_fill(beyond, 0).sum(dim=1)


WEIGHTS = [0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9, 1.1]  # of ids 2 to 11
REVIEW = tuple(range(2, 12))
TOTAL = sum(WEIGHTS)  # 1.6: positive
SIGNED = [method for method in METHODS if method.signed]
UNSIGNED = [method for method in METHODS if not method.signed]


def seconds_apart(report):
    return replace(report, methods=tuple(replace(method, seconds=0) for method in report.methods))


def test_erasures_of_ten_tokens_by_hand():
    best_first = np.argsort(-np.array(WEIGHTS))
    (curve,) = erase(Adding(WEIGHTS), REVIEW, [best_first], 1)
    p = sigmoid(TOTAL)
    for share, first in ((1, [1.1]), (10, [1.1]), (20, [1.1, 0.9]), (50, [1.1, 0.9, 0.7, 0.5, 0.3])):
        expected = [p - sigmoid(TOTAL - sum(first)), p - sigmoid(sum(first))]
        assert curve[SHARES.index(share)] == pytest.approx(expected, abs=1e-6)


def test_erasures_of_a_negative_verdict_are_in_the_probability_of_negative():
    flipped = [-weight for weight in WEIGHTS]
    order = [np.argsort(-np.array(WEIGHTS))]
    mirrored = erase(Adding(flipped), REVIEW, order, -1)
    np.testing.assert_allclose(mirrored, erase(Adding(WEIGHTS), REVIEW, order, 1), atol=1e-6)


def test_removing_is_reading_the_text_without_the_token():
    network, ids = make_network(), (3, 4, 5, 6, 0, 8)
    falls = leave_one_out(network, ids)
    for place in range(len(ids)):
        rest = torch.tensor([ids[:place] + ids[place + 1 :]])
        whole = network(torch.tensor([ids]), torch.tensor([6]))
        assert falls[place] == pytest.approx(float(whole - network(rest, torch.tensor([5]))), abs=1e-5)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("method", SIGNED, ids=lambda method: method.name)
def test_perfect_attribution_agrees_with_leaving_one_out_and_beats_a_random_order(method, sign):
    network = Adding([sign * weight for weight in WEIGHTS])
    report = measure(network, [REVIEW], seed=3, methods=[method])
    (found,) = report.methods
    assert found.tau == pytest.approx(1)
    for erasure, chance in zip(found.erasures, report.random, strict=True):
        assert erasure.comprehensiveness > chance.comprehensiveness
        assert erasure.sufficiency < chance.sufficiency
    assert found.aopc > aopc(report.random)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_what_has_no_sign_is_compared_by_size(method):
    scores = (0.5, 0.1, 0.9)
    expected = [-0.5, -0.1, -0.9] if method.signed else list(scores)
    assert towards(Attribution(method, "padding", scores, -1.0), -1).tolist() == expected


@pytest.mark.parametrize("method", UNSIGNED, ids=lambda method: method.name)
def test_what_has_no_sign_agrees_with_the_size_of_leaving_one_out(monkeypatch, method):
    scores = tuple(abs(weight) for weight in WEIGHTS)
    monkeypatch.setattr(
        faithfulness, "attribute", lambda network, ids, method, baseline: Attribution(method, baseline, scores, TOTAL)
    )
    (found,) = measure(Adding(WEIGHTS), [REVIEW], seed=1, methods=[method]).methods
    assert found.tau == pytest.approx(1)


def test_figures_are_means_over_reviews():
    network, reviews = make_network(), [(3, 4, 5, 6, 7), (8, 9, 10)]
    both = measure(network, reviews, seed=1)
    alone = [measure(network, [review], seed=1) for review in reviews]
    for index, found in enumerate(both.methods):
        parts = [report.methods[index] for report in alone]
        assert found.tau == pytest.approx(np.mean([part.tau for part in parts]))
        assert found.aopc == pytest.approx(np.mean([part.aopc for part in parts]))
        assert found.seconds > 0
    (first, second), names = both.ranking[:2], [method.method for method in both.methods]
    places = names.index(first.method), names.index(second.method)
    leads = [report.methods[places[0]].aopc - report.methods[places[1]].aopc for report in alone]
    assert both.lead == pytest.approx(np.mean(leads))
    assert both.lead_error == pytest.approx(abs(leads[0] - leads[1]) / 2)
    assert alone[0].lead_error is None


def test_delta_is_told_for_methods_that_promise_to_add_up():
    network, review = make_network(), (3, 4, 5, 6, 7)
    for found in measure(network, [review], seed=1).methods:
        relative = attribute(network, review, method_named(found.method)).relative_delta
        assert (relative is not None) == method_named(found.method).adds_up
        assert (found.median_delta, found.p95_delta) == (relative, relative)
    assert found.method == METHODS[-1].name


def test_same_seed_gives_the_same_figures():
    network, reviews = make_network(), [(3, 4, 5, 6, 7, 8, 9, 10, 11), (8, 9, 10, 2)]
    first, again, other = (seconds_apart(measure(network, reviews, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first.random != other.random
    assert first.methods == other.methods


def test_review_of_two_tokens_is_enough_and_of_one_is_refused():
    assert measure(make_network(), [(3, 4)], seed=1).reviews == 1
    for reviews in ([(3,)], []):
        with pytest.raises(ValueError, match="at least 2 tokens"):
            measure(make_network(), reviews, seed=1)


def made_report(lead_error=0.01):
    curves = [tuple(Erasure(share, height, 0.1) for share in SHARES) for height in (0.3, 0.5, 0.2)]
    methods = [Faithfulness(METHODS[0].name, curves[0], 0.5, 1.5, 0.001, 0.01)]
    methods.append(Faithfulness(METHODS[3].name, curves[1], 0.6, 0.5, None, None))
    return FaithfulnessReport(20, 1, "padding", "CPU, 1 thread", 5, curves[2], tuple(methods), lead_error)


def test_winner_has_the_largest_area_over_the_perturbation_curve():
    report = made_report()
    assert (report.winner, report.lead) == ("occlusion", pytest.approx(0.2))
    assert aopc(report.random) == pytest.approx(0.1)
    assert not report.doubtful
    assert made_report(lead_error=0.11).doubtful


def test_report_survives_the_disk_and_is_none_where_there_is_no_file(tmp_path):
    assert read(tmp_path) is None
    (tmp_path / "faithfulness.json").write_text(json.dumps(asdict(made_report())))
    assert read(tmp_path) == made_report()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"methods": [], "random": []}', '{"methods": [{"method": 1}]}'])
def test_damaged_report_is_one_sentence(tmp_path, text):
    (tmp_path / "faithfulness.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"^faithfulness.json of checkpoint '.*' cannot be used\.$"):
        read(tmp_path)


def test_default_method_of_the_page_is_the_winner_of_the_checkpoint_that_is_shipped():
    report = read(CHECKPOINTS / Explainer().default)
    if report is None:
        pytest.skip("the attribution methods were not compared on it yet")
    assert report.winner == DEFAULT_METHOD.name
