"""The guided lesson: eight steps from "what is a memory cell" to "why the gradient survives", in two languages.

Texts and the view of each step are in assets/lessons.json. They hold no number of a network: the reader takes those
off the page. What they do say about the shipped networks is held by tests/views/lesson/test_lessons.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from model.assets import ASSETS
from views.drawing.template import render
from views.links import View

LESSONS = ASSETS / "lessons.json"
LANGUAGES = ("en", "zh")
MAX_HEADER = 500  # characters of an Accept-Language header that are read

_TAGS = {"en": "en", "zh": "zh-Hans"}
_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*[qQ]=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?"
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One step: what it says, what it asks, and the view that it sets the page to."""

    title: str
    text: str
    question: str
    answer: str
    view: View


@dataclass(frozen=True, slots=True)
class Buttons:
    """What stands on the lesson's buttons and labels. `step` is a format of `number` and `total`; `language` is the
    language's name in itself.
    """

    lesson: str
    back: str
    next: str
    close: str
    answer: str
    step: str
    language: str


BUTTONS = {
    "en": Buttons(
        lesson="Guided lesson",
        back="Back",
        next="Next",
        close="Close the lesson",
        answer="Show the answer",
        step="Step {number} of {total}",
        language="English",
    ),
    "zh": Buttons(
        lesson="引导课程",
        back="上一步",
        next="下一步",
        close="关闭课程",
        answer="显示答案",
        step="第 {number} 步，共 {total} 步",
        language="中文",
    ),
}


def read_lessons(language: str, path: Path = LESSONS) -> tuple[Lesson, ...]:
    """The steps of the lesson in a language, in order; their views are the same in all. Raises `KeyError` for a
    language that is not one of `LANGUAGES`.
    """
    stored = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Lesson(**step[language], view=_view(stored["reviews"], **step["view"])) for step in stored["lessons"])


def _view(reviews: dict[str, str], review: str, **place: Any) -> View:
    return View(text=reviews[review], **place)


def language_of(header: str | None) -> str:
    """The language of `LANGUAGES` that an Accept-Language header (RFC 9110) likes best; "en" where it names neither.

    Of equal weights the first counts. What is no language range is passed over.
    """
    best, chosen = 0.0, LANGUAGES[0]
    for part in (header or "")[:MAX_HEADER].split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            continue
        language = LANGUAGES[0] if found[1] == "*" else found[1].lower()
        weight = float(found[2] or 1) if language in LANGUAGES else 0.0
        if weight > best:
            best, chosen = weight, language
    return chosen


def lesson_panel(lesson: Lesson, number: int, total: int, language: str, answered: bool) -> Markup:
    """One step as HTML, `number` from 1: counter, title, text, question, and the answer that opens on demand.

    The answer opens in the browser without asking the server; with `answered` it is open from the start.
    """
    return render(
        "lesson/panel.html",
        lesson=lesson,
        number=number,
        total=total,
        tag=_TAGS[language],
        buttons=BUTTONS[language],
        answered=answered,
    )
