"""Over the distance: what the chain of steps leaves of a gradient, in words beside the chart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.reading.explanation import Flow, Gradients
from model.recurrence.decay import Climb, Decay
from model.recurrence.jacobians import GradientFlow
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


@dataclass(frozen=True, slots=True)
class Told:
    """What a line of a cell must be explained by, where it stands: all of it as text.

    `product` and `total` are what is left over the longest `distance`; `total` is "" where the product is the true
    derivative, and `left_out` says what it leaves out where it is not. `above_one`: "at most" is above 1 somewhere.
    `climb` says where the product rises most; None: nowhere.
    """

    cell: str
    distance: int
    product: str
    total: str
    left_out: str
    above_one: bool
    climb: Climb | None
    climbs_by: str


def decay_card(gradients: Gradients) -> Markup:
    """The sentence beside the chart of the decay, and its numbers."""
    return render(
        "gradients/decay.html",
        weights=gradients.weights,
        sentence=decay_sentence(gradients),
        told=[_told(each.flow) for each in gradients.flows if len(each.flow.gain.distances)],
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


def _told(flow: GradientFlow) -> Told:
    distance, climb = int(flow.gain.distances[-1]), flow.gain.climb
    return Told(
        cell=gettext(flow.cell.name),
        distance=distance,
        product=_tiny(flow.gain.log10_at(distance), digits=3),
        total="" if flow.whole else _tiny(flow.total.log10_at(distance), digits=3),
        left_out=gettext(flow.cell.left_out) if flow.cell.left_out else "",
        above_one=flow.bound.above_one,
        climb=climb,
        climbs_by=factor(climb.factor) if climb else "",
    )


def _tiny(log10: float, digits: int = 2) -> str:
    """10 to a power as text, also where no float holds it."""
    if log10 == -np.inf:
        return gettext("nothing")
    return factor(10**log10, digits) if log10 > -300 else power(np.floor(log10))


def decay_csv(gradients: Gradients) -> str:
    """One row for each checkpoint and distance: log10 of the average factor of the product of steps and of the true
    derivative, of the largest where it is known, and of what the forget gates alone would leave.
    """
    rows = []
    for each in gradients.flows:
        flow = each.flow
        beside = [_by_distance(decay) for decay in (flow.total, flow.bound, flow.forget)]
        for distance, gain in _by_distance(flow.gain).items():
            found = [decay.get(distance) for decay in beside]
            rows.append([each.checkpoint, flow.cell.key, distance, gain, *found])
    return csv_text(
        [
            "checkpoint",
            "cell",
            "distance (tokens)",
            "log10 average",
            "log10 true derivative",
            "log10 largest",
            "log10 forget gates alone",
        ],
        rows,
    )


def _by_distance(decay: Decay) -> dict[int, float]:
    return dict(zip(decay.distances.tolist(), decay.log10_gain.tolist(), strict=True))
