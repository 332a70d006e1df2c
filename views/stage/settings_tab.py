"""By what a review is explained: checkpoint, method and baseline. Where others are chosen it is explained anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from model.attribution.baselines import BASELINES, DEFAULT_BASELINE
from model.attribution.methods import DEFAULT_METHOD, METHODS
from model.language import gettext, joined
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from views.panel import ANALYSE, QUIET, Drawing
from views.stage.stage_tab import Staged


class Settings:
    """The components, and what an event takes that may have changed them."""

    def __init__(self, explainer: Explainer) -> None:
        """Put them on the page that is being built."""
        names = explainer.names
        with gr.Accordion(gettext("Settings"), open=False, elem_id="gs-settings"):
            self.checkpoint = gr.Dropdown(
                names, value=explainer.default, label=gettext("Checkpoint"), interactive=len(names) > 1
            )
            method = gr.Dropdown(
                [(gettext(method.name), method.name) for method in METHODS],
                value=DEFAULT_METHOD.name,
                label=gettext("Attribution method"),
            )
            baseline = gr.Radio(
                [(gettext(baseline), baseline) for baseline in BASELINES],
                value=DEFAULT_BASELINE,
                label=gettext("Baseline"),
                info=_baseline_info(),
            )
        self.chosen = (self.checkpoint, method, baseline)
        self._other = gr.State(None)  # the `Other` that were chosen last

    def listen(self, question: gr.State, staged: gr.State) -> None:
        """Explain anew what is chosen: the states hold the `Question` that is explained, and the `Staged` answer.

        A dropdown says that it was chosen from, and once more when it is left, after a choice or without any.
        """
        asked = [question, staged, *self.chosen]
        self.changing: dict[str, Any] = {"fn": others, "inputs": asked, "outputs": self._other, **QUIET}
        gr.on([each.input for each in self.chosen], **self.changing)
        self._other.change(None, js=ANALYSE)


@dataclass(frozen=True, slots=True)
class Other:
    """Checkpoint, method and baseline that were chosen while an `answer` was shown that had others."""

    answer: str
    checkpoint: str
    method: str
    baseline: str


def others(question: Question | None, staged: Staged | None, *settings: str) -> Other | Drawing:
    """Settings other than those of the question: equal ones, where the same is heard twice. Nothing, if its."""
    if question and (question.checkpoint, question.method, question.baseline) == settings:
        return gr.skip()
    return Other(staged.asked if staged else "", *settings)


def _baseline_info() -> str:
    """What a baseline is, and which methods have one."""
    *others, last = [gettext(method.name) for method in METHODS if method.uses_baseline]
    methods = gettext("{methods} and {last}").format(methods=joined(others), last=last) if others else last
    return gettext(
        "What a review is compared with, by {methods}: as many unknown words, paddings or zero vectors. Padding is "
        "zero in the networks shipped: the two are the same."
    ).format(methods=methods)
