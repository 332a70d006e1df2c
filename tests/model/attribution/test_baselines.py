"""Baselines: what they stand for, and what is refused."""

from __future__ import annotations

import pytest

from model.attribution.attribution import attribute
from model.attribution.baselines import BASELINES, DEFAULT_BASELINE, check_baseline
from model.attribution.methods import METHODS
from model.errors import ReviewError
from tests.conftest import make_network
from tests.model.attribution.reviews import IDS

WITH_BASELINE = [method for method in METHODS if method.uses_baseline]
WITHOUT_BASELINE = [method for method in METHODS if not method.uses_baseline]


@pytest.mark.parametrize("method", WITH_BASELINE, ids=lambda method: method.name)
def test_baselines_differ_where_their_vectors_do(method):
    network = make_network()
    padding, unknown, zero = (attribute(network, IDS, method, baseline).scores for baseline in BASELINES)
    assert padding == pytest.approx(zero)  # padding stands at zero in the recipe
    assert padding != pytest.approx(unknown, abs=1e-4)


@pytest.mark.parametrize("method", WITHOUT_BASELINE, ids=lambda method: method.name)
def test_methods_without_a_baseline_find_the_same_with_any(method):
    network = make_network()
    found = [attribute(network, IDS, method, baseline) for baseline in BASELINES]
    assert {each.scores for each in found} == {found[0].scores}
    assert {each.baseline_logit for each in found} == {None}


@pytest.mark.parametrize("baseline", ["blur", "", 7, None, ["zero"]])
def test_unknown_baseline_is_refused(baseline):
    with pytest.raises(ReviewError, match=r"There is no such baseline; there are: padding, unknown word, zero\."):
        attribute(make_network(), IDS, baseline=baseline)


def test_default_is_one_of_them():
    check_baseline(DEFAULT_BASELINE)
