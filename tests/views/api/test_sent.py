"""What comes as JSON: what no page would send is refused with a sentence, before Gradio sees it."""

from __future__ import annotations

import json

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from views.api import sent
from views.api.sent import MAX_BODY, MAX_DEPTH, MAX_EVENT, Looked

FILE = {"_type": "gradio.FileData"}


async def echo(request: Request) -> Response:
    """What the app behind it was given, byte by byte."""
    return Response(await request.body())


@pytest.fixture
def uploads(tmp_path):
    folder = tmp_path / "uploads"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "mine.csv").write_text("text\n")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def client(uploads):
    app = Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST"])])
    return TestClient(Looked(app, uploads))


def refused(found, status, says):
    assert found.status_code == status
    assert says in found.json()["detail"]


@pytest.mark.parametrize("content", [b"nonsense", b"", b"\xff", b"[" * 100_000, b"[NaN]", b"[-Infinity]"])
def test_what_is_no_json_is_refused(client, content):
    refused(client.post("/queue/join", content=content), 422, "The request is not valid JSON.")


def test_numbers_without_bounds_are_refused(client):
    refused(client.post("/queue/join", content=b'{"data": [1e999]}'), 400, "a number that is too large")


@pytest.mark.parametrize("path", ["/queue/join", "/call/classify"])
@pytest.mark.parametrize("name", ["", "\ud800", "a\nb", "x" * 101])
def test_visit_of_a_name_that_no_page_makes_up_is_refused(client, path, name):
    sent = json.dumps({"data": [], "session_hash": name})
    refused(client.post(path, content=sent), 400, "session_hash is not understood")


def test_lists_in_lists_are_passed_on_as_deep_as_the_page_sends_them_and_no_deeper(client):
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert client.post("/queue/join", content=deep).content == deep
    refused(client.post("/queue/join", content=b"[" + deep + b"]"), 400, "lists and objects in one another")


@pytest.mark.parametrize(("path", "most"), [("/call/classify", MAX_BODY), ("/queue/join", MAX_EVENT)])
def test_too_large_a_body_is_refused(client, path, most):
    refused(client.post(path, content=b"x" * (most + 1)), 413, f"larger than {most:,} bytes")


def test_body_is_passed_on_as_it_is(client):
    body = json.dumps({"data": ["lone \ud800", None, 7, {"a": [1.5]}]}, indent=3).encode()
    assert client.post("/queue/join", content=body).content == body
    assert client.post("/upload", content=b"no JSON").content == b"no JSON"


def named(path):
    return {"data": [[{"a": {"path": str(path), "meta": FILE}}]]}


def test_uploaded_file_is_passed_on(client, uploads):
    body = named(uploads / "a" / "mine.csv")
    assert client.post("/queue/join", json=body).json() == body


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/", "https://example.org/a.csv", "ftp://x/a", "file:///etc/hosts"]
)
def test_file_at_an_address_is_refused(client, address):
    refused(client.post("/queue/join", json=named(address)), 400, "Only a file that was uploaded here can be read")


@pytest.mark.parametrize(
    "name", ["/etc/hosts", "{0}/../secret.txt", "{0}/a/../../secret.txt", "app.py", "", "\0", "x" * 9_000]
)
def test_file_that_was_not_uploaded_is_refused(client, uploads, name):
    refused(client.post("/queue/join", json=named(name.format(uploads))), 400, "Only a file that was uploaded here")


def test_link_out_of_the_folder_is_refused(client, uploads):
    (uploads / "link.csv").symlink_to(uploads.parent / "secret.txt")
    refused(client.post("/queue/join", json=named(uploads / "link.csv")), 400, "Only a file that was uploaded here")


def test_file_that_was_deleted_since_is_said_to_be_gone(client, uploads):
    refused(client.post("/queue/join", json=named(uploads / "b" / "old.csv")), 400, "not here any more")


@pytest.mark.parametrize(("path", "meta"), [(7, FILE), (["a"], FILE), ("a", "text"), ("a", None)])
def test_file_that_is_named_in_another_way_is_refused(client, path, meta):
    refused(client.post("/queue/join", json={"data": [{"path": path, "meta": meta}]}), 400, "not understood")


def test_programs_and_events_are_looked_at_alike(client):
    for path in ("/gradio_api/call/classify", "/gradio_api/call/v2/classify", "/gradio_api/cancel"):
        refused(client.post(path, json=named("http://127.0.0.1/")), 400, "Only a file that was uploaded here")


def test_refusal_that_cannot_be_written_is_another_refusal(uploads):
    async def echo_of_what_is_wrong(scope, receive, send):
        await Response("\ud800", 422)(scope, receive, send)

    refused(TestClient(Looked(echo_of_what_is_wrong, uploads)).post("/queue/join", json=[1]), 422, "not understood")


def test_what_was_sent_is_read_once_for_those_behind():
    found = []

    async def behind(scope, receive, send):
        found.append(scope[sent.SENT])
        await Response()(scope, receive, send)

    TestClient(Looked(behind, sent.Path())).post("/queue/join", json=[1])
    assert found == [sent.Sent(b"[1]", [1])]
