"""The guard before the endpoints: what it passes on, and with which sentence it refuses the rest."""

from __future__ import annotations

import json

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from views.api.requests import Fields, Guard
from views.api.sent import Looked

CLASSIFY = Fields(("text",), {"checkpoint": "bilstm"})
SLICES = Fields(("texts", "labels"), {"checkpoint": "bilstm"})


async def echo(request: Request) -> Response:
    """What the app behind the guard was given."""
    body = await request.json() if request.method == "POST" else {}
    return Response(json.dumps(body), media_type="application/json")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST"])])
    guard = Guard(app, {"classify": CLASSIFY, "slices": SLICES})
    return TestClient(Looked(guard, tmp_path_factory.mktemp("uploads")))


def test_defaults_are_filled_in(client):
    found = client.post("/gradio_api/call/classify", json={"data": ["good"], "session_hash": "x"})
    assert (found.status_code, found.json()) == (200, {"data": ["good", "bilstm"], "session_hash": "x"})
    full = {"data": ["good", "rnn"]}
    assert client.post("/gradio_api/call/classify", json=full).json() == full


def test_fields_by_name_are_passed_on_as_they_are(client):
    for sent in ({"text": "good"}, {"text": None, "checkpoint": ["x"]}):
        assert client.post("/gradio_api/call/v2/classify", json=sent).json() == sent


def test_other_requests_are_passed_on(client):
    assert client.get("/gradio_api/call/classify/1").status_code == 200
    assert client.post("/gradio_api/queue/join", json={"anything": 1}).json() == {"anything": 1}


def test_half_an_emoji_is_passed_on(client):
    found = client.post("/call/classify", content=b'{"data": ["lone \\ud800 surrogate"]}')
    assert found.status_code == 200
    assert json.loads(found.content)["data"][0] == "lone \ud800 surrogate"


BAD = [
    ("classify", {"data": []}, "1 to 2 fields"),
    ("classify", {"data": ["a", "b", "c"]}, "1 to 2 fields"),
    ("classify", {"data": "good"}, "1 to 2 fields"),
    ("classify", {"data": {"text": "good"}}, "1 to 2 fields"),
    ("classify", {}, 'Send {"data": [text, …]} with 1 to 2 fields.'),
    ("classify", [1], "1 to 2 fields"),
    ("classify", "good", "1 to 2 fields"),
    ("slices", {"data": [["good"]]}, 'Send {"data": [texts, labels, …]} with 2 to 3 fields.'),
    ("v2/classify", {"checkpoint": "rnn"}, "The field 'text' is missing."),
    ("v2/classify", [1], "The field 'text' is missing."),
    ("v2/classify", {"checkpoint": "rnn", "more": 1}, "The field 'text' is missing."),
    ("v2/slices", {"texts": ["good"]}, "The field 'labels' is missing."),
    ("v2/classify", {"text": "good", "more": 1}, "There is an unknown field; the fields are: text, checkpoint."),
]


@pytest.mark.parametrize(("name", "body", "says"), BAD, ids=[f"{name}-{says}" for name, _, says in BAD])
def test_bad_calls_get_a_sentence(client, name, body, says):
    found = client.post(f"/gradio_api/call/{name}", json=body)
    assert found.status_code == 422
    assert says in found.json()["detail"]


def test_unknown_endpoints_are_named(client):
    found = client.post("/gradio_api/call/nothing", json={"data": []})
    assert found.status_code == 404
    assert found.json()["detail"] == "There is no endpoint of that name; there are: classify, slices."
