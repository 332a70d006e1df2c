"""The running app, asked by somebody who wants what is not his."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.conftest import ROOT

FILE = {"_type": "gradio.FileData"}


@pytest.fixture(scope="module")
def client(served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def file_events(client) -> list[int]:
    """The events that are given a file."""
    config = client.get("config").json()
    files = {each["id"] for each in config["components"] if each["type"] == "file"}
    return [each["id"] for each in config["dependencies"] if files & set(each["inputs"])]


@contextmanager
def listening() -> Iterator[tuple[str, socket.socket]]:
    """An address of this machine, and who waits there."""
    with socket.socket() as ear:
        ear.bind(("127.0.0.1", 0))
        ear.listen()
        ear.settimeout(0.5)
        yield f"http://127.0.0.1:{ear.getsockname()[1]}/a.csv", ear


def heard(ear: socket.socket) -> bool:
    try:
        ear.accept()[0].close()
    except TimeoutError:
        return False
    return True


def asked(client, event, path):
    """What an event says when its input names a file by `path`."""
    named = {"path": path, "url": path, "orig_name": "a.csv", "meta": FILE}
    sent = {"data": [named] * 12, "fn_index": event, "session_hash": "stranger"}
    return client.post("gradio_api/queue/join", json=sent)


def test_server_fetches_no_address_for_anybody(client, file_events):
    assert file_events
    with listening() as (address, ear):
        for event in file_events:
            found = asked(client, event, address)
            assert (found.status_code, found.json()["detail"][:4]) == (400, "Only")
        for name in ("call/classify", "call/v2/classify"):
            text = {"path": address, "meta": FILE}
            found = client.post(f"gradio_api/{name}", json={"data": [text]} if "v2" not in name else {"text": text})
            assert found.status_code == 400
        for prefix in ("file=", "proxy=", "file/"):
            assert client.get(f"gradio_api/{prefix}{address}").status_code == 404
        assert not heard(ear)


@pytest.mark.parametrize("path", ["/etc/hosts", str(ROOT / "app.py"), "app.py", "../../etc/hosts", "file:///etc/hosts"])
def test_no_file_of_the_server_is_read_for_anybody(client, file_events, path):
    for event in file_events:
        found = asked(client, event, path)
        assert (found.status_code, found.json()["detail"][:4]) == (400, "Only")
        assert str(ROOT) not in found.text


WAYS = [
    "gradio_api/file={root}/app.py",
    "gradio_api/file=app.py",
    "gradio_api/file={root}/assets/checkpoints/bilstm/config.json",
    "gradio_api/file=/etc/hosts",
    "gradio_api/file=%2Fetc%2Fhosts",
    "gradio_api/file=..%2f..%2f..%2fetc%2fhosts",
    "gradio_api/file={uploads}/../../etc/hosts",
    "gradio_api/file={uploads}%2f..%2f..%2fetc%2fhosts",
    "gradio_api/file={uploads}%252f..%252f..%252fetc%252fhosts",
    "gradio_api/file=\\etc\\hosts",
    "gradio_api/file=/proc/self/environ",
    "gradio_api/file={uploads}",
    "gradio_api/file=/etc/hosts%00.csv",
    "scripts/../page.py",
    "scripts/%2e%2e/page.py",
    "scripts/..%2fpage.py",
    "scripts/page.py",
    "scripts/%2e%2e/%2e%2e/%2e%2e/etc/hosts",
    "assets/..%2f..%2f..%2froutes.py",
    "static/%2e%2e/%2e%2e/routes.py",
    "static/..%5c..%5croutes.py",
]


@pytest.mark.parametrize("way", WAYS)
def test_no_address_leads_to_a_file_of_the_server(client, way):
    uploads = uploaded(client, "mine.csv").parents[1]
    path = way.format(root=ROOT, uploads=uploads)
    found = client.send(
        client.build_request("GET", httpx.URL(str(client.base_url)).copy_with(raw_path=f"/{path}".encode()))
    )
    assert found.status_code in (403, 404)
    for secret in ("localhost", "import", "hidden_size", "PATH="):
        assert secret not in found.text


def uploaded(client, name: str, content: bytes = b"text\na film\n") -> Path:
    """Where a file that is sent lies then."""
    found = client.post("gradio_api/upload", files={"files": (name, content)})
    assert found.status_code == 200
    return Path(found.json()[0])


@pytest.mark.parametrize(
    "name", ["../../up.csv", "..\\up.csv", "/etc/up.csv", "a\r\nx-header: 1.csv", "\0.csv", ".env", "x" * 300]
)
def test_name_of_an_upload_leads_nowhere(client, name):
    root = uploaded(client, "mine.csv").parents[1]
    found = client.post("gradio_api/upload", files={"files": (name, b"text\na film\n")})
    if found.status_code == 200:
        path = Path(found.json()[0])
        assert path.resolve().parents[1] == root.resolve()
        headers = client.get(f"gradio_api/file={quote(str(path))}").headers
        assert "x-header" not in headers
        assert headers["content-disposition"].startswith("attachment")
    else:
        assert found.status_code < 500


def test_page_that_was_uploaded_is_not_shown_as_one(client):
    path = uploaded(client, "a.html", b"<script>1</script>")
    found = client.get(f"gradio_api/file={path}")
    assert found.headers["content-disposition"].startswith("attachment")
    assert "html" not in found.headers["content-type"]


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://localhost:1"])
def test_page_of_another_origin_may_read_nothing(client, origin):
    wanted = {"origin": origin, "access-control-request-method": "POST"}
    for found in (
        client.get("config", headers={"origin": origin}),
        client.post("gradio_api/call/classify", json={"data": ["a film"]}, headers={"origin": origin}),
        client.options("gradio_api/call/classify", headers=wanted),
    ):
        assert not [name for name in found.headers if name.startswith("access-control")]


def test_nobody_skips_the_queue(client):
    events = client.get("config").json()["dependencies"]
    queued = {each["id"] for each in events if each["queue"] is not False}
    (classify,) = (each["id"] for each in events if each["api_name"] == "classify")
    assert classify in queued
    sent = {"data": ["a film", "bilstm"], "fn_index": classify, "session_hash": "stranger"}
    assert client.post("gradio_api/run/predict", json=sent).status_code == 404


@pytest.mark.parametrize("event", [-1, 9_999, 2**70])
def test_event_that_the_page_has_not_is_no_fault_of_the_server(client, event):
    found = client.post("gradio_api/queue/join", json={"data": [], "fn_index": event, "session_hash": "stranger"})
    assert (found.status_code, found.json()["detail"]) == (404, "This page has no such event: load it anew.")


@pytest.mark.parametrize("address", ["run/predict", "queue/join"])
def test_event_that_the_browser_alone_computes_is_none_of_the_server(client, address):
    events = client.get("config").json()["dependencies"]
    alone = [each["id"] for each in events if not each["backend_fn"]]
    assert alone
    for event in alone:
        sent = {"data": [], "fn_index": event, "session_hash": "stranger"}
        found = client.post(f"gradio_api/{address}", json=sent)
        assert (found.status_code, found.json()["detail"]) == (404, "This page has no such event: load it anew.")


@pytest.mark.parametrize("address", ["run/predict", "queue/join"])
def test_event_without_all_that_it_takes_is_no_fault_of_the_server(client, address):
    events = client.get("config").json()["dependencies"]
    (event, *_) = (each["id"] for each in events if each["queue"] is False and each["inputs"] and each["backend_fn"])
    found = client.post(f"gradio_api/{address}", json={"data": [], "fn_index": event, "session_hash": "stranger"})
    assert (found.status_code, found.json()["detail"]) == (422, "This event takes more values: load the page anew.")


@pytest.mark.parametrize(
    "sent", [{"data": ["x"]}, {"data": ["x"], "fn_index": 9_999}, {"data": ["x"], "batched": True}]
)
def test_event_that_is_not_queued_is_named_by_its_number(client, sent):
    assert client.post("gradio_api/run/predict", json=sent).status_code == 404


def test_event_of_a_visit_without_a_name_is_no_fault_of_the_server(client):
    found = client.post("gradio_api/queue/join", json={"data": [], "fn_index": 0, "session_hash": ""})
    assert (found.status_code, found.json()["detail"]) == (400, "The request's session_hash is not understood.")


def test_nobody_stops_or_hears_what_another_asked(client):
    mine = client.post("gradio_api/call/classify", json={"data": ["a secret film"]}).json()["event_id"]
    cancelled = {"session_hash": "stranger", "fn_index": 0, "event_id": "of nobody"}
    assert client.post("gradio_api/cancel", json=cancelled).status_code == 200
    heard = client.get("gradio_api/queue/data", params={"session_hash": "stranger-2"}).text
    assert "secret" not in heard
    assert "secret" in client.get(f"gradio_api/call/classify/{mine}").text
