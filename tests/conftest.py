"""What tests share: small networks and checkpoints that are made in a moment, and the running app."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import torch

from model.network import checkpoint
from model.network.checkpoint import Checkpoint, TrainingRecord
from model.network.network import NetworkConfig, RecurrentNetwork
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Question

ROOT = Path(__file__).parent.parent
WORDS = ["the", "a", "film", "is", "good", "bad", "not", "but", "dull", "great", ".", ",", "!", "i", "you", "it", "and"]
TINY = {"vocabulary_size": len(WORDS) + 2, "embedding_size": 6, "hidden_size": 5}


def make_network(seed: int = 0, **settings: object) -> RecurrentNetwork:
    """A small network in evaluation mode, with weights large enough that its gates differ."""
    torch.manual_seed(seed)
    network = RecurrentNetwork(NetworkConfig(**(TINY | settings))).eval().requires_grad_(False)
    for name, weights in network.named_parameters():
        if not name.startswith("embedding"):
            weights.mul_(2)
    return network


def save_checkpoint(folder: Path, **settings: object) -> Path:
    """A small checkpoint on disk."""
    record = TrainingRecord("recipe", "none", 10, 1, 1, 0.1, "CPU", 1)
    checkpoint.save(folder, make_network(**settings), WORDS, record)
    return folder


@pytest.fixture(autouse=True)
def subnormal() -> Iterator[None]:
    """Commands flush subnormal numbers to zero, for the whole of their thread: here others come after them."""
    yield
    torch.set_flush_denormal(False)


@pytest.fixture
def network() -> RecurrentNetwork:
    return make_network()


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small LSTM, "bilstm", and its plain twin, "rnn"."""
    folder = tmp_path_factory.mktemp("checkpoints")
    save_checkpoint(folder / "bilstm")
    save_checkpoint(folder / "rnn", cell="rnn")
    return folder


@pytest.fixture(scope="session")
def tiny(checkpoints: Path) -> Checkpoint:
    return checkpoint.load("bilstm", checkpoints)


@pytest.fixture
def explainer(checkpoints: Path) -> Explainer:
    """The small checkpoints; modules that need others have one of their own."""
    return Explainer(checkpoints)


@pytest.fixture
def ask(explainer: Explainer) -> Callable[..., Explanation]:
    """Explains a text by a checkpoint; method and baseline may follow."""
    return lambda text, checkpoint="bilstm", *how: explainer.explain(Question(text, checkpoint, *how))


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, started as a person starts it, with the checkpoints that are shipped."""
    folder = tmp_path_factory.mktemp("served")
    with running_app(folder / "log", "--notes", str(folder / "notes")) as address:
        yield address
    assert "Traceback" not in without_left_streams((folder / "log").read_text())


def without_left_streams(log: str) -> str:
    """Without what Gradio says of a visitor who leaves while it waits for a message to him: it forgets him twice."""
    return re.sub(r"Exception in ASGI application\nTraceback: [^\n]* sse_stream > KeyError\n", "", log)


@contextmanager
def running_app(log: Path, *flags: str) -> Iterator[str]:
    """The address of the app, on a port of its own; what it says is written into `log`."""
    with started([sys.executable, "app.py", *flags], log) as (address, _):
        yield address


@contextmanager
def started(
    command: Sequence[str | Path], log: Path, cwd: Path = ROOT, **environment: str
) -> Iterator[tuple[str, subprocess.Popen]]:
    """The same of any command that starts the app; the process may be ended by the test. It has to end well."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=os.environ | where | environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://127.0.0.1:{port}/"
            wait_until_served(address, process, log)
            yield address, process
        finally:
            process.terminate()
            ended = process.wait(timeout=60)
    assert ended == 0


def await_that(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until it holds. A test that waits on its own would wait for ever where it never does."""
    last = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > last:
            raise TimeoutError(f"in vain for {seconds:g} s")
        time.sleep(0.01)


def wait_until_served(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            pytest.fail(f"the app ended by itself:\n{log.read_text()}")
        try:
            if httpx.get(address, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the app does not answer")
