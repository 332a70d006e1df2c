"""A text that tries everything, and how tests read a page back: its elements, its tracks, its table."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser

NASTY = "<img src=x onerror=alert(1)> ${1+1} {{7*7}} \"quote' & good &zz; =1+1 <script>bad</script>"
TRACK = re.compile(r'<div class="gs-row ([^"]*)"><b( data-symbol="\w")?>(.*?)</b><div>(.*?)</div></div>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class ReadTrack:
    """A track as it stands on the page; `numbers` are those of its tokens, `picture` is its SVG or image."""

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


def tracks_of(page):
    """The tracks of a token axis, without the row of the tokens' names."""
    tracks = []
    for kind, _, head, picture in TRACK.findall(page):
        if kind == "gs-names":
            continue
        numbers = re.search(r'data-numbers="([^"]*)"', head)
        note = re.search(r"<small>(.*?)</small>", head)
        tracks.append(
            ReadTrack(
                kind,
                re.sub(r"<small>.*|<output.*", "", head),
                note[1] if note else "",
                json.loads(html.unescape(numbers[1])) if numbers else [],
                picture,
            )
        )
    return tracks


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
