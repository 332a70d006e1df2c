"""The head of the page: the guided lesson, links that restore a view, and the switch for a projector."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import gradio as gr

from model.errors import ReviewError
from model.language import gettext, spoken
from model.reading.explainer import Explainer
from model.text import MAX_TOKENS
from views.compare.tab import CompareTab, CompareValues
from views.drawing.template import render
from views.fitting import fitted
from views.lesson.lessons import lesson_panel, read_lessons
from views.links import OUTER_TABS, View, decode_view, encode_view
from views.locale.languages import LANGUAGES
from views.panel import ANALYSE, QUIET, Drawing
from views.scripts import attached
from views.stage.tab import ExplainTab

_TAKE_LINK = """(fragment) => {
  if (!fragment) return fragment;
  history.replaceState(null, "", location.pathname + location.search + "#view=" + fragment);
  navigator.clipboard?.writeText(location.href).catch(() => {});
  return location.href;
}"""  # the whole path: a fragment alone is relative to <base>, the address of the app
_WHAT_TO_OPEN = """(_, ...others) => {
  document.documentElement.toggleAttribute("data-opening", Boolean(location.hash)); // see views/stage/review.js
  try {
    return [location.hash || sessionStorage.getItem("gatescope") || "", ...others];
  } catch {
    return [location.hash, ...others];
  }
}"""  # a frame of another site may find its storage forbidden
_FRAGMENT = re.compile(r"#?(?P<view>view=.*?)(?:&place=(?P<place>[0-9]{1,6}))?", re.DOTALL)


class Header:
    """Layout first, since it stands above the tabs; `listen` when they are there."""

    def __init__(self, explainer: Explainer) -> None:
        """Put it on the page that is being built."""
        self._explainer = explainer
        self._lesson = read_lessons(spoken())
        self._step = gr.State(0)  # of the lesson, from 1; 0 while it is closed
        with gr.Row(elem_classes="gs-head"):
            gr.HTML(render("lesson/brand.html"), js_on_load=attached("lesson/lesson.js"))
            self._start = gr.Button(gettext("Guided lesson"), size="sm", min_width=120, elem_classes="gs-lesson-go")
            self._link = gr.Button(gettext("Link to this view"), size="sm", min_width=130)
            gr.HTML(render("locale/switch.html", languages=LANGUAGES, spoken=spoken()))
            self._projector = gr.HTML(
                False,
                html_template=render("lesson/projector.html"),
                js_on_load=attached("lesson/projector.js", "input"),
            )
        self._fragment = gr.HTML("", html_template="", visible="hidden", js_on_load=attached("lesson/link.js", "input"))
        self._bookmark = gr.HTML("", html_template="", visible="hidden", js_on_load=attached("lesson/bookmark.js"))
        self._address = gr.Textbox(
            label=gettext("Link to this view: copied, and now the address of this page. The review is part of it."),
            visible=False,
            interactive=False,
            buttons=["copy"],
            max_lines=2,
        )
        with gr.Column(visible=False, elem_classes="gs-lesson-holder") as self._holder:
            self._panel = gr.HTML("")
            with gr.Row(elem_classes="gs-buttons"):
                self._back = gr.Button(gettext("Back"), size="sm", min_width=90, elem_classes="gs-lesson-go")
                self._next = gr.Button(
                    gettext("Next"), variant="primary", size="sm", min_width=90, elem_classes="gs-lesson-go"
                )
                self._close = gr.Button(gettext("Close the lesson"), size="sm", min_width=90)

    def listen(
        self, page: gr.Blocks, tabs: gr.Tabs, outer: gr.State, explained: ExplainTab, compared: CompareTab
    ) -> None:
        """Connect it with the tabs below, of which `outer` (state) names the one that is looked at.

        A link is read when the page is opened, before anything is analysed, and when another one is put in its address.
        """
        self._tabs, self._explained, self._compared = tabs, explained, compared
        lesson = [self._step, self._holder, self._panel, self._start, self._back, self._next, self._close]
        restored = [tabs, *explained.restored, *compared.asked, self._projector]

        opened = gr.on(
            [page.load, self._fragment.input],
            self._open,
            self._fragment,
            [*lesson, *restored],
            js=_WHAT_TO_OPEN,
            **QUIET,
        )
        opened.then(None, js=ANALYSE)
        opened.then(
            lambda kept, *values: compared.answer(kept, CompareValues(*values)),
            [explained.kept, *compared.asked],
            compared.result,
            api_visibility="private",
        )
        for trigger, move in ((self._start, 1), (self._next, 1), (self._back, -1), (self._close, None)):
            moved = trigger.click(
                lambda step, move=move: self._go(step, move),
                self._step,
                [*lesson, *restored],
                **QUIET,
            )
            moved.then(None, js=ANALYSE)
        shown = [outer, self._step, self._projector, *compared.asked, *explained.viewed]
        self._link.click(self._take, shown, self._address, **QUIET).success(
            None, self._address, self._address, js=_TAKE_LINK
        )
        shown_anew, *_ = explained.drawings
        shown_anew.success(lambda: gr.Textbox(visible=False), None, self._address, **QUIET)  # it leads elsewhere now
        remembered = {"fn": self._remember, "inputs": shown, "outputs": self._bookmark, "trigger_mode": "always_last"}
        changed = [outer.change, compared.result.change, self._projector.input, explained.ink.input]
        gr.on(changed, **remembered, **QUIET)
        # when what is drawn, and what there is to choose then, stands on the page; not yet when it is asked for
        for event in explained.drawings:
            event.success(**remembered, **QUIET)

    def _open(self, fragment: str) -> Drawing:
        """What the link in the address says, or else what the page showed before it was loaded anew; a spoilt link is
        told and passed over.
        """
        found = _FRAGMENT.fullmatch(fragment or "")
        nothing: Drawing = {self._explained.unit: None}  # Gradio shows a 0 until it is told that there is none
        if found is None:
            return nothing
        try:
            view = decode_view(found["view"])
        except ReviewError as error:
            gr.Warning(str(error), title=gettext("Link"))
            return nothing
        if found["place"]:
            view = replace(view, place=min(int(found["place"]), MAX_TOKENS - 1))
        if view.held:
            gr.Info(gettext("Something is held in this view: the tab What if says what, and what comes of it."))
        said = self._say(view.lesson) if view.lesson else {}
        return said | self._restore(view) | {self._projector: view.projector}

    def _restore(self, view: View) -> Drawing:
        """Set every part of the page to a view, as far as it can be shown here; the analysis follows in an event of
        its own.
        """
        found = fitted(view, self._explainer)
        for sentence in found.missing:
            gr.Warning(sentence, title=gettext("Link"))
        tab = found.view.tab if found.view.tab in OUTER_TABS else "explain"
        parts = self._explained.restore(found.view) | self._compared.restore(found.view)
        return {self._tabs: gr.Tabs(selected=tab)} | parts

    def _go(self, step: int, move: int | None) -> Drawing:
        """One step of the lesson on or back; None closes it. After the last step it closes by itself."""
        step = 0 if move is None else step + move
        said = self._say(step)
        if not said[self._step]:  # a step may have let another checkpoint read
            said |= self._explained.let_default_read()
        return said | self._restore(self._lesson[step - 1].view) if 1 <= step <= len(self._lesson) else said

    def _say(self, step: int) -> Drawing:
        """The lesson's texts, without moving the page."""
        total = len(self._lesson)
        is_open = 1 <= step <= total
        return {
            self._step: step if is_open else 0,
            self._holder: gr.Column(visible=is_open),
            self._panel: lesson_panel(self._lesson[step - 1], step, total, answered=False) if is_open else "",
            self._start: gr.Button(interactive=not is_open),
            self._back: gr.Button(interactive=step > 1),
            self._next: gr.Button(gettext("Close the lesson") if step == total else gettext("Next")),
            self._close: gr.Button(visible=step < total),
        }

    def _take(self, *shown: Any) -> gr.Textbox | Drawing:
        """The link's text; the page's script puts it behind the address and copies it."""
        try:
            fragment = encode_view(self._view(*shown))
        except ReviewError as error:
            gr.Warning(str(error), title=gettext("Link"))
            return gr.skip()
        gr.Info(gettext("The link is copied: it holds the review and where you look."), title=gettext("Link"))
        return gr.Textbox(fragment, visible=True)

    def _remember(self, *shown: Any) -> str | Drawing:
        """The same for the browser alone, which gives it back when the page is loaded anew."""
        try:
            return encode_view(self._view(*shown))
        except ReviewError:
            return gr.skip()

    def _view(self, outer: str, step: int, projector: bool, *values: Any) -> View:
        """What is looked at. Raises `ReviewError` where that is nothing yet."""
        compared = CompareValues(*values[: len(self._compared.asked)])
        tab = outer if outer in OUTER_TABS else None
        view = self._explained.view(tab, *values[len(self._compared.asked) :])
        view = replace(view, lesson=step, projector=projector)
        return compared.put_in(view) if tab == "compare" else view
