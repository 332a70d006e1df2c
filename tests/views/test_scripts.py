"""The page's scripts: they are served, nothing else of views/ is, and they keep to the conventions."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.views.blocks import built
from views.drawing.template import VIEWS
from views.page import build_page
from views.scripts import attached, modules_route

MODULES = sorted(path.relative_to(VIEWS).as_posix() for path in VIEWS.rglob("*.js"))
MOST_LINES = 200
# What listens to the whole document; its head says why.
LISTEN_TO_THE_DOCUMENT = {"errors/keys.js", "lesson/lesson.js"}
# A component that is attached to a module knows it by this.
ADDRESS = re.compile(r'new URL\("scripts/([^"]+)", document\.baseURI\)')
IMPORT = re.compile(r'^import \{[^}]+\} from "([^"]+)";$', re.MULTILINE)


def on_the_page() -> TestClient:
    """The modules alone, where the page serves them."""
    return TestClient(Starlette(routes=[modules_route()]))


@pytest.fixture(scope="module")
def served() -> TestClient:
    return on_the_page()


def code(module: str) -> str:
    """A module without its comments."""
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", source(module), flags=re.DOTALL)


def source(module: str) -> str:
    return (VIEWS / module).read_text(encoding="utf-8")


def imported(module: str) -> set[str]:
    """The modules that a module imports, as paths below views/."""
    folder = (VIEWS / module).parent
    return {(folder / path).resolve().relative_to(VIEWS).as_posix() for path in IMPORT.findall(source(module))}


@pytest.fixture
def attached_modules(explainer) -> set[str]:
    """What the components of the whole page are attached to."""
    blocks = built(lambda: build_page(explainer)).blocks.values()
    scripts = [each.js_on_load or "" for each in blocks if isinstance(each, gr.HTML)]
    return {module for script in scripts for module in ADDRESS.findall(script)}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_served_as_it_is_and_asked_for_again_each_time(served, module):
    answer = served.get(f"/scripts/{module}")
    assert answer.text == source(module)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert served.get(f"/scripts/{module}", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    "path",
    ["page.py", "stage/stage.css", "stage/reading.html", "stage", "", "stage/none.js", "%2e%2e/eslint.config.mjs"],
)
def test_nothing_but_modules_is_served(served, path):
    assert served.get(f"/scripts/{path}").status_code == 404


def test_a_module_outside_of_views_is_not_served(tmp_path, monkeypatch):
    (tmp_path / "inside").mkdir()
    (tmp_path / "outside.js").write_text("secret")
    monkeypatch.setattr("views.scripts.VIEWS", tmp_path / "inside")
    (tmp_path / "inside" / "own.js").write_text("")
    modules = on_the_page()
    assert modules.get("/scripts/own.js").status_code == 200
    assert modules.get("/scripts/%2e%2e/outside.js").status_code == 404


def test_every_module_is_reached_from_a_component(attached_modules):
    reached, ahead = set(), set(attached_modules)
    while ahead:
        module = ahead.pop()
        reached.add(module)
        ahead |= imported(module) - reached
    assert reached == set(MODULES)


def test_what_components_are_attached_to_can_be_attached(attached_modules):
    assert attached_modules
    for module in attached_modules:
        assert re.search(r"^export (?:function attach\(|const attach = )", source(module), re.MULTILINE), module


def test_an_event_of_its_own_is_known_to_a_component():
    async def within() -> gr.blocks.Block:
        with gr.Blocks(analytics_enabled=False) as page:
            gr.HTML(js_on_load=attached("errors/picks.js", "pick")).pick(lambda: None)
        return page

    assert [target[1] for each in asyncio.run(within()).fns.values() for target in each.targets] == ["pick"]


@pytest.mark.parametrize("module", MODULES)
def test_module_is_small_and_opens_by_saying_what_it_is_for(module):
    assert source(module).startswith("/* ")
    assert len(source(module).splitlines()) < MOST_LINES


def test_no_script_observes_the_page_and_who_listens_to_it_says_why():
    assert [module for module in MODULES if "MutationObserver" in code(module)] == []
    listening = {module for module in MODULES if "document.addEventListener" in code(module)}
    assert listening == LISTEN_TO_THE_DOCUMENT
    for module in listening:
        assert "Listens to the document, since" in source(module)


def test_scripts_of_drawing_know_no_feature():
    for module in MODULES:
        if module.startswith("drawing/"):
            assert all(Path(each).parts[0] == "drawing" for each in imported(module)), module


def test_scripts_write_no_markup():
    written = re.compile(r"\.(?:innerHTML|outerHTML)\b|insertAdjacentHTML|document\.write")
    assert [module for module in MODULES if written.search(code(module))] == []
