"""The part of the Errors tab about the labels: which look wrong, an audit, and what corrections change.

Drawn when it is looked at, from what was said by then.
"""

from __future__ import annotations

import gradio as gr

from model.language import gettext
from model.workbench.audit_plan import MAX_SAMPLE, MAX_SEED, STRATIFIED
from model.workbench.workbench import Workbench
from views.api.endpoints import Refusals
from views.errors.audit import DESIGN_NAMES, audit_card
from views.errors.corrected import corrected_card
from views.errors.samples import restore_sample, with_sample
from views.errors.suspects import suspects_card
from views.panel import QUIET, Drawing, whole

SIZE = 60  # reviews of a sample, unless another number is chosen


class LabelsTab:
    """Components and listeners. `bench` (state) holds the scored file, or None."""

    def __init__(self, bench: gr.State) -> None:
        """Put them on the page that is being built."""
        self._bench = bench
        self._samples = gr.BrowserState({}, storage_key="gatescope-audits", secret="gatescope")  # noqa: S106
        self._suspects = gr.HTML("", elem_id="gs-errors-suspects")
        self._audit = gr.HTML("", elem_id="gs-errors-audit")
        with gr.Row(elem_classes="gs-controls"):
            designs = [(gettext(name), design) for design, name in DESIGN_NAMES.items()]
            self._design = gr.Radio(designs, value=STRATIFIED, label=gettext("Sample"), min_width=300)
            self._size = gr.Number(
                SIZE, label=gettext("Reviews"), precision=0, minimum=1, maximum=MAX_SAMPLE, min_width=100
            )
            self._seed = gr.Number(0, label=gettext("Seed"), precision=0, minimum=0, maximum=MAX_SEED, min_width=100)
        with gr.Row(elem_classes="gs-buttons"):
            self._draw = gr.Button(gettext("Draw the sample"), size="sm", min_width=150)
        self._corrected = gr.HTML("", elem_id="gs-errors-corrections")

    @property
    def filled(self) -> list[gr.HTML]:
        """What a newly scored file empties."""
        return [self._suspects, self._audit, self._corrected]

    def fill(self) -> Drawing:
        """Nothing is drawn of a newly scored file before it is looked at."""
        return dict.fromkeys(self.filled, "")

    def listen(self, tab: gr.Tab) -> None:
        """Connect everything; this stands in `tab`."""
        tab.select(self._show, [self._bench, self._samples], self.filled, **QUIET)
        given = [self._bench, self._samples, self._design, self._size, self._seed]
        self._draw.click(self._draw_sample, given, [self._audit, self._samples], **QUIET)

    def _show(self, bench: Workbench | None, samples: object) -> Drawing:
        if bench is None:
            return self.fill()
        restore_sample(samples, bench)
        return {
            self._suspects: suspects_card(bench),
            self._audit: audit_card(bench),
            self._corrected: corrected_card(bench.correction),
        }

    def _draw_sample(
        self, bench: Workbench | None, samples: object, design: str, size: float | None, seed: float | None
    ) -> Drawing:
        if bench is None:
            return gr.skip()
        with Refusals():
            bench.draw_sample(design, whole(size), whole(seed))
        return {self._audit: audit_card(bench), self._samples: with_sample(samples, bench)}
