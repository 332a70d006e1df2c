"""The sheet: rows over one token axis, and how tests of other pages read a sheet back."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from markupsafe import Markup

from model.text import Token, tokenize
from tests.views.drawing.test_markup import NASTY
from views.drawing.token_axis import LONGEST_NAME, Row, sheet

ROW = re.compile(r'<div class="gs-row ([^"]*)"><b( data-symbol="\w")?>(.*?)</b><div>(.*?)</div></div>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as it stands on the page; `numbers` are those of its tokens, `picture` is its SVG or image."""

    kind: str
    name: str
    note: str
    numbers: list[str]
    picture: str

    def lines(self, low, high):
        """The lines drawn, each the values {token: value} read off it, on a scale from `low` to `high`."""
        return [
            {
                int(float(x) - 0.5): low + (96 - float(y)) / 92 * (high - low)
                for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)
            }
            for path in re.findall(r'<path class="gs-(?!axis)[\w-]+" d="([^"]*)"', self.picture)
        ]


def rows_of(page):
    """The rows of a sheet, without that of the tokens' names."""
    rows = []
    for kind, _, head, picture in ROW.findall(page):
        if kind == "gs-names":
            continue
        numbers = re.search(r'data-numbers="([^"]*)"', head)
        note = re.search(r"<small>(.*?)</small>", head)
        rows.append(
            ReadRow(
                kind,
                re.sub(r"<small>.*|<output.*", "", head),
                note[1] if note else "",
                json.loads(html.unescape(numbers[1])) if numbers else [],
                picture,
            )
        )
    return rows


def table_of(page):
    """The rows of the CSV in the page's link, as a spreadsheet would read them."""
    file = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', page)[1]
    return list(csv.DictReader(io.StringIO(base64.b64decode(file).decode("utf-8-sig"), newline="")))


class Elements(HTMLParser):
    """The elements of a page, as a browser would find them: (tag, attributes)."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


OURS = "section header h2 h3 p span div b bdi i em strong small output svg path img a button ul li footer sub sup"


def assert_harmless(page):
    """No element but those that the pages are made of, none that runs or loads anything."""
    for tag, attributes in Elements(page).found:
        assert tag in OURS.split()
        assert not [name for name in attributes if name.startswith("on")]
        if tag == "img":
            assert attributes["src"].startswith("data:image/png;base64,")


def tokens_of(*texts):
    return [Token(text, 0, len(text), " ") for text in texts]


def test_every_token_has_its_name_and_the_width_is_theirs():
    page = sheet(tokens_of("a", "dull", "film"), [Row("one", Markup("<svg></svg>"))], "Rows")
    assert re.findall(r"<span><bdi>(.*?)</bdi></span>", page) == ["a", "dull", "film"]
    assert "--n:3" in page
    assert 'aria-label="Rows: one column for each token.' in page


def test_rows_stand_in_their_order_with_their_parts():
    rows = [
        Row("forget gate", Markup("<svg>1</svg>"), "gs-film", "before", "f"),
        Row("middle unit", Markup("<svg>2</svg>"), numbers=["50 %", "", "<&\"'"]),
    ]
    page = sheet(tokens_of("a", "dull", "film"), rows, "Rows")
    first, second = rows_of(page)
    assert (first.kind, first.name, first.note) == ("gs-film", "forget gate <i>f</i>", "before")
    assert 'data-symbol="f"' in page
    assert first.numbers == []
    assert second.numbers == ["50 %", "", "<&\"'"]
    assert (first.picture, second.picture) == (Markup("<svg>1</svg>"), Markup("<svg>2</svg>"))


def test_text_of_a_person_never_becomes_markup():
    page = sheet(tokenize(NASTY), [Row("one", Markup("<svg></svg>"), numbers=[NASTY])], NASTY)
    assert_harmless(page)
    assert Elements(page).found[0][1]["aria-label"].startswith(f"{NASTY}: one column")
    names = [html.unescape(name) for name in re.findall(r"<bdi>(.*?)</bdi>", page)]
    assert names == [token.text[:LONGEST_NAME] for token in tokenize(NASTY)]
    assert rows_of(page)[0].numbers == [NASTY]


@pytest.mark.parametrize("character", ["x", "&", "é"])
def test_long_names_are_cut_before_they_are_escaped(character):
    page = sheet(tokens_of(character * 50), [], "Rows")
    assert html.unescape(re.search(r"<bdi>(.*?)</bdi>", page)[1]) == character * LONGEST_NAME


def test_picture_marked_as_dangerous_is_noticed():
    for page in ("<script>1</script>", '<p onclick="1">', '<img src="https://example.org/x.png">'):
        with pytest.raises(AssertionError):
            assert_harmless(page)
