"""A second checkpoint on the file that is scored: chosen, read with a bar that can be stopped, compared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import gradio as gr
import numpy as np

from model.errors import GatescopeError, ReviewError
from model.language import gettext, marked
from model.reading.explainer import Explainer
from model.workbench.versus import check_second, compare, second_logits
from model.workbench.workbench import Workbench
from views.drawing.cards import sentence_card
from views.errors.loading import scoring_card
from views.errors.stop_tab import Stopper
from views.errors.versus import versus_card
from views.panel import QUIET, Drawing

NOTHING_YET = marked(
    "Choose a second checkpoint and press the button: it reads the same reviews, and what it fixes and breaks is shown "
    "here."
)
ONLY_ONE = marked("There is one checkpoint only: a second one to compare it with lies beside it in the same folder.")


class VersusTab:
    """Components and listeners. `bench` (state) holds the scored file, or None."""

    def __init__(self, explainer: Explainer, bench: gr.State) -> None:
        """Put them on the page that is being built."""
        self._explainer, self._bench = explainer, bench
        with gr.Row(elem_classes="gs-filters"):
            self._second = gr.Dropdown(explainer.names, label=gettext("second checkpoint"), min_width=200)
            self._start = gr.Button(gettext("Compare on these reviews"), size="sm", min_width=160)
            self._stop = gr.Button(gettext("Stop"), size="sm", min_width=90, visible=False)
        self._card = gr.HTML("", elem_id="gs-errors-versus")

    @property
    def filled(self) -> list[gr.components.Component]:
        """What a newly scored file sets."""
        return [self._second, self._start, self._stop, self._card]

    def fill(self, bench: Workbench) -> Drawing:
        """Nothing is compared of a newly scored file yet."""
        names = self._explainer.names
        others = [name for name in names if name != bench.scores.checkpoint]
        return {
            self._second: gr.Dropdown(names, value=others[0] if others else None, interactive=bool(others)),
            self._start: gr.Button(interactive=bool(others)),
            self._stop: gr.Button(visible=False),
            self._card: sentence_card(gettext(NOTHING_YET if others else ONLY_ONE)),
        }

    def listen(self) -> None:
        """Read and compare when it is asked for; stopping ends the reading between two parts."""
        stopper = Stopper(self._stop, self._card)
        self._start.click(
            stopper.stoppable(self._run),
            [stopper.asked, self._bench, self._second],
            [self._card, self._stop],
            concurrency_id="scoring",
            **QUIET,
        )

    def _run(self, bench: Workbench | None, name: str | None) -> Iterator[Drawing]:
        if bench is None:
            return
        try:
            if not name:
                raise ReviewError(gettext("Choose a second checkpoint first."))
            first, second = self._explainer.checkpoint(bench.scores.checkpoint), self._explainer.checkpoint(name)
            check_second(first, second)
            total, started, parts = len(bench.table.texts), time.monotonic(), list[np.ndarray]()
            yield {self._card: scoring_card(0, total, 0.0), self._stop: gr.Button(visible=True)}
            with closing(second_logits(second, bench.table)) as reading:
                for part in reading:
                    parts.append(part)
                    yield {self._card: scoring_card(sum(map(len, parts)), total, time.monotonic() - started)}
            bench.versus = compare(bench.table, bench.scores, name, np.concatenate(parts))
        except GatescopeError as error:
            yield {self._card: sentence_card(str(error)), self._stop: gr.Button(visible=False)}
            return
        yield {self._card: versus_card(bench.versus), self._stop: gr.Button(visible=False)}
