"""The Step through tab: one unit at one token, with the six equations of the cell and the numbers that went in."""

from __future__ import annotations

import gradio as gr

from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Question
from model.reading.units import UNIT_PICKS
from model.recurrence.step import CellStep, cell_step
from views.api.endpoints import Refusals
from views.cell import cell as markup
from views.drawing.downloads import save_buttons
from views.panel import Drawing, Focus, Panel, Shared, whole

PICKED = 20  # units that one kind of remarkable goes through before it starts anew

_PLAYER = """<div class="gs-player gs-card" role="group" aria-label="Step through the tokens">
<button type="button" class="gs-button gs-back" title="The token read before">◀ Back</button>
<button type="button" class="gs-button gs-play" aria-pressed="false">▶ Play</button>
<button type="button" class="gs-button gs-next" title="The token read next">Next ▶</button>
<label>Pace <select class="gs-pace"><option value="0.5">a token in 2 s</option>
<option value="1" selected>1 token a second</option><option value="2">2 a second</option>
<option value="4">4 a second</option></select></label>
<span class="gs-note">In the order in which this direction reads. Arrow keys work here and in the text above.</span>
</div>"""


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    gr.HTML(_PLAYER)
    with gr.Row(elem_classes="gs-buttons"):
        gr.HTML('<p class="gs-note">Pick a unit by what it does (again for the next one):</p>')
        picks = [gr.Button(pick, size="sm", min_width=120) for pick in UNIT_PICKS]
    drawing = gr.HTML("")

    def draw(explanation: Explanation, focus: Focus) -> Drawing:
        step = _step(explainer, explanation, focus)
        tokens = explanation.review.tokens
        token = tokens[step.place].text
        previous = None if step.place_before is None else tokens[step.place_before].text
        save = save_buttons("gatescope-step", markup.csv_of_step(step, token))
        cell = f'<section class="gs-card" aria-label="The cell">{markup.diagram(step, token, previous)}{save}</section>'
        return {drawing: f'<div class="gs-picture">{cell}{markup.equations(step, token, previous)}</div>'}

    def pick(how: str, asked: Question | None, layer: int, direction: str, place: float, unit: float | None) -> object:
        """The most remarkable unit; where that is chosen already, the one after it."""
        if asked is None:
            return gr.skip()
        with Refusals():
            units = explainer.rank_units(explainer.explain(asked), layer, direction, whole(place), how)
        chosen = whole(unit)
        return units[(units.index(chosen) + 1) % len(units)] if chosen in units[:PICKED] else units[0]

    for button, how in zip(picks, UNIT_PICKS, strict=True):
        button.click(
            lambda *given, how=how: pick(how, *given),
            [shared.question, shared.layer, shared.direction, shared.place, shared.unit],
            shared.unit,
            api_visibility="private",
            show_progress="hidden",
        )
    return Panel("step", [], [drawing], draw, follow=draw, follow_outputs=[drawing])


def _step(explainer: Explainer, explanation: Explanation, focus: Focus) -> CellStep:
    summed = explainer.preactivations(explanation, focus.layer, focus.direction)
    return cell_step(summed, explanation.gates.of(focus.layer, focus.direction), focus.place, focus.unit)
