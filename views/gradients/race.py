"""A race of two learnt cells with the same head, in words beside the chart, and why pooling changes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from model.language import gettext
from model.metrics import CHANCE
from model.reading.race import LONG, Race, Runner
from views.drawing.downloads import csv_text, save_buttons
from views.drawing.labels import network_name
from views.drawing.template import render
from views.gradients.log_scale import many

MUCH = -1.0  # log10 of what is left where one speaks of much


@dataclass(frozen=True, slots=True)
class Arrived:
    """How much smaller a `network`'s gradient is over the farthest third of the review: "5.6 times smaller".

    `network` names its cell and its checkpoint. `percent` is its accuracy, "" where it was not measured; `guesses`
    where that is hardly better than chance. `keeps`: over a long review, without a gate that could, it keeps much.
    """

    cell: str
    network: str
    checkpoint: str
    amount: str | Markup
    percent: str
    guesses: bool
    keeps: bool


def race_card(race: Race | None, longer: str = "") -> Markup:
    """The sentences beside the chart of the race, and its numbers; one sentence where there is none.

    `longer` is a link's text to the race on a long review (`encode_view`), to be offered on a short one.
    """
    if race is None:
        return render("gradients/race.html", race=None)
    return render(
        "gradients/race.html",
        race=race,
        both_ways=len(race.directions) > 1,
        runners=[_arrived(race, runner) for runner in race.runners],
        pooled=_arrived(race, race.pooled) if race.pooled else None,
        long=LONG,
        longer=longer,
        save=save_buttons("gatescope-gradient-race", race_csv(race), "gs-race"),
    )


def _arrived(race: Race, runner: Runner) -> Arrived:
    accuracy, log10 = runner.accuracy, runner.reach.log10_by_thirds
    return Arrived(
        cell=gettext(runner.cell.name),
        network=network_name(runner.cell, runner.checkpoint, accuracy),
        checkpoint=runner.checkpoint,
        amount=_amount(log10),
        percent="" if accuracy is None else f"{100 * accuracy:.1f}",
        guesses=accuracy is not None and accuracy < CHANCE,
        keeps=not race.short and log10 > MUCH and not runner.cell.forget_gates,
    )


def _amount(log10: float) -> str | Markup:
    """A factor as how many times smaller or larger it makes something."""
    if log10 == -np.inf:
        return gettext("nothing")
    times = many(abs(log10))
    if times == "1":
        return gettext("as large")
    sentence = gettext("{times} times larger") if log10 > 0 else gettext("{times} times smaller")
    return escape(sentence).format(times=times)


def race_csv(race: Race) -> str:
    """One row for each checkpoint and distance: log10 of what arrives, relative to that at distance 0."""
    runners = [*race.runners, race.pooled] if race.pooled else race.runners
    rows = [
        [runner.checkpoint, runner.cell.key, distance, gain]
        for runner in runners
        for distance, gain in zip(runner.reach.distances.tolist(), runner.reach.log10_gain.tolist(), strict=True)
    ]
    return csv_text(["checkpoint", "cell", "distance (tokens)", "log10 gradient at the word"], rows)
