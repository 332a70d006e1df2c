"""The part of the Errors tab from which everything is taken away: rows with their notes, a report, the notes alone."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import gradio as gr
import numpy as np

from model.errors import DataError
from model.language import gettext, marked, ngettext
from model.reading.explainer import Explainer
from model.workbench.export import export_rows, write_csv, write_jsonl, write_parquet
from model.workbench.word_contrast import MAX_ATTRIBUTED, top_tokens
from model.workbench.workbench import Workbench, named_first
from views.api.endpoints import Refusals
from views.drawing.cards import sentence_card
from views.drawing.template import render
from views.errors.report.findings import find_findings
from views.errors.report.report import ReportConfusion, ReportContent, ReportRow, report_html
from views.errors.reviews_tab import ReviewsTab
from views.panel import QUIET, Drawing

LISTED, NAMED, ALL = marked("those listed now"), marked("those with a note"), marked("all")
TABLES = {
    marked("CSV"): (write_csv, "csv"),
    marked("JSON lines"): (write_jsonl, "jsonl"),
    marked("Parquet"): (write_parquet, "parquet"),
}
REPORT, NOTES = marked("Report to print (HTML)"), marked("Notes alone (to load here again)")
AS_IT_IS = marked(
    "In CSV, what a spreadsheet would compute as a formula has an apostrophe in front; JSON lines and Parquet hold "
    "every text as it is."
)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_PRESS = "() => setTimeout(() => document.querySelector('#gs-errors-download')?.click(), 300)"


class ExportTab:
    """Components and listeners."""

    def __init__(self, explainer: Explainer, bench: gr.State, reviews: ReviewsTab) -> None:
        """Put it on the page that is being built; notes that are brought back are shown by `reviews`."""
        self._explainer = explainer
        with gr.Column(elem_classes="gs-card gs-export"):
            with gr.Row(elem_classes="gs-controls"):
                kinds = [(gettext(each), each) for each in (*TABLES, REPORT, NOTES)]
                kind = gr.Radio(kinds, value="CSV", label=gettext("As"), info=gettext(AS_IT_IS), min_width=300)
            with gr.Row(elem_classes="gs-controls"):
                choices = [(gettext(each), each) for each in (LISTED, NAMED, ALL)]
                which = gr.Radio(choices, value=LISTED, label=gettext("Which reviews"), min_width=260)
                tokens = gr.Checkbox(
                    False,
                    label=gettext("with the words that did most"),
                    info=gettext(
                        "Input × gradient, of at most {most:,} reviews, those with a note first; takes a while. Other "
                        "rows leave it empty."
                    ).format(most=MAX_ATTRIBUTED),
                    min_width=260,
                )
            with gr.Row(elem_classes="gs-buttons"):
                prepare = gr.Button(gettext("Prepare the file"), variant="primary", size="sm", min_width=150)
                self._download = gr.DownloadButton(
                    gettext("Save"), size="sm", visible=False, min_width=120, elem_id="gs-errors-download"
                )
            self._said = gr.HTML("")
        with gr.Accordion(gettext("Bring notes back"), open=False):
            upload = gr.File(
                label=gettext("Notes that were saved here, for this file and checkpoint"),
                file_types=[".json"],
                height=140,
                elem_id="gs-errors-notes",
            )
            self._loaded = gr.HTML("")
        prepare.click(
            self._prepare,
            [bench, reviews.shown, kind, which, tokens],
            [self._download, self._said],
            api_visibility="private",
            concurrency_id="scoring",
        ).success(None, js=_PRESS)
        upload.upload(_load_notes, [bench, upload], self._loaded, **QUIET).then(
            reviews.refill, bench, reviews.filled, **QUIET
        )

    @property
    def filled(self) -> list[gr.components.Component]:
        """What `fill` sets."""
        return [self._download, self._said, self._loaded]

    def fill(self) -> Drawing:
        """Nothing is prepared of a newly scored file."""
        return {self._download: gr.DownloadButton(visible=False), self._said: "", self._loaded: ""}

    def _prepare(
        self,
        bench: Workbench | None,
        shown: np.ndarray | None,
        kind: str,
        which: str,
        with_tokens: bool,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Drawing:
        with Refusals():
            if bench is None:
                raise DataError(gettext("Load and score a file first."))
            if kind == NOTES:
                return self._offer(bench, "notes.json", bench.saved_notes(), _counted_notes(len(bench.notes)))
            rows = _rows(bench, shown, which)
            tokens = self._tokens(bench, rows, with_tokens, progress)
            if kind == REPORT:
                content = report_html(report(bench, rows, tokens)).encode()
                return self._offer(bench, "report.html", content, gettext("The report"))
            write, ending = TABLES[kind]
            content = write(export_rows(bench.table, bench.scores, rows, bench.notes, tokens))
            return self._offer(bench, f"reviews.{ending}", content, _counted_reviews(len(rows)))

    def _tokens(
        self, bench: Workbench, rows: np.ndarray, wanted: bool, progress: Callable[..., None]
    ) -> dict[int, tuple[tuple[str, float], ...]]:
        if not wanted:
            return {}
        checkpoint = self._explainer.checkpoint(bench.scores.checkpoint)
        first = named_first(rows, bench.notes)[:MAX_ATTRIBUTED]
        what = gettext("The words that did most")
        return top_tokens(checkpoint, bench.scores, first, progress=lambda share: progress(share, desc=what))

    def _offer(self, bench: Workbench, ending: str, content: bytes, what: str) -> Drawing:
        """Put a file where only who knows its random folder can fetch it, and where it is deleted after a while."""
        stem = _UNSAFE.sub("-", Path(bench.table.name).stem).strip("-.")[:60] or "reviews"
        cache = Path(self._download.GRADIO_CACHE)
        try:
            cache.mkdir(parents=True, exist_ok=True)
            path = Path(tempfile.mkdtemp(dir=cache)) / f"{stem}-{ending}"
            path.write_bytes(content)
        except OSError:
            raise DataError(gettext("The file could not be written on the server: its disk may be full.")) from None
        small = gettext("{size:,} bytes").format(size=len(content))
        size = f"{len(content) / 1e6:,.2f} MB" if len(content) > 100_000 else small
        label = gettext("Save {file}").format(file=path.name)
        return {
            self._download: gr.DownloadButton(label, value=str(path), visible=True),
            self._said: render("errors/saved.html", what=what, size=size),
        }


def _counted_notes(count: int) -> str:
    return ngettext("{count:,} note", "{count:,} notes", count).format(count=count)


def _counted_reviews(count: int) -> str:
    return ngettext("{count:,} review", "{count:,} reviews", count).format(count=count)


def _rows(bench: Workbench, shown: np.ndarray | None, which: str) -> np.ndarray:
    if which == NAMED:
        return np.array(sorted(bench.notes), dtype=np.int64)
    return np.arange(len(bench.table.texts)) if which == ALL or shown is None else shown


def _load_notes(bench: Workbench | None, path: str | None) -> str:
    if path is None:
        return ""
    try:
        if bench is None:
            raise DataError(gettext("Load and score the file first that these notes are about."))
        count = bench.load_notes(Path(path).read_bytes())
    except DataError as error:
        return sentence_card(str(error))
    said = ngettext(
        "{count:,} note is back: choose a review to see its own.",
        "{count:,} notes are back: choose a review to see its own.",
        count,
    )
    return sentence_card(said.format(count=count))


def report(bench: Workbench, rows: np.ndarray, tokens: dict[int, tuple[tuple[str, float], ...]]) -> ReportContent:
    """What the printed report says: the figures of the whole file, and those of the rows that have a note."""
    found, table, scores = bench.overview, bench.table, bench.scores
    (true_negative, false_positive), (false_negative, true_positive) = found.confusion.tolist()
    named = [row for row in rows.tolist() if row in bench.notes]
    return ReportContent(
        file=table.name,
        digest=table.digest,
        checkpoint=scores.checkpoint,
        rows=found.rows,
        skipped=table.bad_count,
        labelled=found.labelled,
        metrics=found.metrics,
        missing=found.missing,
        reading=found.reading,
        confusion=ReportConfusion(true_positive, false_positive, true_negative, false_negative)
        if found.labelled
        else None,
        reliability=found.reliability,
        histogram=found.histogram,
        slices=bench.slices,
        findings=find_findings(bench),
        categories=(*bench.counts.items(), ("", len(bench.notes) - len(bench.categories))),
        named=tuple(_report_row(bench, row, tokens.get(row, ())) for row in named),
        made=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _report_row(bench: Workbench, row: int, tokens: tuple[tuple[str, float], ...]) -> ReportRow:
    note, table, scores = bench.note(row), bench.table, bench.scores
    return ReportRow(
        row=row,
        line=int(table.lines[row]),
        text=table.texts[row],
        label=int(table.labels[row]),
        logit=float(scores.logits[row]),
        probability=float(scores.probabilities[row]),
        category=note.category,
        note=note.text,
        corrected=note.label,
        top_tokens=tokens,
    )
