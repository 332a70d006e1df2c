"""Over the distance: what the chain of steps leaves of a gradient, in words beside the chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.metrics import CHANCE
from model.reading.explanation import Flow, Gradients
from model.recurrence.decay import Climb, Decay
from views.drawing.downloads import csv_text, save_buttons
from views.drawing.labels import network_name
from views.drawing.template import render
from views.gradients.log_scale import factor, factor_of

LINE = 0.01  # of the height of a chart: a line's width
FAR = 40  # tokens: the distance of which the page speaks in words


@dataclass(frozen=True, slots=True)
class Kept:
    """What the chain of a `network` leaves over a distance, and the factor per token if one fits. `network` names its
    cell and its checkpoint.

    `forget` is what the forget gates alone would leave, `share` how much of it lies in one direction of `units`; both
    are "" where there is no forget gate.
    """

    network: str
    distance: int
    left: str
    rate: str
    forget: str
    share: str
    units: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a line of a `network` must be explained by, where it stands: all of it as text.

    `product` and `total` are what is left over the longest `distance`; `total` is "" where the product is the true
    derivative, and `left_out` says what it leaves out where it is not. `close`: the lines of both cannot be told apart.
    `above_one`: "at most" is above 1 somewhere. `climb` says where the product rises most; None: nowhere. `guesses`:
    how often it judges right, in per cent, of a `checkpoint` that never learnt; "" of another.
    """

    network: str
    checkpoint: str
    guesses: str
    distance: int
    product: str
    total: str
    left_out: str
    close: bool
    above_one: bool
    climb: Climb | None
    climbs_by: str


def decay_card(gradients: Gradients) -> Markup:
    """The sentence beside the chart of the decay, and its numbers."""
    return render(
        "gradients/decay.html",
        weights=gradients.weights,
        sentence=decay_sentence(gradients),
        told=_told([each for each in gradients.flows if len(each.flow.gain.distances)]),
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
        network=network_name(each.flow.cell, each.checkpoint, each.accuracy),
        distance=distance,
        left=factor_of(gain.log10_at(distance)),
        rate="" if gain.rate is None else factor(gain.rate, ".3g"),
        forget=factor_of(alone.log10_at(distance)) if len(alone.distances) else "",
        share="" if np.isnan(share) else f"{share:.0%}".replace("%", " %"),
        units=each.flow.units,
    )


def _told(flows: Sequence[Flow]) -> list[Told]:
    drawn = [decay.log10_gain for each in flows for decay in (each.flow.gain, each.flow.total, each.flow.bound)]
    finite = np.concatenate([np.empty(0), *(gains[np.isfinite(gains)] for gains in drawn)])
    return [_told_of(each, LINE * float(np.ptp(finite)) if len(finite) else 0.0) for each in flows]


def _told_of(each: Flow, line: float) -> Told:
    """`line`: how far apart, in log10, two lines of the chart must be for a person to see it."""
    flow, accuracy = each.flow, each.accuracy
    distance, climb = int(flow.gain.distances[-1]), flow.gain.climb
    with np.errstate(invalid="ignore"):  # both may be nothing
        apart = np.abs(flow.total.log10_gain - flow.gain.log10_gain)
    return Told(
        network=network_name(flow.cell, each.checkpoint, each.accuracy),
        checkpoint=each.checkpoint,
        guesses=f"{100 * accuracy:.1f}" if accuracy is not None and accuracy < CHANCE else "",
        distance=distance,
        product=factor_of(flow.gain.log10_at(distance), "#.3g"),
        total="" if flow.whole else factor_of(flow.total.log10_at(distance), "#.3g"),
        left_out=gettext(flow.cell.left_out) if flow.cell.left_out else "",
        close=bool((apart < line).all()),
        above_one=flow.bound.above_one,
        climb=climb,
        climbs_by=factor(climb.factor) if climb else "",
    )


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
