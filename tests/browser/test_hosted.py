"""The page where others host it: below a path of somebody's address, in a frame of somebody's page."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route as Address

from tests.browser.conftest import watched
from tests.browser.person import REVIEW, analyse, await_reading, open_tab, page_of, token
from tests.conftest import await_that, running_app

PREFIX = "/tools/gatescope"
SPACE = "https://huggingface.co/spaces/somebody/gatescope"
NOTHING_KEPT = """for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def proxy(port: int, served: str) -> Iterator[None]:
    """A server that passes on what is below the prefix, without it, as nginx's proxy_pass does; it has nothing else."""
    client = httpx.AsyncClient(base_url=served, timeout=None)

    async def pass_on(request: Request) -> StreamingResponse:
        path = request.url.path.removeprefix(PREFIX) or "/"
        headers = [(name, value) for name, value in request.headers.raw if name != b"host"]
        headers += [(b"host", f"127.0.0.1:{port}".encode())]
        asked = client.build_request(
            request.method, path, params=request.query_params, headers=headers, content=await request.body()
        )
        found = await client.send(asked, stream=True)

        async def body() -> AsyncIterator[bytes]:
            try:
                async for piece in found.aiter_raw():
                    yield piece
            finally:
                await found.aclose()

        response = StreamingResponse(body(), found.status_code)
        response.raw_headers = [each for each in found.headers.raw if each[0].lower() != b"transfer-encoding"]
        return response

    async def elsewhere(request: Request) -> PlainTextResponse:
        return PlainTextResponse("somebody else's", 404)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    methods = ["GET", "HEAD", "POST"]
    routes = [
        Address(PREFIX, pass_on, methods=methods),
        Address(f"{PREFIX}/{{path:path}}", pass_on, methods=methods),
        Address("/{path:path}", elsewhere, methods=methods),
    ]
    server = uvicorn.Server(
        uvicorn.Config(
            Starlette(routes=routes, lifespan=lifespan), port=port, log_config=None, timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    await_that(lambda: server.started)
    yield
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app below the prefix."""
    log = tmp_path_factory.mktemp("below") / "log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_ROOT_PATH", PREFIX)
        with running_app(log) as served:
            port = free_port()
            with proxy(port, served):
                yield f"http://127.0.0.1:{port}{PREFIX}"


def test_page_below_a_path_does_all_that_it_does_elsewhere(browser: Browser, below: str):
    failed: list[str] = []
    with page_of(browser) as blank, watched(blank, below) as page:
        page.on("response", lambda response: response.status >= 400 and failed.append(response.url))
        page.goto(f"{below}/")  # without the slash Gradio itself asks beside it
        await_reading(page)
        analyse(page, REVIEW)
        await_reading(page)
        token(page, "dull").click()
        expect(token(page, "dull")).to_have_class(re.compile("gs-marked"))
        open_tab(page, "Step through")
        page.goto("about:blank")
    assert failed == []


def test_endpoints_and_health_are_below_the_path_too(below: str):
    assert httpx.get(f"{below}/health", timeout=60).json()["status"] == "ok"
    asked = httpx.post(f"{below}/gradio_api/call/classify", json={"data": ["a wonderful film"]}, timeout=60)
    found = httpx.get(f"{below}/gradio_api/call/classify/{asked.json()['event_id']}", timeout=60)
    assert '"label": "positive"' in found.text


def test_page_works_in_a_frame_of_another_site_that_lets_it_keep_nothing(browser: Browser, served: str):
    with page_of(browser, permissions=["local-network-access"]) as page:
        page.add_init_script(NOTHING_KEPT)
        frame = f'<iframe src="{served}" width="1280" height="900" allow="local-network-access *"></iframe>'
        page.route(SPACE, lambda route: route.fulfill(content_type="text/html", body=f"<!doctype html>{frame}"))
        page.goto(SPACE)
        framed = page.frame(url=served)
        assert framed is not None
        await_reading(framed)
        expect(token(framed, "unforgettable")).to_be_visible()
        framed.get_by_role("tab", name="Errors", exact=True).click()
        framed.get_by_role("button", name="Try the example").click()
        expect(framed.get_by_label("What was read")).to_contain_text("180 reviews")
        expect(framed.get_by_text("This browser lets the page keep nothing")).to_be_visible()
