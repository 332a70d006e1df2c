"""Uploads: how much there may be of them, and that what is old is deleted."""

from __future__ import annotations

import asyncio
import errno
import os
import time

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from views.api import uploads
from views.api.uploads import Room, Uploads

ROOM = Room(request=1_000, address=2_500, whole=4_000, free=0, seconds=3_600)
SCHOOL, OTHER = "9.9.9.9", "1.1.1.1"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "uploads"


def client_of(folder, room=ROOM, address="8.8.8.8"):
    """A server that keeps what is sent, as somebody asks it from an address."""

    async def keep(request: Request):
        body = await request.body()
        name = len(list(folder.iterdir()))
        (folder / str(name)).write_bytes(body)
        return PlainTextResponse("kept")

    before = [Middleware(Uploads, folder=folder, room=room)]
    app = Starlette(routes=[Route("/gradio_api/upload", keep, methods=["POST"])], middleware=before)
    return TestClient(app, client=(address, 1))


def send(client, size, **more):
    return client.post("/gradio_api/upload", content=b"x" * size, **more)


def test_upload_is_passed_on(folder):
    assert send(client_of(folder), 1_000).text == "kept"
    assert (folder / "0").stat().st_size == 1_000


def test_upload_that_says_that_it_is_too_large_is_refused_before_it_is_read(folder):
    found = send(client_of(folder), 1_001)
    assert (found.status_code, found.text) == (413, "A file may have 0 MB at most: split it.")
    assert not folder.exists()


def test_upload_that_does_not_say_how_large_it_is_is_read_no_further_than_it_may_be(folder):
    read = []

    def pieces():
        for number in range(100):
            read.append(number)
            yield b"x" * 100

    found = client_of(folder).post("/gradio_api/upload", content=pieces())
    assert found.status_code == 413
    assert not list(folder.iterdir())


def test_one_address_fills_its_share_and_no_more_and_leaves_room_for_others(folder):
    room = Room(request=1_000, address=2_500, whole=100_000, free=0)
    client = client_of(folder, room)
    assert [send(client, 1_000).status_code for _ in range(4)] == [200, 200, 429, 429]
    assert "within an hour" in send(client, 1_000).text
    assert send(client, 500).status_code == 200


def test_share_of_an_address_comes_back_with_time(folder, monkeypatch):
    client = client_of(folder, Room(request=1_000, address=2_500, whole=100_000, free=0))
    assert [send(client, 1_000).status_code for _ in range(3)] == [200, 200, 429]
    later = time.monotonic() + 3_601
    monkeypatch.setattr(uploads.time, "monotonic", lambda: later)
    assert send(client, 1_000).status_code == 200


def test_clock_that_jumps_gives_no_share_back_and_takes_none(folder, monkeypatch):
    client = client_of(folder, Room(request=1_000, address=2_500, whole=100_000, free=0))
    assert [send(client, 1_000).status_code for _ in range(2)] == [200, 200]
    for jump in (-1e9, 1e9):
        moved = time.time() + jump
        monkeypatch.setattr(uploads.time, "time", lambda moved=moved: moved)
        assert send(client, 1_000).status_code == 429
    assert send(client, 100).status_code == 200


def test_addresses_behind_a_proxy_are_told_apart(folder):
    client = client_of(folder, Room(request=1_000, address=1_000, whole=100_000, free=0), address="10.0.0.1")
    told = [send(client, 900, headers={"x-forwarded-for": each}).status_code for each in (SCHOOL, SCHOOL, OTHER)]
    assert told == [200, 429, 200]


def test_full_folder_takes_no_more_from_anybody(folder):
    client = client_of(folder, address="127.0.0.1")  # where nobody has a share
    assert [send(client, 1_000).status_code for _ in range(5)] == [200, 200, 200, 200, 507]
    assert send(client, 1_000).text == "There is no room for more files just now: try again in a while."


def test_full_disk_takes_no_more(folder):
    assert send(client_of(folder, Room(request=1_000, free=10**18)), 10).status_code == 507


def test_what_is_old_is_deleted_with_its_folder_and_makes_room(folder):
    client = client_of(folder, address="127.0.0.1")
    old = folder / "abc" / "left over.csv"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x" * 3_900)
    assert send(client, 1_000).status_code == 507
    aged = client_of(folder, Room(request=1_000, whole=4_000, free=0, seconds=-5), address="127.0.0.1")
    assert send(aged, 1_000).status_code == 200
    assert not old.exists()
    assert send(aged, 1_000).status_code == 200
    assert not old.parent.exists()


def test_link_in_the_folder_is_not_followed(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    assert send(client_of(folder, Room(request=1_000, free=0, seconds=-5)), 10).status_code == 200
    assert (outside / "kept").exists()
    assert not os.path.lexists(folder / "link")


def test_room_that_an_upload_was_given_is_free_again_when_it_fails(folder):
    async def full(request):
        await request.body()
        raise OSError(errno.ENOSPC, "no space")

    app = Starlette(routes=[Route("/upload", full, methods=["POST"])])
    client = TestClient(Uploads(app, folder, ROOM), client=("127.0.0.1", 1), raise_server_exceptions=False)
    assert [client.post("/upload", content=b"x" * 1_000).status_code for _ in range(6)] == [500] * 6


def test_upload_that_breaks_off_is_no_fault_and_its_room_is_free_again(folder):
    async def gone(scope, receive, send):
        raise ClientDisconnect

    uploads_of = Uploads(gone, folder, ROOM)
    headers = [(b"content-length", b"1000")]
    scope = {"type": "http", "method": "POST", "path": "/upload", "headers": headers, "client": ("127.0.0.1", 1)}
    for _ in range(9):  # more than there is room for at once
        asyncio.run(uploads_of(scope, None, None))
    assert uploads_of._store._coming == 0


def test_other_requests_are_none_of_its_business(folder):
    assert client_of(folder).get("/gradio_api/upload").status_code == 405
    assert client_of(folder).post("/other", content=b"x" * 2_000).status_code == 404
