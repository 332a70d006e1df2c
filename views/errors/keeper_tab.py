"""The part of the Errors tab that keeps what is said in the browser: what goes to and fro, and what is said of it."""

from __future__ import annotations

import gradio as gr

from model.workbench.workbench import Workbench
from views.drawing.template import render
from views.errors.keeping import Answer, answered, file_of
from views.panel import Drawing
from views.scripts import attached

TOLD = "tell"  # the event: there is something for the server in the value of `channel`


class Keeper:
    """Components. The value of `channel` is what the script tells, and then the answer."""

    def __init__(self) -> None:
        """Put them on the page that is being built, not in a tab, which would not have them yet."""
        gr.HTML(render("errors/notes.html"))
        self.found = gr.HTML("")
        self.channel = gr.HTML({}, html_template="", visible="hidden", js_on_load=attached("errors/notes.js", TOLD))

    @property
    def filled(self) -> list[gr.HTML]:
        """What `fill` sets."""
        return [self.found, self.channel]

    def fill(self, bench: Workbench, again: str = "") -> Drawing:
        """All notes on a newly scored file, which the browser compares with its own.

        `again` is the id of the button that loads it again, "" where a person must bring it.
        """
        return {self.found: "", self.channel: Answer(file_of(bench, again), None, answered(bench, bench.notes)).sent}
