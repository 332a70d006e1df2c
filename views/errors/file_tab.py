"""The form of a file that was brought: which columns are read, how it is written, what its labels count as.

A file is looked at when it comes, and again after each answer; nothing is scored before. A file that is cleared is
forgotten at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from model.errors import DataError
from model.language import gettext, marked
from model.tables.columns import Columns
from model.tables.dialect import ENCODINGS, Answers
from model.tables.labels import ANSWERS
from model.tables.preview import Preview
from views.drawing.cards import sentence_card
from views.errors.preview import Brought, Said, look_at, preview_card
from views.panel import QUIET, Drawing
from views.scripts import attached

NONE = marked("(none)")
AS_FOUND = "found"
DELIMITER_NAMES = {
    AS_FOUND: marked("as found"),
    ",": marked("comma ,"),
    ";": marked("semicolon ;"),
    "\t": marked("tab"),
    "|": marked("bar |"),
    "": marked("nothing: a review a line"),
}
HEADERS = {
    AS_FOUND: marked("decided by its content"),
    "names": marked("names of columns"),
    "a review": marked("a review already"),
}


class FileForm:
    """Components of the form; `told` is where a sentence about a file that cannot be read is shown."""

    def __init__(self, told: gr.HTML) -> None:
        """Put it on the page that is being built, hidden until there is a file."""
        self._told = told
        self.brought = gr.State(None)  # the `Brought` that was looked at last
        with gr.Column(visible=False) as self._form:
            with gr.Row():
                self._text = gr.Dropdown([], label=gettext("Column of the review"), min_width=160)
                self._label = gr.Dropdown([], label=gettext("Column of the label"), min_width=160)
                self._rating = gr.Dropdown([], label=gettext("Column of the stars"), min_width=160)
                self.score = gr.Button(gettext("Score the file"), variant="primary", min_width=140)
            with gr.Accordion(gettext("How the file is written"), open=False), gr.Row():
                found = (gettext("as found"), AS_FOUND)
                self._encoding = gr.Dropdown(
                    [found, *((each, each) for each in ENCODINGS)],
                    value=AS_FOUND,
                    label=gettext("Encoding"),
                    min_width=160,
                )
                self._delimiter = gr.Radio(
                    [(gettext(words), sign) for sign, words in DELIMITER_NAMES.items()],
                    value=AS_FOUND,
                    label=gettext("What parts the cells"),
                    min_width=260,
                )
                self._header = gr.Radio(
                    [(gettext(words), key) for key, words in HEADERS.items()],
                    value=AS_FOUND,
                    label=gettext("The first row holds"),
                    min_width=260,
                )
            self._meanings = gr.HTML(
                {}, html_template="", visible="hidden", js_on_load=attached("errors/meanings.js", "input")
            )
            with gr.Accordion(gettext("How it will be read"), open=True) as self._fold:
                self._preview = gr.HTML("", elem_id="gs-errors-preview")

    @property
    def said(self) -> list[Component]:
        """What a person says, as `said_of` takes it; the first input of all is `brought`."""
        return [
            self._text,
            self._label,
            self._rating,
            self._encoding,
            self._delimiter,
            self._header,
            self._meanings,
        ]

    @property
    def drawn(self) -> list[Block]:
        """All that `look` and `forget` set."""
        return [self.brought, self._form, self._told, *self.said, self.score, self._fold, self._preview]

    @property
    def filled(self) -> list[Block]:
        """All that `fold` sets."""
        return [self._fold]

    def fold(self) -> Drawing:
        """What follows on the page is more to the point now."""
        return {self._fold: gr.Accordion(open=False)}

    def listen(self, file: gr.File, pasted: gr.Textbox, look: gr.Button) -> None:
        """Look at what is uploaded or pasted, and look again after each answer."""
        file.upload(self._uploaded, file, self.drawn, **QUIET)
        gr.on([file.clear, file.delete], self.forget, None, self.drawn, **QUIET)
        look.click(self._pasted, pasted, self.drawn, **QUIET)
        for events, kept in (
            ([self._meanings.input], lambda said: said),
            ([each.input for each in (self._text, self._label, self._rating)], _without_meanings),
            # then the columns may be others
            ([each.input for each in (self._encoding, self._delimiter, self._header)], _answers_alone),
        ):
            gr.on(
                events,
                lambda brought, *values, kept=kept: self._again(brought, kept(said_of(*values))),
                [self.brought, *self.said],
                self.drawn,
                trigger_mode="always_last",
                **QUIET,
            )

    def forget(self) -> Drawing:
        """Nothing is there to be scored."""
        return {self.brought: None, self._form: gr.Column(visible=False), self._preview: "", self._told: ""}

    def look(self, brought: Brought, said: Said) -> Drawing:
        """Show how it will be read; what cannot be read is told and forgotten."""
        try:
            found = look_at(brought, said)
        except DataError as error:
            return self.forget() | {self._told: sentence_card(str(error))}
        return {
            self.brought: brought,
            self._form: gr.Column(visible=True),
            self._fold: gr.Accordion(open=True),
            self._told: "",
            self._encoding: said.answers.encoding or AS_FOUND,
            self._delimiter: AS_FOUND if said.answers.delimiter is None else said.answers.delimiter,
            self._header: _header_key(said.answers.header),
            self._meanings: dict(said.counts_as),
            self._preview: preview_card(found),
            self.score: gr.Button(interactive=found.can_be_scored),
            **self._columns(found),
        }

    def _columns(self, found: Preview) -> Drawing:
        names, none = list(found.columns.names), (gettext(NONE), NONE)
        others = [none, *((name, name) for name in names)]
        return {
            self._text: gr.Dropdown(names, value=found.columns.text),
            self._label: gr.Dropdown(others, value=found.columns.label or NONE),
            self._rating: gr.Dropdown(others, value=found.columns.rating or NONE),
        }

    def _uploaded(self, path: str | None) -> Drawing:
        if path is None:
            return self.forget()
        return self.look(Brought(Path(path).name, Path(path)), Said())

    def _pasted(self, text: str | None) -> Drawing:
        return self.look(pasted(text or ""), Said())

    def _again(self, brought: Brought | None, said: Said) -> Drawing:
        return self.forget() if brought is None else self.look(brought, said)


def said_of_list(text: str, brought: Brought | None, *values: object) -> Said:
    """What a person says of a pasted list, where it is the one that was looked at last."""
    return said_of(*values) if brought == pasted(text) else Said()


def pasted(text: str) -> Brought:
    """A list that was pasted, as something that was brought."""
    return Brought(gettext("pasted list"), None, text)


def _without_meanings(said: Said) -> Said:
    """What is said of the values of one column says nothing of another's."""
    return Said(said.columns, {}, said.answers)


def _answers_alone(said: Said) -> Said:
    return Said(None, {}, said.answers)


def said_of(*values: object) -> Said:
    """What the components hold, in the order of `FileForm.said`. The names of all columns are the file's to say."""
    text, label, rating, encoding, delimiter, header, meanings = values
    chosen = [None if each in (NONE, None) else str(each) for each in (label, rating)]
    answers = Answers(
        encoding=str(encoding) if encoding in ENCODINGS else None,
        delimiter=str(delimiter) if delimiter in DELIMITER_NAMES and delimiter != AS_FOUND else None,
        header={"names": True, "a review": False}.get(str(header)),
    )
    given = meanings if isinstance(meanings, Mapping) else {}
    counts_as = {str(key): value for key, value in given.items() if value in ANSWERS.values()}
    return Said(Columns((), str(text), *chosen) if text else None, counts_as, answers)


def _header_key(header: bool | None) -> str:
    return AS_FOUND if header is None else "names" if header else "a review"
