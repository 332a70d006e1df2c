"""The running app when something fails around it: it is killed, a client vanishes, the disk is full.

What fails below it, memory and checkpoints, is in tests/model/test_failure.py.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.conftest import ROOT, running_app, wait_until_served, without_left_streams

LONG = "a good film but dull . " * 40  # what a small network explains in some tenths of a second
JSON = {"content-type": "application/json"}


class Started(NamedTuple):
    """An app that a test may end, and where it answers."""

    process: subprocess.Popen
    address: str
    log: Path


def start(checkpoints: Path, port: int, log: Path) -> Started:
    environment = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py", "--checkpoints", str(checkpoints)],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}/"
    wait_until_served(address, process, log)
    return Started(process, address, log)


@pytest.fixture(scope="module")
def app(checkpoints, tmp_path_factory) -> Iterator[httpx.Client]:
    log = tmp_path_factory.mktemp("failing") / "log"
    with running_app(log, "--checkpoints", str(checkpoints)) as address, httpx.Client(base_url=address) as client:
        client.timeout = 60
        yield client
    assert "Traceback" not in without_left_streams(log.read_text()), log.read_text()


def ask(client: httpx.Client, name: str, *fields: object) -> str:
    """Ask, and give back the number under which the answer is found."""
    return client.post(f"gradio_api/call/{name}", json={"data": fields}).json()["event_id"]


def answer(client: httpx.Client, name: str, event: str) -> str:
    return client.get(f"gradio_api/call/{name}/{event}").text


def test_server_that_is_killed_in_the_middle_ends_the_request_and_serves_when_it_is_started_again(
    checkpoints, tmp_path
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    first = start(checkpoints, port, tmp_path / "first")
    with httpx.Client(base_url=first.address, timeout=60) as client:
        for number in range(8):
            event = ask(client, "explain", f"{number} {LONG}", "occlusion")
        threading.Timer(0.1, first.process.kill).start()
        with pytest.raises(httpx.TransportError):
            answer(client, "explain", event)
        first.process.wait(20)
        with pytest.raises(httpx.ConnectError):
            client.get("")
    second = start(checkpoints, port, tmp_path / "second")
    try:
        with httpx.Client(base_url=second.address, timeout=60) as client:
            assert "event: complete" in answer(client, "classify", ask(client, "classify", "a good film"))
            assert "404" in answer(client, "explain", event)  # what was asked before is not known any more
    finally:
        second.process.terminate()
        second.process.wait(60)


def test_clients_that_vanish_in_the_middle_leave_the_worker_to_others(app):
    for number in range(3):
        event = ask(app, "explain", f"{number} {LONG}", "occlusion")
        with app.stream("GET", f"gradio_api/call/explain/{event}") as stream:
            next(stream.iter_raw(), None)  # and away
    assert "event: complete" in answer(app, "classify", ask(app, "classify", "a good film"))


def test_visit_that_vanishes_is_forgotten_and_others_are_served(app):
    events = app.get("config").json()["dependencies"]
    (explain,) = (each["id"] for each in events if each["api_name"] == "explain")
    for number in range(3):
        sent = {"data": [LONG, "saliency", "zero", "bilstm"], "fn_index": explain, "session_hash": f"gone{number}"}
        assert app.post("gradio_api/queue/join", content=json.dumps(sent), headers=JSON).status_code == 200
        with app.stream("GET", "gradio_api/queue/data", params={"session_hash": f"gone{number}"}) as stream:
            next(stream.iter_raw())
        with app.stream("GET", f"gradio_api/heartbeat/gone{number}") as stream:
            next(stream.iter_raw())
    assert "event: complete" in answer(app, "classify", ask(app, "classify", "a good film"))


def test_upload_that_breaks_off_leaves_room_for_others(app):
    with socket.create_connection((app.base_url.host, app.base_url.port)) as raw:
        raw.sendall(
            b"POST /gradio_api/upload HTTP/1.1\r\nHost: here\r\nContent-Length: 90000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: form-data; "
            b'name="files"; filename="a.csv"\r\n\r\n' + b"text\n" * 10_000
        )
        time.sleep(0.3)
    found = app.post("gradio_api/upload", files={"files": ("b.csv", b"text\na film\n")})
    assert found.status_code == 200
    assert Path(found.json()[0]).read_bytes() == b"text\na film\n"
