"""The one thread that owns torch."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from model.worker import Worker


def test_whoever_asks_one_thread_computes():
    worker = Worker()
    with ThreadPoolExecutor(8) as many:
        threads = set(many.map(lambda _: worker.run(threading.get_ident), range(32)))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_one_thing_is_computed_at_a_time_in_the_order_of_asking():
    worker, seen = Worker(), []

    def work(number):
        seen.append(number)
        time.sleep(0.01)
        seen.append(number)

    with ThreadPoolExecutor(4) as many:
        for number in range(4):
            many.submit(worker.run, lambda number=number: work(number))
            time.sleep(0.003)
    assert seen == [0, 0, 1, 1, 2, 2, 3, 3]


def test_what_the_worker_itself_asks_for_is_computed_at_once():
    worker = Worker()
    assert worker.run(lambda: worker.run(lambda: worker.run(lambda: 3))) == 3


def test_an_error_reaches_who_asked_and_nobody_else():
    worker = Worker()
    with pytest.raises(ZeroDivisionError):
        worker.run(lambda: 1 / 0)
    assert worker.run(lambda: 1) == 1


def test_the_callers_language_is_spoken_while_it_computes():
    worker, spoken = Worker(), ContextVar("spoken", default="")
    worker.run(lambda: None)  # the thread is there already, with a context of its own
    spoken.set("de")
    assert worker.run(spoken.get) == "de"
