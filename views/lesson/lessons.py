"""The guided lesson: eight steps from "what is a memory cell" to "why the gradient survives", in two languages.

Texts and the view of each step are in assets/lessons.json. They hold no number of a network: the reader takes those
off the page. What they do say about the shipped networks is held by tests/views/lesson/test_lessons.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from model.assets import ASSETS
from views.drawing.template import render
from views.links import View

LESSONS = ASSETS / "lessons.json"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One step: what it says, what it asks, and the view that it sets the page to."""

    title: str
    text: str
    question: str
    answer: str
    view: View


def read_lessons(language: str, path: Path = LESSONS) -> tuple[Lesson, ...]:
    """The steps of the lesson in a language, in order; their views are the same in all. Raises `KeyError` for a
    language that it is not written in.
    """
    stored = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Lesson(**step[language], view=_view(stored["reviews"], **step["view"])) for step in stored["lessons"])


def _view(reviews: dict[str, str], review: str, **place: Any) -> View:
    return View(text=reviews[review], **place)


def lesson_panel(lesson: Lesson, number: int, total: int, answered: bool) -> Markup:
    """One step as HTML, `number` from 1: counter, title, text, question, and the answer that opens on demand.

    The answer opens in the browser without asking the server; with `answered` it is open from the start.
    """
    return render(
        "lesson/panel.html",
        lesson=lesson,
        number=number,
        total=total,
        answered=answered,
    )
