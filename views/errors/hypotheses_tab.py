"""A hypothesis is chosen, or written as a pattern, and tested on the reviews that pass the filters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import gradio as gr
import numpy as np

from model.errors import GatescopeError
from model.language import gettext, marked
from model.reading.explainer import Explainer
from model.tables.readers.base import MAX_ROWS
from model.workbench.hypotheses import INTERVENTIONS, MOST, Intervention, Trial, run_trial
from model.workbench.patterns import LONGEST, pattern_rewriting
from model.workbench.workbench import Workbench
from model.worker import TORCH
from views.drawing.cards import sentence_card
from views.errors.hypotheses import about, trial_card, tried_card
from views.errors.loading import progress_card
from views.errors.parts import note_line
from views.errors.stop_tab import Stopper
from views.panel import QUIET, Drawing, whole

OWN = marked("a pattern of my own")
NOTHING_YET = marked(
    "The slice is what passes the filters in “Go through them”, all reviews where none is set. What is chosen here "
    "is done to its reviews and to a matched control from outside of it; which verdicts it fixes and breaks is counted."
)
KEPT = 50  # tests of a visit that are listed
_CHOICES = {each.name: each for each in INTERVENTIONS}


class HypothesesTab:
    """Components and listeners. `bench` (state) holds the scored file, or None; `shown` (state) the numbers of the rows
    that pass the filters.
    """

    def __init__(self, explainer: Explainer, bench: gr.State, shown: gr.State) -> None:
        """Put them on the page that is being built."""
        self._explainer, self._bench, self._shown = explainer, bench, shown
        names = [(gettext(each), each) for each in (*_CHOICES, OWN)]
        with gr.Row(elem_classes="gs-filters"):
            self._chosen = gr.Dropdown(names, value=names[0][1], label=gettext("What is changed"), min_width=240)
            self._most = gr.Number(
                MOST, label=gettext("Reviews of the slice, at most"), precision=0, minimum=1, min_width=150
            )
            self._start = gr.Button(gettext("Test it"), size="sm", min_width=120)
            self._stop = gr.Button(gettext("Stop"), size="sm", min_width=90, visible=False)
        with gr.Row(elem_classes="gs-filters", visible=False) as self._own:
            self._pattern = gr.Textbox(
                label=gettext("Pattern (a regular expression; (?i) in front ignores case)"),
                placeholder=r"(?i)\bfilm\b",
                max_length=LONGEST,
                min_width=200,
            )
            self._replacement = gr.Textbox(
                label=gettext("Is replaced by (\\1 stands for its first group)"), max_length=LONGEST, min_width=200
            )
        self._about = gr.HTML(note_line(about(INTERVENTIONS[0])))
        self._card = gr.HTML("", elem_id="gs-errors-hypothesis")

    @property
    def filled(self) -> list[gr.components.Component]:
        """What a newly scored file sets."""
        return [self._stop, self._card]

    def fill(self) -> Drawing:
        """Nothing is tested on a newly scored file yet."""
        return {self._stop: gr.Button(visible=False), self._card: sentence_card(gettext(NOTHING_YET))}

    def listen(self) -> None:
        """Test when it is asked for; stopping ends the reading between two pieces."""
        self._chosen.input(self._say, [self._bench, self._chosen], [self._own, self._about, self._card], **QUIET)
        stopper = Stopper(self._stop, self._card)
        self._start.click(
            stopper.stoppable(self._run),
            [stopper.asked, self._bench, self._shown, self._chosen, self._pattern, self._replacement, self._most],
            [self._card, self._stop],
            concurrency_id="scoring",
            **QUIET,
        )

    def _say(self, bench: Workbench | None, chosen: str) -> Drawing:
        """What the chosen one does, and what was tested before; a pattern of one's own is written below."""
        before = tried_card(bench.trials) if bench and bench.trials else sentence_card(gettext(NOTHING_YET))
        said = note_line(about(_CHOICES[chosen])) if chosen in _CHOICES else ""
        return {self._own: gr.Row(visible=chosen == OWN), self._about: said, self._card: before}

    def _run(
        self,
        bench: Workbench | None,
        shown: np.ndarray | None,
        chosen: str,
        pattern: str | None,
        replacement: str | None,
        most: float | None,
    ) -> Iterator[Drawing]:
        if bench is None or shown is None:
            return
        try:
            intervention = _intervention(chosen, pattern, replacement)
            yield {self._card: progress_card(gettext("Rewriting the slice"), 0.0), self._stop: gr.Button(visible=True)}
            loaded, rows = self._explainer.checkpoint(bench.scores.checkpoint), min(max(1, whole(most)), MAX_ROWS)
            with closing(run_trial(loaded, bench.table, bench.scores, intervention, shown, TORCH.run, rows)) as steps:
                for step in steps:
                    if isinstance(step, Trial):
                        bench.trials = [*bench.trials[1 - KEPT :], step]
                    else:
                        yield {self._card: progress_card(step.what, step.share)}
        except GatescopeError as error:
            told = sentence_card(str(error)) + tried_card(bench.trials)
            yield {self._card: told, self._stop: gr.Button(visible=False)}
            return
        yield {self._card: trial_card(bench.table, bench.trials), self._stop: gr.Button(visible=False)}


def _intervention(chosen: str, pattern: str | None, replacement: str | None) -> Intervention:
    """The one that is chosen; of an own pattern, a rewrite by it. Raises `ReviewError` for one that cannot be read."""
    if chosen in _CHOICES:
        return _CHOICES[chosen]
    rewrite = pattern_rewriting(pattern or "", replacement or "")
    return Intervention(f"{pattern} → {replacement or '∅'}", "", rewrite)
