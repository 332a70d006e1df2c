"""What a person says of the chosen review: a category, a corrected label, a note; and that it is kept."""

from __future__ import annotations

import gradio as gr
from markupsafe import Markup

from model.language import gettext
from model.workbench.workbench import Workbench
from views.errors.audit import audit_line
from views.errors.corrections import CHOICES, UNSAID, choice_of
from views.errors.rows import category_buttons, saved_sentence
from views.panel import Drawing


class Naming:
    """Components. `row` (state) is the number of the chosen row, -1 where none is."""

    def __init__(self, bench: gr.State, row: gr.State) -> None:
        """Put them on the page that is being built, hidden until a row is chosen."""
        self.categories = gr.HTML("")
        self.kept = gr.HTML("")
        with gr.Row(visible=False, elem_classes="gs-naming") as self._naming:
            self.own = gr.Textbox(
                label=gettext("A category of your own"),
                max_length=60,
                min_width=140,
                interactive=True,  # a script reads it, no listener
                submit_btn=gettext("Name it"),
                elem_id="gs-errors-own",
            )
            self.corrected = gr.Radio(
                [(gettext(each), each) for each in CHOICES],
                value=UNSAID,
                label=gettext("Corrected label"),
                min_width=200,
                interactive=True,
                elem_classes="gs-controls",
                elem_id="gs-errors-corrected",
            )
        self.note = gr.Textbox(
            label=gettext("Note"), lines=2, max_length=5_000, interactive=True, visible=False, elem_id="gs-errors-note"
        )

    @property
    def drawn(self) -> list[gr.blocks.Block]:
        """What `open` and `empty` set."""
        return [self.categories, self._naming, self.own, self.corrected, self.note, self.kept]

    def empty(self) -> Drawing:
        """No row is chosen."""
        return {
            **dict.fromkeys((self.categories, self.own, self.kept), ""),
            self._naming: gr.Row(visible=False),
            self.corrected: UNSAID,
            self.note: gr.Textbox("", visible=False),
        }

    def open(self, bench: Workbench, row: int) -> Drawing:
        """Show what was said of a row."""
        note = bench.note(row)
        return {
            self.categories: category_buttons(bench.counts, note.category, row),
            self._naming: gr.Row(visible=True),
            self.own: "",
            self.corrected: choice_of(note.label, int(bench.table.labels[row])),
            self.note: gr.Textbox(note.text, visible=True),
            self.kept: _counted(bench),
        }

    def told(self, bench: Workbench, row: int) -> Drawing:
        """What was said of the chosen row elsewhere than here stands here, too."""
        note = bench.note(row)
        return {self.note: note.text, self.corrected: choice_of(note.label, int(bench.table.labels[row]))}

    def counted(self, bench: Workbench) -> Drawing:
        """How many rows something is said of."""
        return {self.kept: _counted(bench)}

    def categories_of(self, bench: Workbench | None, row: int) -> object:
        """The buttons of the row that is seen now."""
        return gr.skip() if bench is None or row < 0 else category_buttons(bench.counts, bench.note(row).category, row)


def _counted(bench: Workbench) -> Markup:
    return saved_sentence(len(bench.notes), len(bench.table.texts)) + audit_line(bench)
