"""Every response says what a browser may do with it; a page marks its own scripts, and no others."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from views.api.headers import Headers

PAGE = """<!doctype html><script>const text = "<script and more";</script>
<SCRIPT type="module" src="./a.js"></SCRIPT><p>&lt;script&gt;</p><b>a</b>"""


async def page(request):
    return HTMLResponse(PAGE)


async def long_page(request):
    async def pieces():
        for start in range(0, len(PAGE), 7):
            yield PAGE[start : start + 7]

    return StreamingResponse(pieces(), media_type="text/html; charset=utf-8")


async def answer(request):
    return JSONResponse({"text": "<script>"})


@pytest.fixture
def client():
    routes = [Route("/", page), Route("/long", long_page), Route("/answer", answer)]
    with TestClient(Starlette(routes=routes, middleware=[Middleware(Headers)])) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/long"])
def test_scripts_of_a_page_and_no_others_have_the_nonce_of_its_policy(client, path):
    found = client.get(path)
    (nonce,) = re.findall(r"'nonce-([^']+)'", found.headers["content-security-policy"])
    assert found.text.replace(f' nonce="{nonce}"', "") == PAGE
    assert found.text.count(f'nonce="{nonce}"') == 2
    assert 'const text = "<script and more";' in found.text
    assert int(found.headers.get("content-length", len(found.content))) == len(found.content)


def test_nonce_is_another_for_each_response(client):
    assert len({client.get("/").headers["content-security-policy"] for _ in range(3)}) == 3


def test_policy_lets_no_script_run_that_stands_in_markup(client):
    policy = dict(part.split(" ", 1) for part in client.get("/").headers["content-security-policy"].split("; "))
    assert "'unsafe-inline'" not in policy["script-src"]
    assert policy["object-src"] == "'none'"
    assert policy["default-src"] == policy["connect-src"] == "'self'"
    assert "*" not in policy["frame-ancestors"].replace("https://*.hf", "").replace("https://*.huggingface", "")


def test_all_else_is_sent_as_it_is_with_the_usual_headers(client):
    found = client.get("/answer")
    assert found.json() == {"text": "<script>"}
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["referrer-policy"] == "same-origin"
    assert "content-security-policy" not in found.headers


def test_head_of_a_page_is_answered(client):
    found = client.head("/")
    assert found.status_code == 200
    assert found.content == b""
    assert "content-security-policy" in found.headers
