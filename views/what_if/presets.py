"""Holds worth trying on the review that is read, each under the name of its button.

On a review that is read a button says more: at which word, of which direction or unit (`preset_labels`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from model.errors import ReviewError
from model.language import gettext, marked
from model.reading.explainer import Explainer
from model.reading.explanation import Reading
from model.reading.telling import KEEPS
from model.recurrence.clamps import Clamp, switch_off
from views.cell.words import short_token
from views.drawing.labels import ARROWS
from views.panel import Focus

Preset: TypeAlias = Callable[[Explainer, Reading, Focus], tuple[Clamp, ...]]


def _forget_at_the_word(explainer: Explainer, reading: Reading, focus: Focus) -> tuple[Clamp, ...]:
    return (Clamp("f", 0.0, start=focus.place, end=focus.place + 1),)


def _forget_everywhere(explainer: Explainer, reading: Reading, focus: Focus) -> tuple[Clamp, ...]:
    return (Clamp("f", 0.0),)


def _without_the_direction(explainer: Explainer, reading: Reading, focus: Focus) -> tuple[Clamp, ...]:
    return (switch_off(direction=focus.direction),)


def _without_the_unit(explainer: Explainer, reading: Reading, focus: Focus) -> tuple[Clamp, ...]:
    return (switch_off(focus.layer, focus.direction, focus.unit),)


def _keeper_alone(explainer: Explainer, reading: Reading, focus: Focus) -> tuple[Clamp, ...]:
    """All else of the layer of the unit that keeps longest is switched off. Raises `ReviewError` where none keeps."""
    found = explainer.telling(reading, KEEPS, 1)
    if not found:
        raise ReviewError(gettext("No unit keeps anything here: nothing was held."))
    (keeper,) = found
    others = [trace for trace in reading.gates.traces if trace.layer == keeper.layer]
    return (
        *(switch_off(each.layer, each.direction) for each in others if each.direction != keeper.direction),
        Clamp("h", 0.0, keeper.layer, keeper.direction, keeper.unit, spared=True),
    )


OF_GATES = (  # those that a cell without gates has not
    marked("Forget everything at the chosen word"),
    marked("Forget at every word"),
    marked("Only what the longest keeper holds"),
)
PRESETS: Mapping[str, Preset] = {
    OF_GATES[0]: _forget_at_the_word,
    OF_GATES[1]: _forget_everywhere,
    marked("No reader in the chosen direction"): _without_the_direction,
    marked("The chosen unit silent"): _without_the_unit,
    OF_GATES[2]: _keeper_alone,
}


def preset_labels(reading: Reading, focus: Focus) -> list[str]:
    """What the buttons say of a review and of where a person looks, parallel to `PRESETS`."""
    word = short_token(reading.review.tokens[focus.place].text)
    names = [gettext(name) for name in PRESETS]
    return [
        gettext("Forget everything at “{word}”").format(word=word),
        names[1],
        gettext("No reader {arrow}").format(arrow=gettext(ARROWS[focus.direction])),
        gettext("Silence unit {unit} of layer {layer}").format(unit=focus.unit, layer=focus.layer),
        names[4],
    ]
