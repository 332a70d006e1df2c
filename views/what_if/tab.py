"""The What if tab: hold a gate or a state at a value, and see what the network would have made of the review."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from model.errors import ReviewError
from model.language import gettext
from model.network.cells.registry import FIRST_SHOWN, QUANTITIES
from model.reading.explainer import Explainer
from model.reading.explanation import Question, Reading
from views.api.endpoints import Refusals
from views.drawing.cards import sentence_card
from views.drawing.labels import NAMES
from views.drawing.numbers import minus
from views.links import View
from views.panel import QUIET, SHEET, Drawing, Focus, Panel, Shared, unit_looked_at, whole
from views.what_if.before_after import change_card, gates_cards, nothing_held, running_card
from views.what_if.controls import ALL, NOTHING_HELD, SOME, THIS, Controls, Held, held_with
from views.what_if.presets import OF_GATES, PRESETS, Preset, preset_labels

UNBOUNDED = 10  # where the slider ends for what has no bound of its own


def build(explainer: Explainer, shared: Shared) -> Panel:
    """Put the tab's components on the page that is being built."""
    held = gr.State(NOTHING_HELD)
    change = gr.HTML("")  # above what is pressed, so that it is seen to change
    with gr.Row(elem_classes="gs-buttons"):
        presets = [
            gr.Button(gettext(name), size="sm", min_width=170, elem_classes="gs-of-gates" if name in OF_GATES else "")
            for name in PRESETS
        ]
    with gr.Column(elem_classes="gs-card gs-what-if"):
        with gr.Row(elem_classes="gs-controls"):
            names = [(f"{gettext(name)} {symbol}", symbol) for symbol, name in NAMES.items()]
            symbol = gr.Radio(
                names, value=FIRST_SHOWN, label=gettext("Hold"), elem_classes="gs-quantity", min_width=280
            )
        value = gr.Slider(0, 1, value=0, step=0.01, label=gettext("at the value"), info=_range_info(0, 1))
        with gr.Row(elem_classes="gs-controls"):
            layers = gr.Radio(_choices(ALL, THIS), value=ALL, label=gettext("Layer"), min_width=120)
            directions = gr.Radio(_choices(ALL, THIS), value=ALL, label=gettext("Direction"), min_width=120)
            units = gr.Radio(_choices(ALL, THIS), value=ALL, label=gettext("Units"), min_width=100)
            places = gr.Radio(_choices(ALL, THIS, SOME), value=ALL, label=gettext("Tokens"), min_width=220)
            first = gr.Number(1, label=gettext("from token"), precision=0, visible=False, min_width=90)
            last = gr.Number(1, label=gettext("to token"), precision=0, visible=False, min_width=90)
        with gr.Row(elem_classes="gs-buttons"):
            hold = gr.Button(gettext("Hold it"), variant="primary", size="sm", min_width=110)
            silence = gr.Button(gettext("Switch it off (h = 0)"), size="sm", min_width=150)
            undo = gr.Button(gettext("Take the last back"), size="sm", min_width=140)
            clear = gr.Button(gettext("Take all back"), size="sm", min_width=110)
    running = gr.HTML("", **SHEET)
    gates = gr.HTML("", **SHEET)

    symbol.change(_slider, symbol, value, **QUIET)
    places.input(lambda which: [gr.Number(visible=which == SOME)] * 2, places, [first, last], **QUIET)

    def draw(reading: Reading, focus: Focus, held: Held, chosen: str) -> Drawing:
        clamps = held.of(reading)
        offered = _labelled(presets, reading, focus) | {symbol: _there(reading, chosen)}
        if not clamps:
            return offered | {change: nothing_held(reading), gates: "", running: ""}
        after = explainer.intervene(reading, clamps)
        return offered | {
            change: change_card(reading, after, explainer.elsewhere(reading, clamps)),
            gates: gates_cards(reading, after, focus.layer, focus.direction),
            running: sentence_card(gettext("The verdict as it reads: each part of the review is being read anew …")),
        }

    def draw_running(reading: Reading, focus: Focus, held: Held, chosen: str) -> Drawing:
        clamps = held.of(reading)
        if not clamps:
            return {running: ""}
        before, after = explainer.prefixes(reading), explainer.prefixes(reading, clamps)
        return {running: running_card(reading, before, after)}

    def add(asked: Question | None, held: Held, controls: Controls, *chosen: Any) -> Held:
        """Hold one thing more; `chosen` are layer, direction, place and unit.

        Where it cannot be held, the page says why and nothing changes.
        """
        with Refusals():
            reading = _asked(explainer, asked)
            there = replace(controls, symbol=_there(reading, controls.symbol))  # another checkpoint may just have read
            clamps = held_with(held.of(reading), there.clamp(_focus(reading, *chosen)))
            explainer.intervene(reading, clamps)
        return Held(reading.question.text, reading.question.checkpoint, clamps)

    def try_out(preset: Preset, asked: Question | None, *chosen: Any) -> Held:
        """Hold what a preset holds, in the place of what was held."""
        with Refusals():
            reading = _asked(explainer, asked)
            clamps = preset(explainer, reading, _focus(reading, *chosen))
            explainer.intervene(reading, clamps)
        return Held(reading.question.text, reading.question.checkpoint, clamps)

    where = [layers, directions, units, places, first, last]
    chosen = [shared.layer, shared.direction, shared.place, shared.unit]
    hold.click(
        lambda asked, held, *given: add(asked, held, Controls(*given[4:]), *given[:4]),
        [shared.question, held, *chosen, symbol, value, *where],
        held,
        **QUIET,
    )
    silence.click(
        lambda asked, held, *given: add(asked, held, Controls("h", 0.0, *given[4:]), *given[:4]),
        [shared.question, held, *chosen, *where],
        held,
        **QUIET,
    )
    for button, preset in zip(presets, PRESETS.values(), strict=True):
        button.click(
            partial(try_out, preset),
            [shared.question, *chosen],
            held,
            **QUIET,
        )
    undo.click(lambda held: replace(held, clamps=held.clamps[:-1]), held, held, **QUIET)
    clear.click(lambda: NOTHING_HELD, None, held, **QUIET)

    def restore(view: View) -> Drawing:
        return {held: Held(view.text, view.checkpoint, view.held)}

    def keep(view: View, held: Held, chosen: str) -> View:
        return replace(view, held=held.of_text(view.text, view.checkpoint))

    return Panel(
        "whatif",
        [held, symbol],
        [symbol, change, gates, running, *presets],
        draw,
        draw_running,
        [running],
        partial(_labelled, presets),
        presets,
        restored=[held],
        restore=restore,
        keep=keep,
    )


def _labelled(presets: list[gr.Button], reading: Reading, focus: Focus) -> Drawing:
    """The buttons of the presets, with what they would hold."""
    return {button: gr.Button(label) for button, label in zip(presets, preset_labels(reading, focus), strict=True)}


def _choices(*values: str) -> list[tuple[str, str]]:
    return [(gettext(value), value) for value in values]


def _asked(explainer: Explainer, asked: Question | None) -> Reading:
    """The review in which something is to be held. Raises `ReviewError` where there is none yet."""
    if asked is None:
        raise ReviewError(gettext("Analyse a review first: then something can be held."))
    return explainer.read(asked)


def _there(reading: Reading, symbol: str) -> str:
    """The quantity to hold: the chosen one, or the first that the cell has, where it has not that."""
    symbols = reading.gates.cell.symbols
    return symbol if symbol in symbols else symbols[0]


def _focus(reading: Reading, layer: int, direction: str, place: float | None, unit: float | None) -> Focus:
    return Focus(int(layer), direction, whole(place), unit_looked_at(reading, layer, direction, unit))


def _slider(symbol: str) -> gr.Slider:
    quantity = QUANTITIES[symbol]
    low, high = max(quantity.low, -UNBOUNDED), min(quantity.high, UNBOUNDED)
    return gr.Slider(low, high, value=0, info=_range_info(low, high))


def _range_info(low: float, high: float) -> str:
    sentence = gettext("From {low} to {high}: what is typed beyond becomes the nearer of the two.")
    return sentence.format(low=minus(f"{low}"), high=minus(f"{high}"))
