"""The Units tab: the units of all layers and directions of which one measure says most, and one across reviews."""

from __future__ import annotations

import gradio as gr
from markupsafe import Markup

from model.errors import ReviewError
from model.language import gettext, marked
from model.reading.explainer import Explainer
from model.reading.explanation import Question, Reading
from model.reading.passing import PASSES
from model.reading.stretch import STANDS_OUT, Stretch
from model.reading.telling import HOLDS, KEEPS
from views.api.endpoints import Refusals
from views.drawing.cards import sentence_card
from views.panel import QUIET, Drawing, Focus, Panel, Shared, whole
from views.scripts import attached
from views.units.across_tab import Across
from views.units.curves import MEASURE_NAMES, passing_card, stretch_card, units_card

SHOWN = 24  # units at once
UNITS = attached("units/units.js")
CHOICES = MEASURE_NAMES | {
    PASSES: marked("decide most, below the last layer"),
    STANDS_OUT: marked("stand out over some words"),
}


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    with gr.Row(elem_classes="gs-controls"):
        measure = gr.Radio(
            [(gettext(name), measure) for measure, name in CHOICES.items()],
            value=KEEPS,
            label=gettext("Units that, in this review,"),
        )
        first, last = (
            gr.Number(
                None, label=gettext(name), precision=0, visible=False, min_width=0, elem_classes="gs-token-number"
            )
            for name in (marked("from token"), marked("to token"))
        )
    card = gr.HTML("", js_on_load=UNITS)
    across = Across(explainer, shared)

    def over_stretch(reading: Reading, stretch: Stretch) -> Markup:
        try:
            return stretch_card(reading, explainer.standing_out(reading, stretch, SHOWN), stretch)
        except ReviewError as error:  # a stretch that this review has not
            return sentence_card(str(error))

    def draw(reading: Reading, focus: Focus, measure: str, *ends: float | None) -> Drawing:
        of_unit = across.draw(reading.question.checkpoint, focus.layer, focus.direction, focus.unit)
        return of_unit | draw_units(reading, focus, measure, *ends)

    def draw_units(reading: Reading, focus: Focus, measure: str, first: float | None, last: float | None) -> Drawing:
        if measure == STANDS_OUT:
            return {card: over_stretch(reading, _stretch(reading, focus.place, first, last))}
        if measure == PASSES:
            return {
                card: sentence_card(gettext("Being computed: the review is read once more for each of many units."))
            }
        return {card: _telling_card(explainer, reading, measure)}

    def draw_passing(reading: Reading, focus: Focus, measure: str, *stretch: float | None) -> Drawing:
        return {card: passing_card(reading, explainer.passing_on(reading, SHOWN))} if measure == PASSES else gr.skip()

    def offer(measure: str, asked: Question | None, place: float | None) -> list[gr.Number]:
        """The numbers of the stretch are there where they count; it begins as the chosen token with its neighbours."""
        if measure != STANDS_OUT or asked is None:
            return [gr.Number(visible=measure == STANDS_OUT)] * 2
        with Refusals():
            stretch = _around(explainer.read(asked), whole(place))
        return [gr.Number(place + 1, visible=True) for place in (stretch.first, stretch.last)]

    measure.input(offer, [measure, shared.question, shared.place], [first, last], **QUIET)
    return Panel("units", [measure, first, last], [card, *across.outputs], draw, draw_passing, [card])


def _telling_card(explainer: Explainer, reading: Reading, measure: str) -> Markup:
    """The units of which a measure says most, and how they were found."""
    if measure == KEEPS and not reading.gates.cell.forget_gates:
        said = gettext("A {cell} has no forget gate, by which could be said how long a unit keeps what it holds.")
        return sentence_card(said.format(cell=gettext(reading.gates.cell.name)))
    title = gettext("Units that {measure}").format(measure=gettext(MEASURE_NAMES[measure]))
    note = gettext("Found over all layers and directions; at most {count}, the first one first.").format(count=SHOWN)
    if measure == KEEPS:
        said = gettext("Those alone whose memory reaches ±{least}: what holds nothing keeps nothing.")
        note += " " + said.format(least=HOLDS)
    return units_card(reading, explainer.telling(reading, measure, SHOWN), title, note)


def _around(reading: Reading, place: int) -> Stretch:
    """A token, the last one where there are fewer, with its neighbours."""
    tokens = len(reading.review.tokens)
    return Stretch.around(min(max(place, 0), tokens - 1), tokens)


def _stretch(reading: Reading, place: int, first: float | None, last: float | None) -> Stretch:
    """What the numbers say, from 1; where one is empty, the chosen token's neighbour on that side."""
    around = _around(reading, place)
    return Stretch(
        around.first if first is None else whole(first) - 1,
        around.last if last is None else whole(last) - 1,
    )
