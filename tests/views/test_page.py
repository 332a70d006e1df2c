"""What the page is dressed in: every style sheet of the features, in a stated order."""

from __future__ import annotations

from model.reading.fitting import Replacement
from tests.views.blocks import built
from views.api.closing import Connections, Endable
from views.api.doors import Doors
from views.api.headers import Headers
from views.api.rates import Rates
from views.api.requests import Guard
from views.api.sent import Looked
from views.api.stream import OpenStream
from views.api.uploads import Uploads
from views.drawing.colours import style_variables
from views.drawing.template import VIEWS
from views.locale.spoken import Spoken
from views.page import FOLDERS, MEDIA, build_page, look, style_sheets


def test_every_style_sheet_of_the_features_is_on_the_page():
    own = {VIEWS / "errors/report/report.css"}  # of the report, which is a page of its own
    assert set(style_sheets()) == set(VIEWS.rglob("*.css")) - own - set(MEDIA.values())
    assert len(style_sheets()) == len(set(style_sheets()))


def test_what_all_features_are_made_of_comes_before_what_changes_it():
    places = [FOLDERS.index(path.parent.relative_to(VIEWS).as_posix()) for path in style_sheets()]
    assert places == sorted(places)
    assert FOLDERS[0] == "drawing"


def test_what_this_server_cannot_do_is_said_on_the_page_and_nothing_else_is(explainer):
    def told(page) -> list[str]:
        return [each.value for each in page.blocks.values() if "&lt; b" in str(getattr(each, "value", ""))]

    assert told(built(lambda: build_page(explainer))) == []
    english, chinese = told(built(lambda: build_page(explainer, replacement=Replacement("a < b", "c"))))
    assert "There is not enough memory for the checkpoint &#39;a &lt; b&#39;: &#39;c&#39; takes its place." in english
    assert "内存不足，无法加载检查点“a &lt; b”：改用“c”。" in chinese


def test_look_hands_over_styles_scripts_and_the_colours_of_the_scales(explainer):
    dressed = look(explainer, Connections())
    assert dressed["css"] == style_variables()
    assert dressed["css_paths"] == style_sheets()
    for medium, path in MEDIA.items():
        assert f'<style media="{medium}">{path.read_text("utf-8")}</style>' in dressed["head"]
    assert [each.path for each in dressed["app_kwargs"]["routes"]] == ["/health", "/scripts/{path:path}"]


def test_what_is_refused_cheaply_is_refused_first_and_nothing_passes_by(explainer):
    before = [each.cls for each in look(explainer, Connections())["app_kwargs"]["middleware"]]
    assert before == [Endable, Spoken, Headers, Doors, Uploads, Looked, Rates, OpenStream, Guard]


def test_no_event_shows_its_progress_on_what_holds_others(explainer):
    """Gradio tells what an event once showed progress on, and all that stands in it, of each state of all events."""
    events = built(lambda: build_page(explainer)).fns.values()
    told = {
        (event.name, shown.get_block_name())
        for event in events
        for shown in (event.outputs if event.show_progress_on is None else event.show_progress_on)
        if getattr(shown, "children", None)
    }
    assert len(events) > 50
    assert told == set()
