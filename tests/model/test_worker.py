"""The one thread that owns torch."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from model.errors import ClosingError
from model.tally import Tally, counting
from model.worker import Worker
from tests.conftest import await_that


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


def asked_meanwhile(worker, go_on, many, **asked):
    """Whoever asks for these while the worker computes something that ends once they all wait; in that order."""
    for number, (name, (work, first)) in enumerate(asked.items(), start=1):
        yield name, many.submit(worker.run, work, first)
        await_that(lambda number=number: worker.waiting >= number)
    go_on.set()


def test_what_is_quick_goes_before_all_that_waits_and_is_done_once():
    worker, seen, begun, go_on = Worker(), [], threading.Event(), threading.Event()
    with ThreadPoolExecutor(5) as many:
        many.submit(worker.run, lambda: begun.set() or go_on.wait(20))
        assert begun.wait(20)
        asked = {name: (lambda name=name: seen.append(name), name[0] == "q") for name in ("a", "q1", "b", "q2")}
        futures = dict(asked_meanwhile(worker, go_on, many, **asked))
        assert [each.result(20) for each in futures.values()] == [None] * 4
    assert seen == ["q1", "q2", "a", "b"]


def test_what_takes_long_gives_way_between_two_of_its_steps():
    worker, seen, begun, go_on = Worker(), [], threading.Event(), threading.Event()

    def long():
        begun.set()
        go_on.wait(20)
        worker.give_way()
        seen.append("long")

    with ThreadPoolExecutor(3) as many:
        many.submit(worker.run, long)
        assert begun.wait(20)
        quick = {"b": (lambda: seen.append("b"), False), "q": (lambda: 1 / 0 if seen else seen.append("q"), True)}
        futures = dict(asked_meanwhile(worker, go_on, many, **quick))
        assert futures["q"].result(20) is None
        assert futures["b"].result(20) is None
    assert seen == ["q", "long", "b"]


def test_an_error_of_what_goes_first_reaches_who_asked_and_not_whom_it_interrupts():
    worker, begun, go_on = Worker(), threading.Event(), threading.Event()

    def long():
        begun.set()
        go_on.wait(20)
        worker.give_way()
        return "done"

    with ThreadPoolExecutor(2) as many:
        whole = many.submit(worker.run, long)
        assert begun.wait(20)
        futures = dict(asked_meanwhile(worker, go_on, many, q=(lambda: 1 / 0, True)))
        with pytest.raises(ZeroDivisionError):
            futures["q"].result(20)
        assert whole.result(20) == "done"


def test_nobody_else_gives_way():
    worker = Worker()
    worker.run(lambda: None)
    worker._first.append(None)
    worker.give_way()
    assert len(worker._first) == 1


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


class Deadly:
    """Work that the thread does not survive."""

    def run(self, *context):
        raise SystemExit


def test_another_thread_takes_the_place_of_one_that_died(caplog):
    worker, go_on = Worker(), threading.Event()
    thread = worker.run(threading.current_thread)
    worker._thread.submit(go_on.wait, 20)
    worker._thread._work_queue.put(Deadly())
    with ThreadPoolExecutor(4) as many:  # all that wait for it are served
        asked = [
            many.submit(worker.run, lambda number=number: (number, threading.current_thread())) for number in range(4)
        ]
        await_that(lambda: worker.waiting == 4)
        go_on.set()
        found = [each.result(20) for each in asked]
    assert not thread.is_alive()
    assert [number for number, _ in found] == [0, 1, 2, 3]
    assert {each for _, each in found} != {thread}
    assert len({each for _, each in found}) == 1
    assert worker.run(threading.current_thread).is_alive()


def test_what_ends_a_program_ends_no_worker():
    worker = Worker()
    thread = worker.run(threading.current_thread)
    for wish in (SystemExit, KeyboardInterrupt, GeneratorExit):
        with pytest.raises(wish):
            worker.run(lambda wish=wish: (_ for _ in ()).throw(wish))
    assert worker.run(threading.current_thread) is thread


def test_how_many_wait_is_known_without_the_one_for_whom_it_computes():
    worker, begun, go_on = Worker(), threading.Event(), threading.Event()
    assert (worker.alive, worker.waiting) == (True, 0)
    with ThreadPoolExecutor(3) as many:
        first = many.submit(worker.run, lambda: begun.set() or go_on.wait(20))
        assert begun.wait(20)
        others = [many.submit(worker.run, lambda: None) for _ in range(2)]
        await_that(lambda: worker.waiting == 2)
        go_on.set()
        assert first.result()
        assert [each.result() for each in others] == [None, None]
    assert (worker.alive, worker.waiting) == (True, 0)


def test_closed_worker_begins_nothing_new_and_goes_on_with_what_it_began():
    worker, tally = Worker(), Tally()
    with counting(tally):
        worker.run(lambda: None)
    worker.close()
    with pytest.raises(ClosingError):
        worker.run(lambda: 1)
    with counting(Tally()), pytest.raises(ClosingError):
        worker.run(lambda: 1)
    with counting(tally):
        assert worker.run(lambda: 2) == 2


def test_seconds_of_waiting_are_written_down():
    worker, tally, begun, go_on = Worker(), Tally(), threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as other, counting(tally):
        other.submit(worker.run, lambda: begun.set() or go_on.wait(20))
        assert begun.wait(20)
        threading.Timer(0.05, go_on.set).start()
        worker.run(lambda: None)
    assert tally.begun
    assert 0.01 < tally.waited < 20
