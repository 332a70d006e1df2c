"""Over the distance: what the chain of steps leaves of a gradient, in words beside the chart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.reading.explanation import Flow, Gradients
from model.recurrence.jacobians import Decay
from views.drawing.downloads import csv_text, save_buttons
from views.drawing.template import render
from views.gradients.log_scale import factor, power

FAR = 40  # tokens: the distance of which the page speaks in words


@dataclass(frozen=True, slots=True)
class Kept:
    """What the chain of a checkpoint's network leaves over a distance, and the factor per token if one fits.

    `forget` is what the forget gates alone would leave, `share` how much of it lies in one direction of `units`; both
    are "" where there is no forget gate.
    """

    cell: str
    checkpoint: str
    distance: int
    left: str
    rate: str
    forget: str
    share: str
    units: int


def decay_card(gradients: Gradients) -> Markup:
    """The sentence beside the chart of the decay, and its numbers."""
    return render(
        "gradients/decay.html",
        weights=gradients.weights,
        sentence=decay_sentence(gradients),
        left_out=[gettext(each.flow.cell.left_out) for each in gradients.flows if each.flow.cell.left_out],
        save=save_buttons("gatescope-gradient-decay", decay_csv(gradients), "gs-decay"),
    )


def decay_sentence(gradients: Gradients) -> Markup:
    """What the chain of steps leaves over a distance, in words, and how fast it is lost."""
    kept = [_kept(each) for each in gradients.flows if len(each.flow.gain.distances)]
    layer = gradients.flows[0].flow.layer
    return render("gradients/decay_sentence.html", kept=kept, layer=layer, weights=gradients.weights)


def _kept(each: Flow) -> Kept:
    gain, alone = each.flow.gain, each.flow.forget
    distance = int(min(FAR, gain.distances[-1]))
    share = each.flow.in_one_direction(distance)
    return Kept(
        cell=gettext(each.flow.cell.name),
        checkpoint=each.checkpoint,
        distance=distance,
        left=_tiny(gain.log10_at(distance)),
        rate="" if gain.rate is None else factor(gain.rate),
        forget=_tiny(alone.log10_at(distance)) if len(alone.distances) else "",
        share="" if np.isnan(share) else f"{share:.0%}".replace("%", " %"),
        units=each.flow.units,
    )


def _tiny(log10: float) -> str:
    """10 to a power as text, also where no float holds it."""
    if log10 == -np.inf:
        return gettext("nothing")
    return factor(10**log10) if log10 > -300 else power(np.floor(log10))


def decay_csv(gradients: Gradients) -> str:
    """One row for each checkpoint and distance: log10 of the average factor, of the largest where it is known, and of
    what the forget gates alone would leave.
    """
    rows = []
    for each in gradients.flows:
        bound, alone = _by_distance(each.flow.bound), _by_distance(each.flow.forget)
        for distance, gain in zip(each.flow.gain.distances.tolist(), each.flow.gain.log10_gain.tolist(), strict=True):
            row = [each.checkpoint, each.flow.cell.key, distance, gain, bound.get(distance), alone.get(distance)]
            rows.append(row)
    return csv_text(
        ["checkpoint", "cell", "distance (tokens)", "log10 average", "log10 largest", "log10 forget gates alone"], rows
    )


def _by_distance(decay: Decay) -> dict[int, float]:
    return dict(zip(decay.distances.tolist(), decay.log10_gain.tolist(), strict=True))
