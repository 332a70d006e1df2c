"""What the page is dressed in: every style sheet and script of the features, in a stated order."""

from __future__ import annotations

from views.drawing.colours import style_variables
from views.drawing.template import VIEWS
from views.page import FOLDERS, look, parts


def test_every_style_sheet_and_script_of_the_features_is_on_the_page():
    for ending in ("css", "js"):
        own = {VIEWS / "errors/report/report.css"}  # of the report, which is a page of its own
        assert set(parts(ending)) == set(VIEWS.rglob(f"*.{ending}")) - own
        assert len(parts(ending)) == len(set(parts(ending)))


def test_what_all_features_are_made_of_comes_before_what_changes_it():
    places = [FOLDERS.index(path.parent.relative_to(VIEWS).as_posix()) for path in parts("css")]
    assert places == sorted(places)
    assert FOLDERS[0] == "drawing"


def test_look_hands_over_styles_scripts_and_the_colours_of_the_scales(explainer):
    dressed = look(explainer)
    assert dressed["css"] == style_variables()
    assert dressed["css_paths"] == parts("css")
    assert all(path.read_text(encoding="utf-8") in dressed["head"] for path in parts("js"))
    assert dressed["head"].startswith("<script>")
