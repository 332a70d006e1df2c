"""Which addresses are open: those that the page needs, to this page and to programs."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from views.api.doors import Doors, answers_for_this_page_alone


async def inside(request):
    return PlainTextResponse("inside")


def app_of(*middleware, **settings):
    return Starlette(routes=[Route("/{path:path}", inside, methods=["GET", "POST"])], middleware=middleware, **settings)


@pytest.fixture
def client():
    return TestClient(Doors(app_of()))


OPEN = [
    "/",
    "/config",
    "/health",
    "/theme.css",
    "/assets/index-1.js",
    "/static/js/iframe.js",
    "/scripts/stage/store.js",
    "/gradio_api/info?all_endpoints=True",
    "/?page=&theme=dark",
    "/zh",
    "/zh?__theme=dark",
    "/gradio_api/info?page=zh",
    "/?pages=0",
    "/gradio_api/heartbeat/abc",
    "/gradio_api/queue/data?session_hash=abc",
    "/gradio_api/call/classify/abc",
    "/gradio_api/file=/tmp/gradio/abc/reviews.csv",
]
CLOSED = [
    "/gradio_api/file=http://127.0.0.1:9/",
    "/gradio_api/file=https://example.org/",
    "/gradio_api/file=file:///etc/hosts",
    "/gradio_api/file/etc/hosts",
    "/gradio_api/proxy=https://a.hf.space/",
    "/gradio_api/deep_link?session_hash=abc",
    "/gradio_api/openapi.json",
    "/gradio_api/runs",
    "/gradio_api/run-history/records",
    "/gradio_api/dev/reload",
    "/gradio_api/vibe-code",
    "/gradio_api/custom_component/a/client/a/a",
    "/gradio_api/stream/a/0/0/playlist-file",
    "/gradio_api/queue/status",
    "/?page=0",
    "/?deep_link=&%70age=0",
    "/config?theme=light&page=x",
    "/monitoring",
    "/monitoring/summary",
    "/docs",
    "/openapi.json",
    "/login",
    "/assets",
    "/gradio_api",
    "/.env",
]


@pytest.mark.parametrize("path", OPEN)
def test_what_the_page_needs_is_open(client, path):
    assert client.get(path).text == "inside"


@pytest.mark.parametrize("path", CLOSED)
def test_all_else_is_not_there(client, path):
    found = client.get(path)
    assert (found.status_code, found.json()) == (404, {"detail": "There is nothing at this address."})


@pytest.mark.parametrize("name", ["run/classify", "api/predict", "component_server", "process_recording", "vibe-edit"])
def test_ways_round_the_queue_are_closed(client, name):
    assert client.post(f"/gradio_api/{name}", json={"data": []}).status_code == 404


def test_page_below_a_prefix_has_the_same_doors():
    client = TestClient(Doors(app_of()), root_path="/gate")
    assert client.get("/gate/config").text == "inside"
    assert client.get("/gate/monitoring").status_code == 404


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["upload", "queue/join", "call/classify", "cancel"])
def test_page_of_another_site_can_send_nothing(client, site, path):
    found = client.post(f"/gradio_api/{path}", headers={"sec-fetch-site": site})
    assert (found.status_code, found.json()) == (403, {"detail": "The page of another site cannot send anything here."})


def test_own_page_programs_and_links_from_elsewhere_come_in(client):
    assert client.post("/gradio_api/upload", headers={"sec-fetch-site": "same-origin"}).text == "inside"
    assert client.post("/gradio_api/upload").text == "inside"
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).text == "inside"


def test_no_page_of_another_origin_may_read_an_answer():
    anybody = Middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
    origin = {"origin": "https://elsewhere.example"}
    with TestClient(app_of(anybody)) as client:
        assert client.get("/", headers=origin).headers["access-control-allow-credentials"] == "true"
    with TestClient(app_of(anybody, lifespan=answers_for_this_page_alone)) as client:
        found = client.get("/", headers=origin)
        assert found.text == "inside"
        assert not [name for name in found.headers if name.startswith("access-control")]
