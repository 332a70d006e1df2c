"""The buckets and word lists: what holds whatever their edges and words are."""

from __future__ import annotations

import numpy as np
import pytest

from model.traits import BUCKETS, CONTRASTS, NEGATIONS


@pytest.mark.parametrize("kind", BUCKETS)
def test_buckets_leave_no_gap_and_do_not_overlap(kind):
    buckets = BUCKETS[kind]
    assert buckets[0].over < 0
    assert buckets[-1].most == np.inf
    assert [bucket.most for bucket in buckets[:-1]] == [bucket.over for bucket in buckets[1:]]


def test_words_that_negate_and_contrast_are_lower_case_and_differ():
    for words in (NEGATIONS, CONTRASTS):
        assert all(word == word.lower() for word in words)
        assert len(set(words)) == len(words)
    assert not set(NEGATIONS) & set(CONTRASTS)
