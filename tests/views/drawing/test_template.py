"""Templates: what they are given is escaped, and symbols of a sentence stand in italics."""

from __future__ import annotations

from markupsafe import Markup

from views.drawing.template import _environment


def written(template: str, **values: object) -> str:
    return _environment().from_string(template).render(values)


def test_symbols_between_asterisks_are_in_italics():
    assert written("{{ said | symbols }}", said="Only *h* leaves, *C̃* stays.") == (
        "Only <em>h</em> leaves, <em>C̃</em> stays."
    )


def test_what_is_no_symbol_is_escaped_and_left_alone():
    assert written("{{ said | symbols }}", said="2 * 3 <b>*x*</b> & more") == (
        "2 * 3 &lt;b&gt;<em>x</em>&lt;/b&gt; &amp; more"
    )
    assert written("{{ said }}", said="<i>") == "&lt;i&gt;"
    assert written("{{ said }}", said=Markup("<i>")) == "<i>"
