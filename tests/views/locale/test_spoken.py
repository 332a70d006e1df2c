"""Whoever asks is led to the page in their language, and answered in it."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from model.language import spoken
from views.api.doors import Doors
from views.locale.spoken import Spoken

CHINESE = {"accept": "text/html,*/*", "accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
ENGLISH = {"accept": "text/html,*/*", "accept-language": "en-GB,en;q=0.9,zh;q=0.8"}


async def tell(request):
    return PlainTextResponse(spoken())


@pytest.fixture
def client():
    routes = [Route("/{path:path}", tell, methods=["GET", "POST"])]
    app = Starlette(routes=routes, middleware=[Middleware(Spoken), Middleware(Doors)])
    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize("query", ["", "?__theme=dark"])
def test_browser_that_prefers_chinese_is_led_to_the_chinese_page(client, query):
    answer = client.get(f"/{query}", headers=CHINESE)
    assert answer.status_code == 307
    assert answer.headers["location"] == f"zh{query}"  # relative: below a proxy's prefix too
    assert answer.headers["vary"] == "Accept-Language"
    assert client.get(f"/zh{query}", headers=CHINESE).text == "zh"


def test_page_is_found_with_a_slash_behind_it_too(client):
    answer = client.get("/zh/?__theme=dark", headers=ENGLISH)
    assert (answer.status_code, answer.headers["location"]) == (307, "../zh?__theme=dark")


def test_who_asks_for_a_language_by_its_link_gets_it(client):
    assert client.get("/?language=en", headers=CHINESE).text == "en"
    assert client.get("/zh", headers=ENGLISH).text == "zh"
    assert client.get("/?language=zh", headers=ENGLISH).headers["location"] == "zh?language=zh"


def test_all_others_stay_where_they_are(client):
    assert client.get("/", headers=ENGLISH).text == "en"
    assert client.get("/").text == "en"
    assert client.get("/?language=tlh", headers=CHINESE).text == "en"
    assert client.get("/config", headers=CHINESE).text == "en"  # a program's


@pytest.mark.parametrize("page", ["http://testserver/zh", "https://example.org/tools/gatescope/zh?__theme=dark"])
def test_what_a_page_asks_for_is_answered_in_its_language(client, page):
    join = "/gradio_api/queue/join"
    assert client.post(join, headers=ENGLISH | {"referer": page}).text == "zh"
    assert client.post(join, headers=CHINESE | {"referer": page.replace("/zh", "/")}).text == "en"


def test_refusal_speaks_the_language_of_the_page(client):
    refused = client.get("/no-such-thing", headers={"referer": "http://testserver/zh"})
    assert refused.status_code == 404
    assert refused.json() == {"detail": "此地址没有内容。"}
    assert client.get("/no-such-thing").json() == {"detail": "There is nothing at this address."}


def test_program_that_sends_no_address_is_not_led_elsewhere(client):
    assert client.get("/", headers={"accept": "*/*", "accept-language": "zh"}).status_code == 200
