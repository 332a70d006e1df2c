"""One step back: the Jacobian of each step as its terms, and their sum, token by token."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext
from model.network.cells.cell import Cell
from model.reading.explanation import Gradients, Reading
from model.recurrence.jacobians import GradientFlow
from views.drawing.downloads import save_buttons, token_csv
from views.drawing.labels import ARROWS, token_name
from views.drawing.template import render
from views.drawing.token_axis import token_axis
from views.gradients.log_scale import LogScale, factor

KEPT = LogScale(0.3, 1.2)  # of the factor of one step, of a cell that has a forget gate, and of what that gate keeps
WHOLE = LogScale(0.03, 2)  # of one step of any other
PART = LogScale(0.003, 0.5)  # of a term that goes by the state's weights


@dataclass(frozen=True, slots=True)
class Steps:
    """What the steps of a review say, as text: over which token least of a gradient gets and over which most, by what
    factors, and which term is the largest at how many of all steps; `term` is "" where there is one alone.
    """

    least: str
    least_factor: str
    most: str
    most_factor: str
    term: str
    count: int
    steps: int


def steps_card(reading: Reading, gradients: Gradients) -> Markup:
    """The Jacobian of each step as its terms, and their sum: log10 of the average factor, token by token."""
    flow = gradients.flows[0].flow
    tokens = reading.review.tokens
    whole = scale_of_steps(flow.cell)
    tracks = [
        (whole if place == 0 else PART).track(gettext(term.about.label), gettext(term.about.note), term.norms)
        for place, term in enumerate(flow.terms)
    ]
    if len(tracks) > 1:
        tracks.append(whole.track(gettext("all together"), gettext("one whole step"), flow.step_norms))
    return render(
        "gradients/steps.html",
        chain=gettext(flow.cell.chain),
        weights=gradients.weights,
        layer=flow.layer,
        direction=gettext(ARROWS[flow.direction]),
        steps=_steps(reading, flow),
        axis=token_axis(tokens, tracks, gettext("One step back")),
        save=save_buttons("gatescope-gradient-steps", steps_csv(reading, flow)),
    )


def scale_of_steps(cell: Cell) -> LogScale:
    """The range of the factors of whole steps: narrow where a gate keeps the memory, since they differ by little."""
    return KEPT if cell.forget_gates else WHOLE


def _steps(reading: Reading, flow: GradientFlow) -> Steps | None:
    """None where there is no step."""
    if len(reading.review.tokens) == 1:
        return None
    words = [token.text for token in reading.review.tokens]
    least, most = flow.least_step, flow.most_step
    largest = flow.largest_term
    return Steps(
        least=token_name(words, least),
        least_factor=factor(flow.step_norms[least]),
        most=token_name(words, most),
        most_factor=factor(flow.step_norms[most]),
        term=gettext(largest.term.about.label) if len(flow.terms) > 1 else "",
        count=largest.count,
        steps=len(words) - 1,
    )


def steps_csv(reading: Reading, flow: GradientFlow) -> str:
    """One row for each token: the average factor of each term and of their sum."""
    columns = {term.name: term.norms.tolist() for term in flow.terms}
    return token_csv(reading.review.tokens, columns | {"sum": flow.step_norms.tolist()})
