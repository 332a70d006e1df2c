"""A few visitors at once, in short: everybody is answered as if alone, and a full queue refuses with a sentence."""

from __future__ import annotations

import asyncio

import pytest

from tests.load.crowd import crowd, one_by_one, review, wrong

VISITORS = 5


@pytest.fixture(scope="module")
def address(served: str) -> str:
    return served.rstrip("/")


def test_visitors_at_once_are_each_answered_as_if_alone(address):
    texts = [review(seed) for seed in range(VISITORS)]
    visits = asyncio.run(crowd(address, texts, within=0.5))
    assert [visit.refusals for visit in visits] == [[]] * VISITORS
    assert max(place for visit in visits for answer in visit.answers for place in answer.places) > 1
    assert wrong(visits, asyncio.run(one_by_one(address, texts[:2]))) == 0


def test_what_is_mixed_up_would_be_found(address):
    visits = asyncio.run(one_by_one(address, [review(100), review(101)]))
    first, second = visits
    first.answers[:], second.answers[:] = list(second.answers), list(first.answers)
    assert wrong(visits, []) == 2
