"""One step back: the Jacobian of each step as its terms, and their sum, token by token."""

from __future__ import annotations

from markupsafe import Markup

from model.language import gettext
from model.reading.explanation import Gradients, Reading
from model.recurrence.jacobians import GradientFlow
from views.drawing.downloads import save_buttons, token_csv
from views.drawing.labels import ARROWS
from views.drawing.template import render
from views.drawing.token_axis import token_axis
from views.gradients.log_scale import LogScale, power

SCALE = LogScale(-2.0, 0.5)  # of the factor of one step


def steps_card(reading: Reading, gradients: Gradients) -> Markup:
    """The Jacobian of each step as its terms, and their sum: log10 of the average factor, token by token."""
    flow = gradients.flows[0].flow
    tokens = reading.review.tokens
    tracks = [SCALE.track(gettext(term.about.label), gettext(term.about.note), term.norms) for term in flow.terms]
    if len(tracks) > 1:
        tracks.append(SCALE.track(gettext("all together"), gettext("one whole step"), flow.step_norms))
    return render(
        "gradients/steps.html",
        chain=gettext(flow.cell.chain),
        weights=gradients.weights,
        layer=flow.layer,
        direction=gettext(ARROWS[flow.direction]),
        axis=token_axis(tokens, tracks, gettext("One step back")),
        low=power(SCALE.low),
        high=power(SCALE.high),
        save=save_buttons("gatescope-gradient-steps", steps_csv(reading, flow)),
    )


def steps_csv(reading: Reading, flow: GradientFlow) -> str:
    """One row for each token: the average factor of each term and of their sum."""
    columns = {term.name: term.norms.tolist() for term in flow.terms}
    return token_csv(reading.review.tokens, columns | {"sum": flow.step_norms.tolist()})
