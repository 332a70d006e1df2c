"""What the tabs about one review have in common: each is a panel, drawn when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from model.reading.explanation import Question, Reading
from model.reading.telling import jumps_and_shows
from views.links import View
from views.scripts import attached

Drawing = dict[Block, object]  # what Gradio takes: components, and what they show now

# What comes from elsewhere is analysed by the button too: a single event, in which a later question waits for the one
# before, so that answers never cross.
ANALYSE = "() => { document.querySelector('#gs-analyse').click(); }"
# Of an event that shows no progress. Not on its outputs either: Gradio would tell each of them, and all that stands in
# them, of each state of each event from then on, which costs more than the event.
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "show_progress_on": []}
SHEET: dict[str, Any] = {"js_on_load": attached("stage/sheet.js")}  # of what is drawn about a review's tokens
STAVES, UNIT_MAP = attached("gates/staves.js"), attached("gates/unit_map.js")


@dataclass(frozen=True, slots=True)
class Focus:
    """Where a person looks: layer (from 1), direction, the place of the chosen token, and a unit (both from 0)."""

    layer: int
    direction: str
    place: int
    unit: int


@dataclass(frozen=True, slots=True)
class Shared:
    """The components that all panels share: the `Question` that is explained (or None), the checkpoint that reads, and
    what makes the focus.

    The value of `place` is a number (views/stage/place.js).
    `symbol` is not on the page before the panel that shows it renders it.
    """

    question: gr.State
    checkpoint: gr.Dropdown
    layer: gr.Radio
    direction: gr.Radio
    place: gr.HTML
    unit: gr.Number
    symbol: gr.Radio


@dataclass(frozen=True, slots=True)
class PageValues:
    """What the components about one review hold, as Gradio hands it over: the `Question` that is explained, the name of
    the tab that is looked at, where a person looks, and the values of all tabs' own inputs, in the order of the tabs.

    `place` is None where there is none, `unit` where its number is empty: then the page chooses one. None of it is
    checked against the review yet.
    """

    question: Question | None
    active: str
    layer: int
    direction: str
    place: float | None
    unit: float | None
    own: tuple[Any, ...] = ()

    @classmethod
    def of(cls, *values: Any) -> PageValues:
        """From the values of the components in that order."""
        question, active, layer, direction, place, unit, *own = values
        return cls(question, active, layer, direction, place, unit, tuple(own))


def whole(number: float | None) -> int:
    """What a number component holds, as a whole number; 0 where it was emptied."""
    return int(number or 0)


def unit_looked_at(reading: Reading, layer: int, direction: str, unit: float | None) -> int:
    """The unit that the number names; where it is empty, the one that jumps most of those of the layer and direction
    that show something at every token, or the nearest that there are.
    """
    return jumps_and_shows(reading.gates.nearest(layer, direction)) if unit is None else whole(unit)


@dataclass(frozen=True, slots=True)
class Panel:
    """A tab. `draw(reading, focus, *values of inputs)` gives back what its outputs show.

    `later` is drawn after that, in an event of its own: what takes longer than a person waits for a click. When another
    token is chosen only `follow(reading, focus)` is drawn, at once: the rest is marked in the browser. All have to do
    with a `Reading` alone, which may be scored or not; a panel that is `scored` waits until there are scores.

    `restore(view)` sets those of its inputs that are `restored` to what a link says; `keep(view, *values of inputs)`
    gives back the view with what they say in it.
    """

    name: str
    inputs: Sequence[gr.Radio | gr.Checkbox | gr.Number | gr.State]
    outputs: Sequence[Component]
    draw: Callable[..., Drawing]
    later: Callable[..., Drawing] | None = None
    later_outputs: Sequence[Component] = ()
    follow: Callable[..., Drawing] | None = None
    follow_outputs: Sequence[Component] = ()
    scored: bool = False
    restored: Sequence[gr.Radio | gr.Checkbox | gr.State] = ()
    restore: Callable[[View], Drawing] = lambda view: {}
    keep: Callable[..., View] = lambda view, *values: view
