"""What a valve that a person moves would do to the verdict: a curve and sentences that tried.js fills, and its answers.

The verdicts come from model/recurrence/openings.py, all of a valve's at once; between them the curve is straight.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from markupsafe import Markup
from pydantic import TypeAdapter, ValidationError

from model.errors import ReviewError
from model.language import gettext
from model.recurrence.openings import Openings, Valve
from model.recurrence.step import CellStep
from views.cell.words import token_text
from views.drawing.template import render

_VALVE = TypeAdapter(Valve)
Answer = dict[str, Any]  # as JSON can hold it, for views/cell/tried.js


def tried(step: CellStep, token: str) -> Markup:
    """The place for the answer, beside the drawing; nothing of it is known before a valve is moved."""
    return render("cell/tried.html", unit=step.unit, units=step.units, token=token_text(token))


def valve_of(sent: object) -> Valve:
    """The valve that a page asks about. Raises `ReviewError` for what describes none."""
    try:
        return _VALVE.validate_python(sent)
    except ValidationError:
        raise ReviewError(gettext("There is no such valve: choose one in the drawing.")) from None


def answer(alone: Openings, together: Openings, logit: float) -> Answer:
    """What is known of a valve of a review with that logit: `alone`, and `together` with those of all units."""
    return {"valve": asdict(alone.valve), "logit": logit, "alone": _curve(alone), "together": _curve(together)}


def _curve(found: Openings) -> Answer:
    return {"openings": found.openings.tolist(), "probabilities": found.probabilities.tolist()}
