"""One step back: the Jacobian of each step as its terms, and their sum, token by token."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from model.language import gettext
from model.reading.explanation import Gradients, Reading
from model.recurrence.jacobians import GradientFlow
from views.drawing.downloads import save_buttons, token_csv
from views.drawing.labels import ARROWS
from views.drawing.template import render
from views.drawing.token_axis import token_axis
from views.gradients.log_scale import LogScale, factor

WHOLE, PART = LogScale(0.03, 2), LogScale(0.003, 1)  # of the factor of one step, and of a term by the state's weights


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
    tracks = [
        (WHOLE if place == 0 else PART).track(gettext(term.about.label), gettext(term.about.note), term.norms)
        for place, term in enumerate(flow.terms)
    ]
    if len(tracks) > 1:
        tracks.append(WHOLE.track(gettext("all together"), gettext("one whole step"), flow.step_norms))
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


def _steps(reading: Reading, flow: GradientFlow) -> Steps | None:
    """None where there is no step."""
    if len(reading.review.tokens) == 1:
        return None
    words = [token.text for token in reading.review.tokens]
    least, most = flow.least_step, flow.most_step
    largest = flow.largest_term
    return Steps(
        least=words[least],
        least_factor=factor(flow.step_norms[least]),
        most=words[most],
        most_factor=factor(flow.step_norms[most]),
        term=gettext(largest.term.about.label) if len(flow.terms) > 1 else "",
        count=largest.count,
        steps=len(words) - 1,
    )


def steps_csv(reading: Reading, flow: GradientFlow) -> str:
    """One row for each token: the average factor of each term and of their sum."""
    columns = {term.name: term.norms.tolist() for term in flow.terms}
    return token_csv(reading.review.tokens, columns | {"sum": flow.step_norms.tolist()})
