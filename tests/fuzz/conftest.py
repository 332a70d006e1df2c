"""The app that is sent anything, over networks of a few units."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import running_app

MARK = "flembicular"  # stands in what is typed into a box, and in no log
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="package")
def app(checkpoints, tmp_path_factory) -> Iterator[httpx.Client]:
    """The running app over networks of a few units; at the end its log holds no text of a visitor."""
    log = tmp_path_factory.mktemp("fuzz") / "log"
    with (
        running_app(log, "--checkpoints", str(checkpoints)) as address,
        httpx.Client(base_url=address, timeout=120, headers=JSON) as client,
    ):
        yield client
    said = log.read_text()
    assert MARK not in said, said[said.index(MARK) - 3_000 :][:4_000]
