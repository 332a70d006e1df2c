"""Tracks over one token axis."""

from __future__ import annotations

import html
import re

import pytest
from markupsafe import Markup

from model.text import Token, tokenize
from tests.views.harmless import NASTY, Elements, assert_harmless, tracks_of
from views.drawing.token_axis import LONGEST_NAME, Track, token_axis


def tokens_of(*texts):
    return [Token(text, 0, len(text), " ") for text in texts]


def test_every_token_has_its_name_and_the_width_is_theirs():
    page = token_axis(tokens_of("a", "dull", "film"), [Track("one", Markup("<svg></svg>"))], "Rows")
    assert re.findall(r"<span><bdi>(.*?)</bdi></span>", page) == ["a", "dull", "film"]
    assert "--n:3" in page
    assert 'aria-label="Rows: one column for each token.' in page


def test_tracks_stand_in_their_order_with_their_parts():
    tracks = [
        Track("forget gate", Markup("<svg>1</svg>"), "gs-film", "before", "f"),
        Track("middle unit", Markup("<svg>2</svg>"), numbers=["50 %", "", "<&\"'"]),
    ]
    page = token_axis(tokens_of("a", "dull", "film"), tracks, "Rows")
    first, second = tracks_of(page)
    assert (first.kind, first.name, first.note) == ("gs-film", "forget gate <i>f</i>", "before")
    assert 'data-symbol="f"' in page
    assert first.numbers == []
    assert second.numbers == ["50 %", "", "<&\"'"]
    assert (first.picture, second.picture) == (Markup("<svg>1</svg>"), Markup("<svg>2</svg>"))


def test_text_of_a_person_never_becomes_markup():
    page = token_axis(tokenize(NASTY), [Track("one", Markup("<svg></svg>"), numbers=[NASTY])], NASTY)
    assert_harmless(page)
    assert Elements(page).found[0][1]["aria-label"].startswith(f"{NASTY}: one column")
    names = [html.unescape(name) for name in re.findall(r"<bdi>(.*?)</bdi>", page)]
    assert names == [token.text[:LONGEST_NAME] for token in tokenize(NASTY)]
    assert tracks_of(page)[0].numbers == [NASTY]


@pytest.mark.parametrize("character", ["x", "&", "é"])
def test_long_names_are_cut_before_they_are_escaped(character):
    page = token_axis(tokens_of(character * 50), [], "Rows")
    assert html.unescape(re.search(r"<bdi>(.*?)</bdi>", page)[1]) == character * LONGEST_NAME


def test_picture_marked_as_dangerous_is_noticed():
    for page in ("<script>1</script>", '<p onclick="1">', '<img src="https://example.org/x.png">'):
        with pytest.raises(AssertionError):
            assert_harmless(page)
