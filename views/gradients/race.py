"""A race of two learnt cells with the same head, in words beside the chart, and why pooling changes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.language import gettext
from model.metrics import CHANCE
from model.reading.race import Race, Runner
from views.drawing.downloads import csv_text, save_buttons
from views.drawing.template import render
from views.gradients.decay import FAR
from views.gradients.log_scale import factor, factor_of

LONG = 10  # tokens: over shorter distances any cell keeps something
MUCH = -1.0  # log10 of what is left where one speaks of much


@dataclass(frozen=True, slots=True)
class Arrived:
    """How much of a runner's gradient arrives after the distance of which the page speaks: "5.6 times smaller".

    `rate` is the factor per token that fits best, "" where none does. `percent` is its accuracy, "" where it was not
    measured; `guesses` where that is hardly better than chance. `keeps`: without a gate that could, it keeps much.
    """

    cell: str
    checkpoint: str
    amount: str
    rate: str
    percent: str
    guesses: bool
    keeps: bool


def race_card(race: Race | None) -> Markup:
    """The sentences beside the chart of the race, and its numbers; one sentence where there is none."""
    if race is None:
        return render("gradients/race.html", race=None)
    distance = int(min(FAR, race.runners[0].reach.distances[-1]))
    return render(
        "gradients/race.html",
        race=race,
        distance=distance,
        both_ways=len(race.directions) > 1,
        runners=[_arrived(runner, distance) for runner in race.runners],
        pooled=_arrived(race.pooled, distance) if race.pooled else None,
        save=save_buttons("gatescope-gradient-race", race_csv(race), "gs-race"),
    )


def _arrived(runner: Runner, distance: int) -> Arrived:
    accuracy, log10, rate = runner.accuracy, runner.reach.log10_at(distance), runner.reach.rate
    return Arrived(
        cell=gettext(runner.cell.name),
        checkpoint=runner.checkpoint,
        amount=_amount(log10),
        rate="" if rate is None else factor(rate, ".3g"),
        percent="" if accuracy is None else f"{100 * accuracy:.1f}",
        guesses=accuracy is not None and accuracy < CHANCE,
        keeps=distance >= LONG and log10 > MUCH and not runner.cell.forget_gates,
    )


def _amount(log10: float) -> str:
    """A factor as how many times smaller or larger it makes something."""
    if log10 == -np.inf:
        return gettext("nothing")
    times = factor_of(abs(log10))
    if times == "1":
        return gettext("as large")
    sentence = gettext("{times} times larger") if log10 > 0 else gettext("{times} times smaller")
    return sentence.format(times=times)


def race_csv(race: Race) -> str:
    """One row for each checkpoint and distance: log10 of what arrives, relative to that at distance 0."""
    runners = [*race.runners, race.pooled] if race.pooled else race.runners
    rows = [
        [runner.checkpoint, runner.cell.key, distance, gain]
        for runner in runners
        for distance, gain in zip(runner.reach.distances.tolist(), runner.reach.log10_gain.tolist(), strict=True)
    ]
    return csv_text(["checkpoint", "cell", "distance (tokens)", "log10 gradient at the word"], rows)
