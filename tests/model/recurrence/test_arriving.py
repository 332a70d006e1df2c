"""How much of a gradient gets back over a distance, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from model.recurrence.arriving import reach


def test_reach_of_one_reader_counts_from_the_token_that_it_reads_last():
    norms = np.array([0.002, 0.4, 0.1, 2.0])
    forward, backward = reach(norms, ["forward"]), reach(norms, ["backward"])
    assert forward.distances.tolist() == backward.distances.tolist() == [0, 1, 2, 3]
    assert (10**forward.log10_gain).tolist() == pytest.approx([1, 0.05, 0.2, 0.001])
    assert (10**backward.log10_gain).tolist() == pytest.approx([1, 200, 50, 1000])


@pytest.mark.parametrize(
    ("norms", "expected"),
    [
        ([3.0, 0.1, 0.7, 4.0], [math.sqrt(25 / 2), math.sqrt(0.5 / 2)]),
        ([3.0, 0.1, 0.5, 0.7, 4.0], [math.sqrt(25 / 2), math.sqrt(0.5 / 2), 0.5]),
        ([0.3], [0.3]),
    ],
)
def test_reach_of_both_readers_counts_from_the_nearer_end(norms, expected):
    found = reach(np.array(norms))
    assert found.distances.tolist() == list(range(len(expected)))
    assert (10**found.log10_gain).tolist() == pytest.approx([each / expected[0] for each in expected])


def test_nothing_that_arrives_is_minus_infinity():
    assert reach(np.array([0.0, 1.0]), ["forward"]).log10_gain.tolist() == [0, -math.inf]
    assert reach(np.zeros(2), ["forward"]).log10_gain.tolist() == [-math.inf, -math.inf]
