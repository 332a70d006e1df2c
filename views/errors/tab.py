"""The Errors tab: load reviews, score them, see where the network errs, go through its mistakes, and take them away.

What a visitor loaded lives in the state of that visit alone, as a `Workbench`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import gradio as gr

from model.assets import ASSETS
from model.errors import DataError, GatescopeError
from model.language import gettext, marked
from model.reading.explainer import Explainer
from model.tables.files import MAX_BYTES
from model.tables.readers.base import MAX_ROWS
from model.tables.table import (
    ReviewTable,
    read_imdb,
    read_table,
)
from model.workbench.phrases import find_phrases
from model.workbench.scoring import Scores, join, score_chunks
from model.workbench.so_far import SoFar
from model.workbench.word_contrast import COMPARISONS, DEFAULT_COMPARISON, compare_words, word_attributions
from model.workbench.workbench import Workbench, open_notes
from views.api.endpoints import Refusals
from views.drawing.cards import sentence_card
from views.drawing.charts import confidence_histogram, reliability_diagram
from views.errors.export_tab import ExportTab
from views.errors.file_tab import FileForm, pasted, said_of, said_of_list
from views.errors.hypotheses_tab import HypothesesTab
from views.errors.keeper_tab import Keeper
from views.errors.labels_tab import LabelsTab
from views.errors.loading import brought_sentence, loaded_card, progress_card, scoring_card, so_far_card
from views.errors.overview import overview_card
from views.errors.phrases import phrases_card
from views.errors.picks import PICKED
from views.errors.preview import Brought, read
from views.errors.reviews_tab import ReviewsTab
from views.errors.slices import slices_card
from views.errors.stop_tab import Stopper
from views.errors.units_tab import UnitsTab
from views.errors.versus_tab import VersusTab
from views.errors.words import words_card
from views.panel import ANALYSE, QUIET, Drawing
from views.scripts import attached
from views.stage.tab import ExplainTab

EXAMPLE = ASSETS / "reviews.csv"
NOTHING_YET = marked(
    "Load a file with reviews to see where the network errs on them, or try the example: 180 reviews written by hand, "
    "some of them labelled wrong on purpose."
)
BRING = marked("Load reviews")
_EXAMPLE_ID, _DATASET_ID = "gs-errors-example", "gs-errors-imdb"  # of the buttons


STOPPED = marked("Stopped. What was loaded before is still there.")


class ErrorsTab:
    """Components and listeners of the tab. `notes` is the folder that notes are kept in; None keeps none.

    `imdb` is where the Large Movie Review Dataset lies on the server; None where it does not.
    """

    def __init__(self, explainer: Explainer, notes: Path | None, imdb: Path | None) -> None:
        """Put it on the page that is being built."""
        self._explainer, self._folder, self._imdb = explainer, notes, imdb
        self.bench = gr.State(None)
        self._owner = gr.BrowserState("", storage_key="gatescope-notes", secret="gatescope")  # noqa: S106
        with gr.Column(elem_classes="gs-workbench"):
            self._build_loading()
            pressed = gr.HTML(  # not in a tab, which would not have it yet
                "", html_template="", visible="hidden", js_on_load=attached("errors/picks.js", PICKED)
            )
            keeper = Keeper()
            with gr.Tabs(visible=False, overflow_behavior="wrap") as self._tabs:
                with gr.Tab(gettext("Overview"), id="overview"):
                    self._build_overview()
                with gr.Tab(gettext("Go through them"), id="reviews"):
                    self.reviews = ReviewsTab(explainer, self.bench, pressed, keeper)
                with gr.Tab(gettext("Labels"), id="labels") as about_labels:
                    self._labels = LabelsTab(self.bench)
                with gr.Tab(gettext("Words"), id="words"):
                    self._build_words()
                with gr.Tab(gettext("Units"), id="units"):
                    self._units = UnitsTab(explainer, self.bench)
                with gr.Tab(gettext("Two checkpoints"), id="versus"):
                    self._versus = VersusTab(explainer, self.bench)
                with gr.Tab(gettext("Hypotheses"), id="hypotheses"):
                    self._hypotheses = HypothesesTab(explainer, self.bench, self.reviews.shown)
                with gr.Tab(gettext("Take away"), id="export"):
                    self._export = ExportTab(explainer, self.bench, self.reviews)
        self._listen()
        self._labels.listen(about_labels)

    def _build_loading(self) -> None:
        told = gr.HTML(sentence_card(gettext(NOTHING_YET)), elem_id="gs-errors-progress", render=False)
        with gr.Accordion(gettext(BRING), open=True, elem_id="gs-errors-bring") as self._bring:
            with gr.Row(elem_classes=["gs-main", "gs-stack"]):
                with gr.Column(scale=4, min_width=300):
                    self._file = gr.File(
                        label=gettext(
                            "CSV, TSV, JSON, Parquet, fastText, text, .gz: up to {rows:,} rows, {size} MB"
                        ).format(rows=MAX_ROWS, size=MAX_BYTES // 1024**2),
                        height=160,
                        elem_id="gs-errors-file",
                    )
                with gr.Column(scale=5, min_width=300):
                    with gr.Row(elem_classes="gs-buttons"):
                        self._example = gr.Button(
                            gettext("Try the example"), size="sm", min_width=120, elem_id=_EXAMPLE_ID
                        )
                        self._dataset = gr.Button(
                            gettext("Large Movie Review Dataset, test"),
                            size="sm",
                            min_width=120,
                            visible=self._imdb is not None,
                            elem_id=_DATASET_ID,
                        )
                    with gr.Accordion(gettext("Or paste a list, one review a line"), open=False):
                        self._list = gr.Textbox(
                            show_label=False,
                            lines=5,
                            max_lines=10,
                            placeholder=gettext("What a wonderful film!\tpositive\nDull from start to end.\tnegative"),
                            elem_id="gs-errors-list",
                        )
                        with gr.Row(elem_classes="gs-buttons"):
                            self._look = gr.Button(gettext("Look at the list"), size="sm")
                            self._paste = gr.Button(gettext("Score the list"), size="sm")
                    self._checkpoint = gr.Dropdown(
                        self._explainer.names,
                        value=self._explainer.default,
                        label=gettext("read by checkpoint"),
                        interactive=len(self._explainer.names) > 1,
                    )
            self._form = FileForm(told)
        self._cancel = gr.Button(gettext("Cancel"), size="sm", visible=False, elem_id="gs-errors-cancel")
        self._progress = told.render()
        self._loaded = gr.HTML("")

    def _build_overview(self) -> None:
        with gr.Row(elem_classes=["gs-main", "gs-stack"]):
            with gr.Column(scale=4, min_width=300):
                self._overview = gr.HTML("")
            with gr.Column(scale=3, min_width=300):
                gr.Markdown(gettext("**Reliability**: how often a verdict of a given confidence is right"))
                self._reliability = gr.Plot(show_label=False)
            with gr.Column(scale=3, min_width=300):
                gr.Markdown(gettext("**Confidence** of right and of wrong verdicts"))
                self._histogram = gr.Plot(show_label=False)
        self._slices = gr.HTML("")

    def _build_words(self) -> None:
        with gr.Row(elem_classes="gs-filters"):
            comparisons = [(gettext(each), each) for each in COMPARISONS]
            self._comparison = gr.Dropdown(
                comparisons, value=DEFAULT_COMPARISON, label=gettext("Compare"), min_width=260
            )
            self._attribute = gr.Button(gettext("Sum up attributions"), size="sm", min_width=160)
        self._words = gr.HTML("", elem_id="gs-errors-words")
        with gr.Row(elem_classes="gs-buttons"):
            self._find = gr.Button(gettext("Find words and phrases at which it errs"), size="sm", min_width=160)
        self._phrases = gr.HTML("")

    def _listen(self) -> None:
        self._form.listen(self._file, self._list, self._look)
        gr.on(
            [self._file.clear, self._file.delete],
            self._forget,
            None,
            [self.bench, self._tabs, self._loaded, self._bring],
            **QUIET,
        )
        drawn = [
            self.bench,
            self._owner,
            self._progress,
            self._loaded,
            self._cancel,
            self._tabs,
            self._overview,
            self._reliability,
        ]
        drawn += [
            self._histogram,
            self._slices,
            self._words,
            self._phrases,
            *self.reviews.filled,
            *self._labels.filled,
            *self._units.filled,
            *self._versus.filled,
            *self._hypotheses.filled,
            *self._export.filled,
            *self._form.filled,
            self._bring,
        ]
        stopper = Stopper(self._cancel, self._progress, STOPPED)
        given = [stopper.asked, self._checkpoint, self._owner, self.bench]
        for button, run, inputs in (
            (self._form.score, self._run_file, [self._form.brought, *self._form.said]),
            (self._example, self._run_example, []),
            (self._dataset, self._run_dataset, []),
            (self._paste, self._run_list, [self._list, self._form.brought, *self._form.said]),
        ):
            button.click(
                stopper.stoppable(run),
                [*given, *inputs],
                drawn,
                concurrency_id="scoring",
                concurrency_limit=1,
                **QUIET,
            )
        self._comparison.input(self._compare_words, [self.bench, self._comparison], self._words, **QUIET)
        self._attribute.click(
            self._sum_attributions,
            [self.bench, self._comparison],
            self._words,
            api_visibility="private",
            concurrency_id="scoring",
        )
        self._find.click(
            self._find_phrases, self.bench, self._phrases, api_visibility="private", concurrency_id="scoring"
        )
        self._units.listen()
        self._versus.listen()
        self._hypotheses.listen()
        self.reviews.listen(self._tabs)

    def listen_to_explain(self, explained: ExplainTab, tabs: gr.Tabs) -> None:
        """Open the chosen review in the Explain tab, one of the page's `tabs`, when that is asked for."""

        def opened(bench: Workbench | None, row: int) -> Drawing:
            if bench is None or row < 0:
                return gr.skip()
            with Refusals():
                view = self.reviews.detail.view(bench, row)
            return explained.restore(view) | {tabs: gr.Tabs(selected="explain")}

        self.reviews.detail.to_explain.click(
            opened, [self.bench, self.reviews.detail.row], [*explained.restored, tabs], **QUIET
        ).success(None, js=ANALYSE)

    def _forget(self) -> Drawing:
        """Nothing of a file that was cleared is shown any longer."""
        closed: Drawing = {self.bench: None, self._tabs: gr.Tabs(visible=False), self._loaded: ""}
        return closed | {self._bring: gr.Accordion(label=gettext(BRING))}

    def _run_file(
        self, checkpoint: str, owner: str, before: Workbench | None, brought: Brought | None, *said: object
    ) -> Iterator[Drawing]:
        yield from self._run(lambda: read(brought, said_of(*said)), checkpoint, owner, before)

    def _run_example(self, checkpoint: str, owner: str, before: Workbench | None) -> Iterator[Drawing]:
        yield from self._run(lambda: read_table(EXAMPLE), checkpoint, owner, before, _EXAMPLE_ID)

    def _run_dataset(self, checkpoint: str, owner: str, before: Workbench | None) -> Iterator[Drawing]:
        def read() -> ReviewTable:
            if self._imdb is None:
                raise DataError(gettext("This server does not have the dataset."))
            return read_imdb(self._imdb)

        yield from self._run(read, checkpoint, owner, before, _DATASET_ID)

    def _run_list(
        self,
        checkpoint: str,
        owner: str,
        before: Workbench | None,
        text: str | None,
        brought: Brought | None,
        *said: object,
    ) -> Iterator[Drawing]:
        given = text or ""
        yield from self._run(
            lambda: read(pasted(given), said_of_list(given, brought, *said)), checkpoint, owner, before
        )

    def _run(
        self,
        read: Callable[[], ReviewTable],
        checkpoint: str,
        owner: str,
        before: Workbench | None,
        again: str = "",
    ) -> Iterator[Drawing]:
        """Read, score, draw; each step is told. A cancelled run ends between two steps and leaves all as it was.

        `again` as in `Keeper.fill`.
        """
        yield {self._progress: progress_card(gettext("Reading the file"), 0.0), self._cancel: gr.Button(visible=True)}
        try:
            table = read()
            started = time.monotonic()
            parts, found = list[Scores](), SoFar()
            with closing(score_chunks(self._explainer.checkpoint(checkpoint), table.texts)) as chunks:
                yield {self._progress: scoring_card(0, len(table.texts), 0.0)}
                for part in chunks:
                    parts.append(part)
                    found = found.and_then(part.logits, table.labels[found.rows : found.rows + len(part.logits)])
                    told = scoring_card(found.rows, len(table.texts), time.monotonic() - started)
                    yield {self._progress: told + so_far_card(table, found)}
            seconds = time.monotonic() - started
            owner = owner or secrets.token_urlsafe(24)
            notes = (
                before.notes_for(table, checkpoint)
                if before and self._folder is None
                else open_notes(self._folder, owner, table, checkpoint)
            )
            bench = Workbench(table, join(parts), notes)
        except GatescopeError as error:
            yield {self._progress: sentence_card(str(error)), self._cancel: gr.Button(visible=False)}
            return
        yield {self._owner: owner} | self._draw(bench, seconds, again)

    def _draw(self, bench: Workbench, seconds: float, again: str) -> Drawing:
        """Everything that is seen of a newly scored file."""
        found, lasting = bench.overview, self._folder is not None
        return {
            self.bench: bench,
            self._progress: "",
            self._loaded: loaded_card(bench.table, bench.scores, seconds, lasting),
            self._cancel: gr.Button(visible=False),
            self._tabs: gr.Tabs(visible=True, selected="overview"),
            self._overview: overview_card(found),
            self._reliability: reliability_diagram(found.reliability) if found.labelled else None,
            self._histogram: confidence_histogram(found.histogram),
            self._slices: slices_card(bench.slices, bench.crossings, bench.idle_columns),
            self._words: self._compare_words(bench, DEFAULT_COMPARISON),
            self._phrases: "",
            **self.reviews.fill(bench, again),
            **self._labels.fill(),
            **self._units.fill(bench),
            **self._versus.fill(bench),
            **self._hypotheses.fill(),
            **self._export.fill(),
            **self._form.fold(),
            self._bring: gr.Accordion(label=brought_sentence(bench.table), open=False),
        }

    def _compare_words(self, bench: Workbench | None, comparison: str) -> str:
        if bench is None:
            return ""
        with Refusals():
            words = self._explainer.checkpoint(bench.scores.checkpoint).field.vocab.itos
            found = compare_words(words, bench.table, bench.scores, comparison=comparison)
        return words_card(found, None)

    def _find_phrases(self, bench: Workbench | None) -> str:
        if bench is None:
            return ""
        with Refusals():
            words = self._explainer.checkpoint(bench.scores.checkpoint).field.vocab.itos
            return phrases_card(find_phrases(words, bench.table, bench.scores))

    def _sum_attributions(self, bench: Workbench | None, comparison: str, progress: gr.Progress = gr.Progress()) -> str:  # noqa: B008
        """The same, with what each word did to the verdicts on the mistakes that are compared."""
        if bench is None:
            return ""
        with Refusals():
            checkpoint = self._explainer.checkpoint(bench.scores.checkpoint)
            found = compare_words(checkpoint.field.vocab.itos, bench.table, bench.scores, comparison=comparison)
            if found.missing:
                return words_card(found, None)
            rows = [row for row, each in enumerate(bench.outcomes.tolist()) if each in COMPARISONS[comparison][0]]
            told = lambda share: progress(share, desc=gettext("Summing up attributions"))  # noqa: E731
            return words_card(found, word_attributions(checkpoint, bench.scores, rows, told))
