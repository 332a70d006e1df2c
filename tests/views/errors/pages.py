"""What the tests of the Errors tab's HTML share: how a scored file is made, and how a part of the page is read back."""

from __future__ import annotations

import html
import json
import re

from model.workbench.workbench import Workbench, open_notes

OWNER = "a" * 24
NASTY = "<img src=x onerror=alert(1)> ${1} {{2}}"  # short enough for a category


def bench_of(table, scores) -> Workbench:
    return Workbench(table, scores, open_notes(None, OWNER, table, scores.checkpoint))


def sent(part: str) -> list[dict]:
    """What the buttons of a part would send, in order."""
    return [json.loads(html.unescape(value)) for value in re.findall(r'data-value="([^"]*)"', part)]


def text_of(part: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())
