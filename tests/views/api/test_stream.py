"""The stream of answers: an event that is queued just as the last one ends is answered all the same."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from starlette.exceptions import HTTPException

from tests.conftest import ROOT, wait_until_served
from views.api.stream import OpenStream

PAGE = {"sec-fetch-mode": "cors"}  # what browsers send, and programs do not


APP = """
import sys
import gradio as gr
from starlette.middleware import Middleware
from views.api.stream import OpenStream

with gr.Blocks(analytics_enabled=False) as page:
    box = gr.Textbox()
    box.submit(lambda text: text, box, box)
page.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True, ssr_mode=False,
            app_kwargs={"middleware": [Middleware(OpenStream)]})
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with one event that answers with what it is given, behind the middleware."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("stream") / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", APP, str(port)], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_until_served(f"http://127.0.0.1:{port}/", process, log)
            yield f"http://127.0.0.1:{port}/gradio_api/queue"
        finally:
            process.terminate()
            process.wait(timeout=20)


def join(client: httpx.Client, address: str, session: str, text: str) -> None:
    sent = {"data": [text], "fn_index": 0, "session_hash": session, "trigger_id": None, "event_data": None}
    assert client.post(f"{address}/join", json=sent).status_code == 200


def answers(stream: httpx.Response) -> Iterator[str]:
    """What each event that is completed on the stream answers."""
    for line in stream.iter_lines():
        message = json.loads(line.removeprefix("data: ")) if line else {}
        assert message.get("msg") != "close_stream"
        if message.get("msg") == "process_completed":
            yield message["output"]["data"][0]


def test_event_that_comes_when_nothing_is_pending_is_answered_on_the_same_stream(address):
    with httpx.Client(timeout=20) as client:
        join(client, address, "visit", "first")
        with client.stream("GET", f"{address}/data?session_hash=visit", headers=PAGE) as stream:
            found = answers(stream)
            assert next(found) == "first"
            for text in ("second", "third"):
                time.sleep(0.2)  # long enough for the server to think that the page needs no stream any more
                join(client, address, "visit", text)
                assert next(found) == text


def test_program_sees_its_stream_end(address):
    with httpx.Client(timeout=20) as client:
        join(client, address, "program", "only")
        with client.stream("GET", f"{address}/data?session_hash=program") as stream:
            lines = [json.loads(line.removeprefix("data: "))["msg"] for line in stream.iter_lines() if line]
    assert lines[-2:] == ["process_completed", "close_stream"]


def test_visit_that_is_not_there_is_told(address):
    with (
        httpx.Client(timeout=20) as client,
        client.stream("GET", f"{address}/data?session_hash=nobody", headers=PAGE) as stream,
    ):
        assert json.loads(next(stream.iter_lines()).removeprefix("data: "))["session_not_found"]


async def stream_of(raised):
    """What a page is sent where the app begins its stream and then raises."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"gone", "more_body": True})
        raise raised

    async def send(message):
        sent.append(message)

    sent = []
    headers = [(b"sec-fetch-mode", b"cors")]
    scope = {"type": "http", "method": "GET", "path": "/gradio_api/queue/data", "headers": headers}
    await OpenStream(app)(scope, None, send)
    return sent


def test_stream_of_a_visit_that_is_forgotten_ends_when_that_is_told():
    raised = RuntimeError("response already started")
    raised.__cause__ = HTTPException(404)
    start, told, end = asyncio.run(stream_of(raised))
    assert (start["status"], told["body"]) == (200, b"gone")
    assert not end.get("more_body", False)


def test_program_that_asks_for_what_nobody_asked_is_told(address):
    for path in ("/data?session_hash=nobody", "/../call/predict/nothing"):
        assert "404" in httpx.get(f"{address}{path}", timeout=20).text


def test_any_other_fault_of_a_stream_is_not_hidden():
    with pytest.raises(RuntimeError, match="another"):
        asyncio.run(stream_of(RuntimeError("another")))
