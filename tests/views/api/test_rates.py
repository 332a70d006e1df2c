"""How often somebody may ask."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from views.api import rates
from views.api.rates import ADDRESS, VISIT, Buckets, Rate, Rates
from views.api.sent import Looked


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is set."""
    now = [1_000.0]
    monkeypatch.setattr(rates.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def client_of(tmp_path):
    async def inside(request):
        return PlainTextResponse("inside")

    app = Starlette(routes=[Route("/{path:path}", inside, methods=["GET", "POST"])])

    def client(asker="8.8.8.8", **limits):
        return TestClient(Looked(Rates(app, **limits), tmp_path), client=(asker, 1))

    return client


def ask(client, visit="a", **more):
    return client.post("/gradio_api/queue/join", json={"data": [], "session_hash": visit}, **more)


def test_bucket_gives_what_it_holds_and_is_filled_again(clock):
    buckets = Buckets(Rate(3, 2))
    assert [buckets.seconds_until_one("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.seconds_until_one("b") == 0
    clock[0] += 0.5
    assert [buckets.seconds_until_one("a") for _ in range(2)] == [0, 0.5]
    clock[0] += 1e6  # never more than it holds
    assert [buckets.seconds_until_one("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_buckets_have_no_more_memory_than_there_is_room_for(clock, monkeypatch):
    monkeypatch.setattr(rates, "KEPT", 10)
    buckets = Buckets(Rate(1, 1))
    for number in range(1_000):
        buckets.seconds_until_one(str(number))
    assert len(buckets._left) == 10


def test_visit_that_asks_too_often_is_told_how_long_to_wait_and_others_are_served(client_of, clock):
    client = client_of(visit=Rate(2, 0.1))
    assert [ask(client).status_code for _ in range(3)] == [200, 200, 429]
    found = ask(client)
    assert found.json()["detail"] == "Too many requests: wait 10 seconds."
    assert found.headers["retry-after"] == "10"
    assert ask(client, "b").status_code == 200
    clock[0] += 10
    assert ask(client).status_code == 200


def test_visits_that_are_made_up_do_not_help(client_of, clock):
    client = client_of(address=Rate(5, 1))
    assert [ask(client, str(number)).status_code for number in range(6)] == [200] * 5 + [429]
    assert ask(client, "new").json()["detail"] == "Too many requests: wait a second."
    assert client.post("/gradio_api/upload", content=b"x").text == "Too many requests: wait a second."
    assert client.get("/config").status_code == 200
    assert ask(client_of("9.9.9.9")).status_code == 200


def test_on_the_machine_itself_nobody_is_limited(client_of, clock):
    client = client_of("127.0.0.1", visit=Rate(1, 1), address=Rate(1, 1))
    assert {ask(client).status_code for _ in range(20)} == {200}


def test_class_of_200_behind_one_address_opens_the_page_at_once_and_works(clock):
    """As many events as are measured for a page that is opened, in one second; then one in two seconds each."""
    visits, addresses, refused = Buckets(VISIT), Buckets(ADDRESS), 0
    for second in range(60):
        for pupil in range(200):
            for _ in range(30 if second == 0 else pupil % 2):
                refused += bool(addresses.seconds_until_one("school") or visits.seconds_until_one(str(pupil)))
        clock[0] += 1
    assert refused == 0


@pytest.mark.parametrize("sent", [{"session_hash": ["a"]}, {"session_hash": None}, [1], "a", [None]])
def test_who_says_no_visit_counts_by_address_alone(client_of, clock, sent):
    client = client_of(visit=Rate(1, 1))
    assert [client.post("/gradio_api/call/classify", json=sent).status_code for _ in range(3)] == [200] * 3
