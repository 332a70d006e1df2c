"""The What if tab: hold a gate or a state at a value, and see what the network would have made of the review."""

from __future__ import annotations

from dataclasses import dataclass, replace

import gradio as gr

from model.errors import ReviewError
from model.network.cells.registry import QUANTITIES
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation
from model.recurrence.clamps import Clamp
from views.api.endpoints import Refusals
from views.drawing.labels import NAMES
from views.panel import Drawing, Focus, Panel, Shared, whole
from views.what_if import change as markup

UNBOUNDED = 10  # where the slider ends for what has no bound of its own
THIS, ALL, SOME = "this one", "all", "from … to"  # this one: the one chosen above the tabs


@dataclass(frozen=True, slots=True)
class Held:
    """What is held, and of which review and checkpoint: what was held of another one counts no more."""

    text: str
    checkpoint: str
    clamps: tuple[Clamp, ...]

    def of(self, explanation: Explanation) -> tuple[Clamp, ...]:
        """What is held of this review."""
        asked = explanation.question
        return self.clamps if (self.text, self.checkpoint) == (asked.text, asked.checkpoint) else ()


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    held = gr.State(Held("", "", ()))
    with gr.Column(elem_classes="gs-card gs-what-if"):
        with gr.Row(elem_classes="gs-controls"):
            names = [(f"{name} {symbol}", symbol) for symbol, name in NAMES.items()]
            symbol = gr.Radio(names, value="f", label="Hold", min_width=280)
        value = gr.Slider(0, 1, value=0, step=0.01, label="at the value", info=_range_info(0, 1))
        with gr.Row(elem_classes="gs-controls"):
            layers = gr.Radio([THIS, ALL], value=THIS, label="Layer", min_width=120)
            directions = gr.Radio([THIS, ALL], value=THIS, label="Direction", min_width=120)
            units = gr.Radio([ALL, THIS], value=ALL, label="Units", min_width=100)
            places = gr.Radio([ALL, THIS, SOME], value=ALL, label="Tokens", min_width=220)
            first = gr.Number(1, label="from token", precision=0, visible=False, min_width=90)
            last = gr.Number(1, label="to token", precision=0, visible=False, min_width=90)
        with gr.Row(elem_classes="gs-buttons"):
            hold = gr.Button("Hold it", variant="primary", size="sm", min_width=110)
            silence = gr.Button("Switch it off (h = 0)", size="sm", min_width=150)
            undo = gr.Button("Take the last back", size="sm", min_width=140)
            clear = gr.Button("Take all back", size="sm", min_width=110)
    change = gr.HTML("")
    running = gr.HTML("", elem_classes="gs-sheet-holder")
    gates = gr.HTML("", elem_classes="gs-sheet-holder")

    symbol.change(_slider, symbol, value, api_visibility="private", show_progress="hidden")
    places.input(lambda which: [gr.Number(visible=which == SOME)] * 2, places, [first, last], api_visibility="private")

    def draw(explanation: Explanation, focus: Focus, held: Held) -> Drawing:
        clamps, there = held.of(explanation), explanation.gates.cell.symbols
        offered = {
            symbol: gr.Radio(
                [name for name in names if name[1] in there], **({"value": "h"} if len(there) == 1 else {})
            )
        }
        if not clamps:
            return offered | {change: markup.nothing_held(), gates: "", running: ""}
        after = explainer.intervene(explanation, clamps)
        return offered | {
            change: markup.change_card(explanation, after),
            gates: markup.gates_sheet(explanation, after, focus.layer, focus.direction),
        }

    def draw_running(explanation: Explanation, focus: Focus, held: Held) -> Drawing:
        clamps = held.of(explanation)
        if not clamps:
            return {running: ""}
        before, after = explainer.prefixes(explanation), explainer.prefixes(explanation, clamps)
        return {running: markup.running_sheet(explanation, before, after)}

    def add(asked, held, symbol, value, *where) -> Held:
        """Hold one thing more. Where it cannot be held, the page says why and nothing changes."""
        with Refusals():
            if asked is None:
                raise ReviewError("Analyse a review first: then something can be held.")
            explanation = explainer.explain(asked)
            clamps = (*held.of(explanation), _clamp(symbol, value, *where))
            explainer.intervene(explanation, clamps)
        return Held(asked.text, asked.checkpoint, clamps)

    where = [layers, shared.layer, directions, shared.direction, units, shared.unit, places, shared.place, first, last]
    hold.click(add, [shared.question, held, symbol, value, *where], held, api_visibility="private")
    silence.click(
        lambda asked, held, *where: add(asked, held, "h", 0.0, *where),
        [shared.question, held, *where],
        held,
        api_visibility="private",
    )
    undo.click(lambda held: replace(held, clamps=held.clamps[:-1]), held, held, api_visibility="private")
    clear.click(lambda: Held("", "", ()), None, held, api_visibility="private")
    return Panel("whatif", [held], [symbol, change, gates, running], draw, draw_running, [running])


def _slider(symbol: str) -> gr.Slider:
    quantity = QUANTITIES[symbol]
    low, high = max(quantity.low, -UNBOUNDED), min(quantity.high, UNBOUNDED)
    return gr.Slider(low, high, value=0, info=_range_info(low, high))


def _range_info(low: float, high: float) -> str:
    return f"From {low} to {high}: what is typed beyond becomes the nearer of the two.".replace("-", "−")


def _clamp(
    symbol: str,
    value: float,
    layers: str,
    layer: int,
    directions: str,
    direction: str,
    units: str,
    unit: float | None,
    places: str,
    place: float,
    first: float | None,
    last: float | None,
) -> Clamp:
    """What the controls say, as a clamp; tokens count from 1 there."""
    start, end = {THIS: (whole(place), whole(place) + 1), SOME: (whole(first) - 1, whole(last))}.get(places, (0, None))
    return Clamp(
        symbol,
        value,
        None if layers == ALL else int(layer),
        None if directions == ALL else direction,
        None if units == ALL else whole(unit),
        start,
        end,
    )
