"""The Explain tab: type a review, see the verdict, the words behind it, and what happened inside, in tabs below."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence

import gradio as gr

from model.assets import ASSETS
from model.attribution.baselines import BASELINES, DEFAULT_BASELINE
from model.attribution.methods import DEFAULT_METHOD, METHODS
from model.errors import ReviewError
from model.language import gettext
from model.network.cells.registry import SYMBOLS
from model.reading.alignment import align
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Question
from model.text import MAX_CHARACTERS, check_review
from views.api.endpoints import Refusals
from views.cell import tab as step_tab
from views.gates import tab as gates_tab
from views.gradients import tab as gradients_tab
from views.links import View
from views.memory import tab as memory_tab
from views.panel import Drawing, Focus, Panel, Shared, whole
from views.stage import reading, verdict
from views.what_if import tab as what_if_tab

EXAMPLES = ASSETS / "examples.json"
EMPTY = '<section class="gs-card gs-empty">{}</section>'
TABS = (
    ("gates", "Gates", gates_tab.build),
    ("step", "Step through", step_tab.build),
    ("memory", "Memory", memory_tab.build),
    ("gradients", "Gradient flow", gradients_tab.build),
    ("whatif", "What if", what_if_tab.build),
    ("table", "Table and CSV", gates_tab.build_table),
)

# What comes from elsewhere is analysed by the button too: a single event, in which a later question waits for the one
# before, so that answers never cross.
ANALYSE = "() => { document.querySelector('#gs-analyse').click(); }"


class ExplainTab:
    """Components and listeners of the tab; other parts of the page read its components and run its events."""

    def __init__(self, explainer: Explainer) -> None:
        """Put it on the page that is being built."""
        self._explainer = explainer
        self.layers = explainer.checkpoint(explainer.default).network.config.layers  # that can be chosen
        self.question = gr.State(None)  # the `Question` that is explained now
        self.kept = gr.State(None)  # the `View` that a link or a lesson set last: it says which token is chosen
        self.active = gr.State(TABS[0][0])  # the name of the tab that is looked at
        with gr.Row(elem_classes="gs-main"):
            with gr.Column(scale=3, min_width=300):
                self._build_question()
            with gr.Column(scale=8, min_width=320, elem_classes="gs-scope"):
                self._build_answer()
        self._listen()

    def _build_question(self) -> None:
        examples: dict[str, str] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
        names = self._explainer.names
        self.review = gr.Textbox(
            label="Review",
            info="English, a few words or a few hundred; Ctrl+Enter analyses it.",
            value=next(iter(examples.values())),
            lines=6,
            max_lines=12,
            max_length=MAX_CHARACTERS,
            elem_id="gs-review",
        )
        self._samples = gr.Examples(
            list(examples.values()),
            self.review,
            example_labels=list(examples),
            label="Or try one (the network gets some of them wrong)",
            api_visibility="private",
        )
        self._analyse = gr.Button("Analyse", variant="primary", elem_id="gs-analyse")
        self.to_compare = gr.Button("Compare with another", size="sm")
        self._verdict = gr.HTML(EMPTY.format("The verdict appears here."), elem_id="gs-verdict")
        with gr.Accordion("Settings", open=False):
            self.checkpoint = gr.Dropdown(
                names, value=self._explainer.default, label="Checkpoint", interactive=len(names) > 1
            )
            self._method = gr.Dropdown(
                [(gettext(method.name), method.name) for method in METHODS],
                value=DEFAULT_METHOD.name,
                label=gettext("Attribution method"),
            )
            self._baseline = gr.Radio(
                [(gettext(baseline), baseline) for baseline in BASELINES],
                value=DEFAULT_BASELINE,
                label=gettext("Baseline"),
                info=_baseline_info(),
            )

    def _build_answer(self) -> None:
        self._reading = gr.HTML(
            EMPTY.format(
                "Type a review, or pick one of the examples, and press Analyse: here it appears, each "
                "word coloured by what it did to the verdict, and every gate of the network below it."
            ),
            elem_id="gs-reading",
        )
        with gr.Row(elem_classes="gs-controls", elem_id="gs-where"):
            choices = [(str(layer), layer) for layer in range(1, self.layers + 1)]
            self.layer = gr.Radio(choices, value=1, label="Layer", min_width=90)
            self.direction = gr.Radio(
                [("reads →", "forward"), ("← reads", "backward")],
                value="forward",
                label="Direction",
                min_width=150,
                elem_id="gs-direction",
            )
            self.unit = gr.Number(0, label="Unit", precision=0, min_width=90, elem_id="gs-unit")
        self.place = gr.Number(0, label="Chosen token", visible="hidden", elem_id="gs-place", precision=0)
        self.symbol = gr.Radio(
            list(SYMBOLS), value="f", label="Quantity", elem_classes="gs-quantity", min_width=250, render=False
        )
        shared = Shared(self.question, self.layer, self.direction, self.place, self.unit, self.symbol)
        self.panels: list[Panel] = []
        with gr.Tabs(elem_id="gs-inside", overflow_behavior="wrap") as self.tabs:
            for name, label, build in TABS:
                with gr.Tab(label, id=name) as tab:
                    self.panels.append(build(self._explainer, shared))
                tab.select(lambda name=name: name, None, self.active, api_visibility="private")

    def _listen(self) -> None:
        own = [each for panel in self.panels for each in panel.inputs]
        drawn = [each for panel in self.panels for each in panel.outputs]
        focus = [self.active, *self.focus]
        settings = [self.review, self.checkpoint, self._method, self._baseline]
        shown = gr.on(
            [self._analyse.click, self.checkpoint.input, self._method.input, self._baseline.input],
            self._show,
            inputs=[*settings, self.question, self.kept, *focus, *own],
            outputs=[self.question, self.place, self.unit, self._verdict, self._reading, *drawn],
            validator=valid,
            api_visibility="private",
            concurrency_id="compute",
            show_progress_on=[self._verdict, self._reading],
            trigger_mode="always_last",
        )
        self._samples.load_input_event.then(None, js=ANALYSE)
        drawing = gr.on(
            [self.active.change, self.unit.change, self.layer.input, self.direction.input]
            + [each.change if isinstance(each, gr.State) else each.input for each in own],
            self._draw,
            inputs=[self.question, *focus, *own],
            outputs=[self.unit, *drawn],
            api_visibility="private",
            show_progress="hidden",
            trigger_mode="always_last",
        )
        self.place.input(  # little goes to and fro, since it is heard at each step of the player
            self._follow,
            inputs=[self.question, *focus],
            outputs=[each for panel in self.panels for each in panel.follow_outputs],
            api_visibility="private",
            show_progress="hidden",
            trigger_mode="always_last",
        )
        for event in (shown, drawing):
            event.success(
                self._draw_later,
                inputs=[self.question, *focus, *own],
                outputs=[each for panel in self.panels for each in panel.later_outputs],
                api_visibility="private",
                concurrency_id="compute",
                show_progress="hidden",
                trigger_mode="always_last",
            )

    @property
    def focus(self) -> list[gr.components.Component]:
        """Where a person looks: layer, direction, place of the token, unit."""
        return [self.layer, self.direction, self.place, self.unit]

    def _show(
        self,
        text: str,
        checkpoint: str,
        method: str,
        baseline: str,
        before: Question | None,
        kept: View | None,
        *view: object,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Drawing:
        """Explain a review and draw all of it that is looked at. The chosen token stays while the text does."""
        asked = Question(text, checkpoint, method, baseline)
        with Refusals():
            explanation = self._explainer.explain(asked, lambda share: progress(share, desc=method))
            active, layer, direction, place, unit, *own = view
            if kept and kept.text == text and (before is None or before.text != text):
                place = kept.place
            elif before is None or before.text != text:
                place = self._place_after_edit(before, explanation, whole(place))
            focus = _focus(explanation, layer, direction, place, unit)
            panel, values = self._looked_at(active, own)
            return (
                panel.draw(explanation, focus, *values)
                | self._mended(unit, focus)
                | {
                    self.question: asked,
                    self.place: focus.place,
                    self._verdict: verdict.verdict(explanation),
                    self._reading: reading.reading(explanation, focus.place, secrets.token_hex(4)),
                }
            )

    def _draw(self, asked: Question | None, active: str, *view: object) -> Drawing:
        """Draw what is looked at now of the review that is explained already."""
        layer, direction, place, unit, *own = view
        if asked is None:
            return gr.skip()
        with Refusals():
            explanation = self._explainer.explain(asked)
            panel, values = self._looked_at(active, own)
            focus = _focus(explanation, layer, direction, place, unit)
            return panel.draw(explanation, focus, *values) | self._mended(unit, focus)

    def _place_after_edit(self, before: Question | None, explanation: Explanation, place: int) -> int:
        """Where the chosen token stands now; where it does not, or the review is another one, the strongest token."""
        strongest = explanation.attribution.strongest
        if before is None:
            return strongest
        sides = [
            [token.text for token in side.review.tokens] for side in (self._explainer.explain(before), explanation)
        ]
        pairs = align(*sides)
        same = sum(
            None not in (pair.left, pair.right) and sides[0][pair.left] == sides[1][pair.right] for pair in pairs
        )
        if same < len(sides[1]) / 2:
            return strongest
        here = next((pair.right for pair in pairs if pair.left == place), None)
        if here is None:
            gr.Info(
                "The chosen token is no longer in the review: the one that did most is chosen instead.", title="Token"
            )
        return strongest if here is None else here

    def _mended(self, unit: float | None, focus: Focus) -> Drawing:
        """The unit that is shown, where the one asked for is not there."""
        return {} if unit in (focus.unit, None) else {self.unit: focus.unit}

    def _follow(self, asked: Question | None, active: str, *where: object) -> Drawing:
        """Draw what depends on the chosen token."""
        panel = next(panel for panel in self.panels if panel.name == active)
        if asked is None or panel.follow is None:
            return gr.skip()
        with Refusals():
            explanation = self._explainer.explain(asked)
            return panel.follow(explanation, _focus(explanation, *where))

    def _draw_later(self, asked: Question | None, active: str, *view: object) -> Drawing:
        """Draw the part that takes longer of what is looked at."""
        layer, direction, place, unit, *own = view
        panel, values = self._looked_at(active, own)
        if asked is None or panel.later is None:
            return gr.skip()
        with Refusals():
            explanation = self._explainer.explain(asked)
            return panel.later(explanation, _focus(explanation, layer, direction, place, unit), *values)

    def _looked_at(self, active: str, values: Sequence[object]) -> tuple[Panel, Sequence[object]]:
        """The panel of a name, and the values of its own inputs among those of all."""
        start = 0
        for panel in self.panels:
            end = start + len(panel.inputs)
            if panel.name == active:
                return panel, values[start:end]
            start = end
        raise ReviewError("There is no tab of that name.")


def _focus(explanation: Explanation, layer: int, direction: str, place: float | None, unit: float | None) -> Focus:
    """Where to look; what this review or this network has not is said, and the nearest that there is shown instead."""
    layers = max(trace.layer for trace in explanation.gates.traces)
    if layer > layers:
        gr.Warning(f"This network has {layers} layers: layer {layers} is shown instead of {layer}.", title="Layer")
    tokens, place = len(explanation.review.tokens), max(whole(place), 0)
    if place >= tokens:
        gr.Warning(
            f"The review has {tokens:,} tokens: the last one is shown instead of token {place + 1:,}.", title="Token"
        )
    units, unit = explanation.gates.traces[0].h.shape[1], whole(unit)
    shown = min(max(unit, 0), units - 1)
    if shown != unit:
        gr.Warning(
            f"This layer has {units} units, numbered from 0: unit {shown} is shown instead of {unit}.", title="Unit"
        )
    return Focus(min(layer, layers), direction, min(place, tokens - 1), shown)


def valid(text: str, *others: object) -> list[dict[str, object]]:
    """Refuse a text that cannot be read before anything is queued."""
    try:
        check_review(text)
    except ReviewError as error:
        return [gr.validate(False, str(error)), *(gr.validate(True, "") for _ in others)]
    return [gr.validate(True, "") for _ in (text, *others)]


def _baseline_info() -> str:
    """What a baseline is, and which methods have one."""
    *others, last = [gettext(method.name) for method in METHODS if method.uses_baseline]
    methods = gettext("{methods} and {last}").format(methods=", ".join(others), last=last) if others else last
    return gettext(
        "What a review is compared with, by {methods}: as many unknown words, paddings or zero vectors. Padding is "
        "zero in the networks shipped: the two are the same."
    ).format(methods=methods)
