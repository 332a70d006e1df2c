"""The app that is told to end: what it computes is finished, what waits is refused, and what it says holds no text."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import await_that, started

WORD = "quixotry"
# The app, in which the worker takes as long for "snail" as it takes a file to come; "fail" is a fault. It answers while
# its launch has not returned, as long as there is another file.
APP = """
import pathlib, signal, sys, threading, time
import app
import gradio
from model.reading.explainer import Explainer
from model.worker import TORCH
from views.api import closing

classify, launch, folder = Explainer.classify, gradio.Blocks.launch, pathlib.Path(sys.argv.pop(1))

def late(*args, **settings):
    launched = launch(*args, **settings)
    while (folder / "launching").exists():
        time.sleep(0.02)
    return launched

def slowly(self, text, checkpoint):
    if "fail " in str(text):
        raise ValueError(f"no idea what to do with {text!r}")
    if "a thread is told" in str(text):
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    if "snail" not in str(text):
        return classify(self, text, checkpoint)
    def work():
        (folder / "begun").touch()
        while not (folder / "done").exists():
            time.sleep(0.02)
    TORCH.run(work)
    return classify(self, text, checkpoint)

Explainer.classify, gradio.Blocks.launch = slowly, late
closing.close.__defaults__ = (*closing.close.__defaults__[:-1], float(sys.argv.pop(1)))
sys.exit(app.main())
"""


@contextmanager
def app_in(folder: Path, checkpoints: Path, patience: float, *flags: str) -> Iterator[tuple[str, subprocess.Popen]]:
    command = [sys.executable, "-c", APP, folder, str(patience), "--checkpoints", checkpoints, *flags]
    with started(command, folder / "log") as (address, process):
        yield address, process


def call(address: str, name: str, *fields: object) -> str:
    """What an endpoint answers in the end, or why the call was not taken."""
    with httpx.Client(base_url=f"{address}gradio_api/call/", timeout=60) as client:
        asked = client.post(name, json={"data": fields})
        if asked.status_code != 200:
            return asked.text
        return client.get(f"{name}/{asked.json()['event_id']}").text


def health(address: str) -> httpx.Response:
    return httpx.get(f"{address}health", timeout=20)


def test_what_is_computed_is_finished_and_what_waits_is_refused(tmp_path, checkpoints):
    with app_in(tmp_path, checkpoints, 60) as (address, process), ThreadPoolExecutor(4) as many:

        def ask(text: str) -> Future[str]:
            return many.submit(call, address, "classify", text)

        first = ask("a snail, but good")
        await_that((tmp_path / "begun").exists)
        try:
            later = [ask(f"a film {number}") for number in range(3)]  # one waits for the worker, others in the queue
            await_that(lambda: health(address).json()["worker"]["waiting"])
            process.terminate()
            await_that(lambda: health(address).status_code != 200)
            assert health(address).json()["status"] == "closing"
            assert process.poll() is None
        finally:
            (tmp_path / "done").touch()  # or the asking threads would be waited for
        assert "event: complete" in first.result()
        for each in later:
            assert "event: error" in each.result()
            assert "about to be closed" in each.result()
        assert process.wait(60) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_who_asked_before_the_launch_was_over_is_answered_too(tmp_path, checkpoints):
    (tmp_path / "launching").touch()
    with app_in(tmp_path, checkpoints, 60) as (address, process), ThreadPoolExecutor(1) as many:
        first = many.submit(call, address, "classify", "a snail, but good")
        await_that((tmp_path / "begun").exists)
        process.terminate()
        try:
            (tmp_path / "launching").unlink()
            await_that(lambda: health(address).status_code != 200, 20)
        finally:
            (tmp_path / "done").touch()
        assert "event: complete" in first.result()
        assert process.wait(60) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_it_ends_though_another_thread_than_the_one_that_waits_took_the_signal(tmp_path, checkpoints):
    with app_in(tmp_path, checkpoints, 60) as (address, process):
        call(address, "classify", "a thread is told")
        assert process.wait(30) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_nobody_waits_longer_than_the_bound(tmp_path, checkpoints):
    with app_in(tmp_path, checkpoints, 0.2) as (address, process), ThreadPoolExecutor(1) as many:
        endless = many.submit(call, address, "classify", "a snail, and never done")
        await_that((tmp_path / "begun").exists)
        process.terminate()
        assert process.wait(60) == 0
        assert "about to be closed" in endless.result()
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_open_pages_do_not_hold_it_back(tmp_path, checkpoints):
    with app_in(tmp_path, checkpoints, 60) as (address, process), httpx.Client(base_url=address, timeout=60) as client:
        session = {"session_hash": "page"}
        with client.stream("GET", "gradio_api/heartbeat/page") as beat:
            assert "ALIVE" in next(beat.iter_lines())
            asked = client.post(
                "gradio_api/queue/join", json={"data": ["a film", "bilstm"], "fn_index": of(client), **session}
            )
            assert asked.status_code == 200
            with client.stream(
                "GET", "gradio_api/queue/data", params=session, headers={"sec-fetch-mode": "cors"}
            ) as data:
                lines = data.iter_lines()
                while "process_completed" not in next(lines):
                    pass
                process.terminate()
                assert process.wait(60) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def of(client: httpx.Client) -> int:
    """The number of /classify among the functions of the page."""
    functions = client.get("config").json()["dependencies"]
    return next(each["id"] for each in functions if each["api_name"] == "classify")


CALLS = {
    "classify": ([f"a good {WORD}"], [f"fail {WORD}"], [f"{WORD} " * 30_000], [f"{WORD}{'(' * 5_000}"], [{WORD: 1}],
                 ["good", WORD], [], [WORD, WORD, WORD, WORD]),
    "explain": ([f"a good {WORD}"], ["good", WORD], ["good", "saliency", WORD], ["good", "saliency", "padding", WORD]),
    "score": ([[f"a {WORD}", "", WORD]], [WORD], [["good"], WORD]),
    "slices": ([[f"a {WORD}", "dull"], ["positive", "negative"]], [[WORD], [WORD]], [["a", "b"], [WORD, 7]]),
    WORD: ([WORD],),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["json", "off"])
def test_no_word_of_a_review_reaches_what_the_app_says(tmp_path, checkpoints, kind):
    with app_in(tmp_path, checkpoints, 60, "--log", kind) as (address, _):
        answers = [call(address, name, *fields) for name, calls in CALLS.items() for fields in calls]
        httpx.post(f"{address}gradio_api/call/classify", content=f'{{"data": ["{WORD}"'.encode())
        httpx.post(f"{address}gradio_api/call/v2/classify", json={WORD: WORD})
        httpx.post(f"{address}gradio_api/upload", files={"files": (f"{WORD}.csv", WORD.encode())})
        httpx.get(f"{address}{WORD}?text={WORD}")
    answered = sum("event: complete" in answer for answer in answers)
    assert answered >= 4
    assert any("Something went wrong here" in answer for answer in answers)
    said = (tmp_path / "log").read_text()
    assert WORD not in said.lower()
    assert str(tmp_path) not in said
    lines = [line for line in said.splitlines() if "/" in line and not line.startswith("*")]
    if kind == "json":
        outcomes = [json.loads(line)["outcome"] for line in lines]
        assert (outcomes.count("ok"), outcomes.count("failed")) == (answered, 1)
        assert outcomes.count("refused") > 8
    else:
        assert sum("failed" in line for line in lines) == 1
        assert not any(" ok " in line or " refused " in line for line in lines)
