"""The Explain tab: type a review, see the verdict, the words behind it, and what happened inside, in tabs below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency
from markupsafe import Markup

from model.errors import ReviewError
from model.language import gettext, marked
from model.network.cells.registry import FIRST_SHOWN, SYMBOLS
from model.reading.explainer import Explainer
from model.reading.explanation import Explanation, Question
from model.text import check_review
from views.api.endpoints import Refusals
from views.cell import tab as step_tab
from views.drawing.cards import card_with_remark
from views.drawing.labels import ARROWS, NAMES
from views.gates import tab as gates_tab
from views.gradients import tab as gradients_tab
from views.latest import Latest, SupersededError
from views.links import OUTER_TABS, View
from views.memory import tab as memory_tab
from views.panel import ANALYSE, QUIET, Drawing, Focus, PageValues, Panel, Shared, whole
from views.scripts import attached
from views.stage.examples import read_examples
from views.stage.focus_tab import focus_of, place_in_another_text
from views.stage.fooled import fooled_card, is_fooled, place_of
from views.stage.form_tab import ReviewForm
from views.stage.ledger import CREDITED
from views.stage.stage_tab import Staged, Staging
from views.stage.verdict import verdict
from views.units import tab as units_tab
from views.what_if import tab as what_if_tab
from views.whole import tab as whole_tab

TABS = (
    ("gates", marked("Gates"), gates_tab.build),
    ("units", marked("Units"), units_tab.build),
    ("whole", marked("Whole network"), whole_tab.build),
    ("step", marked("Step through"), step_tab.build),
    ("memory", marked("Memory"), memory_tab.build),
    ("gradients", marked("Gradient flow"), gradients_tab.build),
    ("whatif", marked("What if"), what_if_tab.build),
    ("table", marked("Table and CSV"), gates_tab.build_table),
)


class ExplainTab:
    """Components and listeners of the tab; other parts of the page read its components and run its events."""

    def __init__(self, explainer: Explainer) -> None:
        """Put it on the page that is being built."""
        self._explainer = explainer
        self.layers = explainer.checkpoint(explainer.default).network.config.layers  # that can be chosen
        self._examples = read_examples()
        self.question = gr.State(None)  # the `Question` that is explained now
        self.kept = gr.State(None)  # the `View` that a link or a lesson set last: it says which token is chosen
        self.active = gr.State(TABS[0][0])  # the name of the tab that is looked at
        with gr.Column(elem_classes="gs-main"):
            with gr.Row(elem_classes="gs-ask"):
                self._form = form = ReviewForm(explainer, self._examples)
            self.review, self.to_compare = form.review, form.to_compare
            self.settings, self.checkpoint = form.settings, form.settings.checkpoint
            with gr.Column(elem_classes="gs-scope"):
                self._build_answer()
        self.drawings = self._listen()  # the events that draw: an analysis, and another look at it

    def _build_answer(self) -> None:
        self._staging = Staging(self._explainer)
        self._fooled = gr.HTML("", elem_id="gs-fooled", js_on_load=attached("stage/fooled.js"))
        self._staging.build_inks()
        self._verdict = gr.HTML(
            "",
            html_template=card_with_remark(
                gettext("The review was changed: press Analyse."),
                gettext("The box is empty: what stands here is the review before. Type another, or choose an example."),
            ),
            elem_id="gs-verdict",
            js_on_load=attached("stage/review.js"),
        )
        with gr.Row(elem_classes="gs-controls", elem_id="gs-where"):
            choices = [(str(layer), layer) for layer in range(1, self.layers + 1)]
            self.layer = gr.Radio(
                choices,
                value=1,
                label=gettext("Layer"),
                info=gettext("1 reads the words, the next what it passes on"),
                min_width=90,
                elem_id="gs-layer",
            )
            self.direction = gr.Radio(
                [(gettext(arrow), direction) for direction, arrow in ARROWS.items()],
                value="forward",
                label=gettext("Direction"),
                info=gettext("forward reads from the first word on, backward from the last"),
                min_width=150,
                elem_id="gs-direction",
            )
            self.unit = gr.Number(
                None,
                label=gettext("Unit"),
                info=gettext("one cell, from 0; if empty, of those whose h is never 0.00"),
                placeholder=gettext("that jumps most"),
                precision=0,
                min_width=150,
                elem_id="gs-unit",
            )
        self.place = gr.HTML(0, html_template="", visible="hidden", js_on_load=attached("stage/place.js"))
        self.symbol = gr.Radio(
            list(SYMBOLS),
            value=FIRST_SHOWN,
            label=gettext("Quantity"),
            info=" · ".join(f"{symbol} {gettext(name)}" for symbol, name in NAMES.items()),
            elem_classes="gs-quantity",
            min_width=250,
            render=False,
        )
        self._shared = shared = Shared(
            self.question, self.checkpoint, self.layer, self.direction, self.place, self.unit, self.symbol
        )
        self.panels: list[Panel] = []
        with gr.Tabs(elem_id="gs-inside", overflow_behavior="wrap") as self.tabs:
            for name, label, build in TABS:
                with gr.Tab(gettext(label), id=name, elem_id=f"gs-tab-{name}") as tab:
                    self.panels.append(build(self._explainer, shared))
                tab.select(lambda name=name: name, None, self.active, **QUIET)

    def _listen(self) -> list[Dependency]:
        own = self._own
        drawn = [each for panel in self.panels for each in panel.outputs]
        page = [self.question, self.active, *self.focus]  # as `PageValues` takes it, with `own` behind it
        settings = [self.review, *self.settings.chosen]
        shown = gr.on(
            self._form.analyse.click,
            self._asked,
            inputs=[*settings, self.kept, self._staging.latest, *page, *own],
            outputs=[
                *(self.question, *self.focus, self.ink, self._verdict, self._fooled),
                *(*self._staging.drawn, *drawn),
            ],
            validator=valid,
            api_visibility="private",
            concurrency_id="read",  # not behind the scores that others wait for
            show_progress="minimal",
            show_progress_on=self._staging.reading,
            trigger_mode="always_last",
        )
        self._staging.listen(shown, self._shared)
        scored = [each for panel in self.panels if panel.scored for each in panel.outputs]
        shown.success(
            self._score,
            inputs=[self._staging.staged, self._staging.latest, *page, *own],
            outputs=[self._verdict, self._fooled, self._staging.scores, *scored],
            concurrency_id="compute",
            **QUIET,
            trigger_mode="always_last",
        )
        self.settings.listen(self.question, self._staging.staged)
        for samples in self._form.samples:
            samples.load_input_event.then(None, js=ANALYSE)
        drawing = gr.on(
            [self.active.change, self.unit.change, self.layer.input, self.direction.input]
            + [each.change if isinstance(each, gr.State) else each.input for each in own],
            lambda *values: self._draw(PageValues.of(*values)),
            inputs=[*page, *own],
            outputs=[self.layer, self.direction, self.unit, *drawn],
            **QUIET,
            trigger_mode="always_last",
        )
        self.place.input(  # little goes to and fro, since it is heard at each step of the player
            lambda *values: self._follow(PageValues.of(*values)),
            inputs=page,
            outputs=[each for panel in self.panels for each in panel.follow_outputs],
            **QUIET,
            trigger_mode="always_last",
        )
        for event in (shown, drawing):
            event.success(
                lambda *values: self._draw_later(PageValues.of(*values)),
                inputs=[*page, *own],
                outputs=[each for panel in self.panels for each in panel.later_outputs],
                concurrency_id="compute",
                **QUIET,
                trigger_mode="always_last",
            )
        return [shown, drawing]

    @property
    def ink(self) -> gr.Radio:
        """What the colours of the words say."""
        return self._staging.ink

    @property
    def _own(self) -> list[gr.Radio | gr.Checkbox | gr.Number | gr.State]:
        """The inputs of all tabs."""
        return [each for panel in self.panels for each in panel.inputs]

    @property
    def focus(self) -> list[Component]:
        """Where a person looks: layer, direction, place of the token, unit."""
        return [self.layer, self.direction, self.place, self.unit]

    @property
    def restored(self) -> list[Component | gr.Tabs]:
        """What `restore` sets."""
        return [
            self.review,
            self.checkpoint,
            self.question,
            self.kept,
            *self.focus,
            self.symbol,
            self.ink,
            self.tabs,
            self.active,
            *(each for panel in self.panels for each in panel.restored),
        ]

    def restore(self, view: View) -> Drawing:
        """Show what a link or a lesson says; what it names must be here. Nothing is drawn before the analysis."""
        drawing: Drawing = {
            self.review: view.text,
            self.checkpoint: view.checkpoint,
            self.question: None,
            self.kept: view,
            self.place: view.place,
            self.layer: view.layer,
            self.direction: view.direction,
            self.unit: view.unit,
            self.symbol: gr.Radio(list(SYMBOLS), value=view.symbol),  # what another cell has not is taken away later
            self.ink: view.ink,
        }
        for panel in self.panels:
            drawing |= panel.restore(view)
        if view.tab in OUTER_TABS:
            return drawing
        return drawing | {self.tabs: gr.Tabs(selected=view.tab), self.active: view.tab}

    @property
    def viewed(self) -> list[Component]:
        """What `view` takes, in its order."""
        return [self.symbol, self.ink, self.question, self.active, *self.focus, *self._own]

    def view(self, tab: str | None, symbol: str, ink: str, *values: Any) -> View:
        """What a link leads to: what is looked at now; in another `tab`, if one is named. Raises `ReviewError` where no
        review is explained.
        """
        page = PageValues.of(*values)
        if page.question is not None and page.unit is None:
            page = replace(page, unit=focus_of(self._explainer.read(page.question), page).unit)
        view = replace(view_of(page, symbol, tab or page.active), ink=ink)
        for panel, own in self._panels_with(page):
            view = panel.keep(view, *own)
        return view

    def let_default_read(self) -> Drawing:
        """Let the checkpoint read that the page begins with."""
        return {self.checkpoint: self._explainer.default}

    def _asked(
        self,
        text: str,
        checkpoint: str,
        method: str,
        baseline: str,
        kept: View | None,
        latest: Latest,
        *page: Any,
    ) -> Drawing:
        """What Gradio hands over when a review is to be explained."""
        return self._show(Question(text, checkpoint, method, baseline), kept, latest, PageValues.of(*page))

    def _show(self, asked: Question, kept: View | None, latest: Latest, page: PageValues) -> Drawing:
        """Read a review and draw all of it that is looked at; scores come later. The chosen token stays while the text
        does.
        """
        with Refusals():
            reading = self._explainer.read(asked)
            is_new, place = False, page.place
            if page.question is None or page.question.text != asked.text:
                is_new = kept is None or kept.text != asked.text  # a link leads to a token, not to a performance
                before = None if page.question is None else self._explainer.read(page.question)
                place = place_in_another_text(reading, kept, before, page.place)
            focus = focus_of(reading, replace(page, place=place))
            panel, values = self._looked_at(page)
            return (
                ({} if panel.scored else panel.draw(reading, focus, *values))
                | self._mended(page, focus)
                | self._staging.show(reading, None if place is None else focus.place, is_new, latest)
                | ({self.ink: CREDITED} if is_new else {})
                | {self.question: asked, self.place: focus.place}
                | {self._verdict: verdict(reading), self._fooled: ""}
            )

    def _score(self, staged: Staged | None, latest: Latest, *page: Any) -> Drawing:
        """What each word did, and all that waits for it."""
        found = PageValues.of(*page)
        if staged is None or found.question is None:
            return gr.skip()
        with Refusals():
            try:
                explanation = self._staging.score(staged, latest, found.question)
            except SupersededError:
                return gr.skip()
            panel, values = self._looked_at(found)
            drawing: Drawing = {self._verdict: verdict(explanation), self._fooled: self._ask_about(explanation)}
            drawing |= self._staging.show_scores(staged, explanation)
            return drawing | (
                panel.draw(explanation, focus_of(explanation, found, said_before=True), *values) if panel.scored else {}
            )

    def _ask_about(self, explanation: Explanation) -> Markup | str:
        """Of an example that asks something, or of which the network says something else than a reader: why."""
        text = explanation.question.text
        example = next((example for example in self._examples if example.text == text), None)
        if example is None or not (example.turn or is_fooled(explanation.prediction, example)):
            return ""
        adds_up = explanation.attribution.method.adds_up
        place = place_of(explanation, example.turn.turner) if example.turn and adds_up else None
        found = None if place is None else self._explainer.interactions(explanation, place)
        return fooled_card(explanation, example, found)

    def _draw(self, page: PageValues) -> Drawing:
        """Draw what is looked at now of the review that is explained already."""
        if page.question is None:
            return gr.skip()
        with Refusals():
            panel, values = self._looked_at(page)
            reading = (self._explainer.explain if panel.scored else self._explainer.known)(page.question)
            focus = focus_of(reading, page)
            return panel.draw(reading, focus, *values) | self._mended(page, focus)

    def _mended(self, page: PageValues, focus: Focus) -> Drawing:
        """Layer, direction and unit that are shown, where those asked for are not there."""
        mended: Drawing = {} if page.unit in (focus.unit, None) else {self.unit: focus.unit}
        if (page.layer, page.direction) != (focus.layer, focus.direction):
            mended |= {self.layer: focus.layer, self.direction: focus.direction}
        return mended

    def _follow(self, page: PageValues) -> Drawing:
        """Draw what depends on the chosen token."""
        panel = next(panel for panel in self.panels if panel.name == page.active)
        if page.question is None or panel.follow is None:
            return gr.skip()
        with Refusals():
            reading = self._explainer.read(page.question)
            return panel.follow(reading, focus_of(reading, page, said_before=True))

    def _draw_later(self, page: PageValues) -> Drawing:
        """Draw the part that takes longer of what is looked at."""
        panel, values = self._looked_at(page)
        if page.question is None or panel.later is None:
            return gr.skip()
        with Refusals():
            reading = self._explainer.read(page.question)
            return panel.later(reading, focus_of(reading, page, said_before=True), *values)

    def _looked_at(self, page: PageValues) -> tuple[Panel, Sequence[Any]]:
        """The panel that is looked at, and the values of its own inputs among those of all."""
        for panel, values in self._panels_with(page):
            if panel.name == page.active:
                return panel, values
        raise ReviewError(gettext("There is no tab of that name."))

    def _panels_with(self, page: PageValues) -> Iterator[tuple[Panel, Sequence[Any]]]:
        """Each panel with the values of its own inputs."""
        start = 0
        for panel in self.panels:
            end = start + len(panel.inputs)
            yield panel, page.own[start:end]
            start = end


def view_of(page: PageValues, symbol: str, tab: str) -> View:
    """What a link leads to: the review that is explained, in a `tab`. Raises `ReviewError` where there is none."""
    if page.question is None:
        raise ReviewError(gettext("Analyse a review first: a link leads to what is shown."))
    where = (page.layer, page.direction, whole(page.place), whole(page.unit), symbol)
    return View(page.question.text, page.question.checkpoint, tab, *where)


def valid(text: str, *others: object) -> list[dict[str, object]]:
    """Refuse a text that cannot be read before anything is queued."""
    try:
        check_review(text)
    except ReviewError as error:
        return [gr.validate(False, str(error)), *(gr.validate(True, "") for _ in others)]
    return [gr.validate(True, "") for _ in (text, *others)]
