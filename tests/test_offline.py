"""The app on a machine without a network, with an empty home: it starts, answers, and writes nothing of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

from tests.conftest import ROOT, started

# Whoever is not this machine cannot be reached.
APP = """
import socket, sys
sys.path.insert(0, sys.argv.pop(1))
connect = socket.socket.connect
def connect_here(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        print("asked for", address[0], file=sys.stderr)
        raise OSError("Network is unreachable")
    return connect(self, address)
socket.socket.connect = connect_here
def resolve(host, *rest, **named):
    if host not in (None, "127.0.0.1", "::1", "localhost"):
        print("asked for", host, file=sys.stderr)
        raise socket.gaierror("Name or service not known")
    return resolved(host, *rest, **named)
resolved, socket.getaddrinfo = socket.getaddrinfo, resolve
import app
sys.exit(app.main())
"""
OWN = (
    "HOME",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "HF_HOME",
    "GRADIO_TEMP_DIR",
    "MPLCONFIGDIR",
    "PYTHONPATH",
)


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Each file below a folder: its size and when it was written."""
    found = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of the app, and the folder in which it was started, with its home and its temporary folder."""
    for name in ("home", "here", "temporary"):
        (tmp_path / name).mkdir()
    environment = {name: value for name, value in os.environ.items() if name not in OWN}
    own = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "temporary"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", APP, str(ROOT)]
    with pytest.MonkeyPatch.context() as patch:
        for name in OWN:
            patch.delenv(name, raising=False)
        with started(command, tmp_path / "log", tmp_path / "here", **(environment | own)) as (address, _):
            yield address, tmp_path


def test_it_answers_and_writes_nothing_outside_of_the_temporary_folder(alone):
    address, folder = alone
    before = {name: files(ROOT / name) for name in ("model", "views", "assets")}
    client = Client(address, verbose=False)
    assert client.predict("A wonderful film, flembic!", api_name="/classify")["label"] == "positive"
    assert client.predict("Dull.", api_name="/explain")["target"] == "positive"
    client.close()
    sent = httpx.post(f"{address}gradio_api/upload", files={"files": ("reviews.csv", b"text\na good film")}, timeout=60)
    assert sent.status_code == 200
    assert Path(sent.json()[0]).is_relative_to(folder / "temporary")
    assert httpx.get(address, timeout=60).status_code == 200
    assert files(folder / "home") == files(folder / "here") == {}
    assert files(folder / "temporary")
    assert {name: files(ROOT / name) for name in before} == before
    assert "asked for" not in (folder / "log").read_text()
