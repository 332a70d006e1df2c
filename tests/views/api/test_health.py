"""GET /health: what a load balancer hears, and when."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from model import __version__
from model.worker import Worker
from tests.conftest import await_that
from views.api.health import health_route


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def client(explainer, worker):
    with TestClient(Starlette(routes=[health_route(explainer, worker)])) as client:
        yield client


def test_server_that_can_serve_says_what_it_serves_with(client, explainer):
    explainer.checkpoint("rnn")
    found = client.get("/health")
    assert found.status_code == 200
    assert found.headers["cache-control"] == "no-store"
    assert found.json() == {
        "status": "ok",
        "version": __version__,
        "checkpoints": ["rnn"],
        "worker": {"alive": True, "waiting": 0},
    }


def test_it_is_answered_while_the_worker_computes_and_says_how_many_wait(client, worker):
    begun, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(3) as many:
        try:
            many.submit(worker.run, lambda: begun.set() or go_on.wait(20))
            assert begun.wait(20)
            asked = [many.submit(worker.run, lambda: None) for _ in range(2)]
            await_that(lambda: client.get("/health").json()["worker"]["waiting"] == 2)
            assert not any(each.done() for each in asked)
        finally:
            go_on.set()
    assert client.get("/health").json()["worker"] == {"alive": True, "waiting": 0}


def test_server_that_is_closed_sends_its_visitors_elsewhere(client, worker):
    worker.close()
    found = client.get("/health")
    assert (found.status_code, found.json()["status"]) == (503, "closing")


def test_worker_that_died_is_told_of_until_another_takes_its_place(client, worker):
    worker.run(lambda: None)
    worker._thread.shutdown()
    assert client.get("/health").json()["worker"]["alive"] is False
    worker.run(lambda: None)
    found = client.get("/health")
    assert (found.status_code, found.json()["worker"]["alive"]) == (200, True)


def test_any_number_may_ask(client):
    assert {client.get("/health").status_code for _ in range(300)} == {200}
