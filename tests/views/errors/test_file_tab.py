"""The form of a file: looked at before it is scored, read as a person says, forgotten when it is cleared."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import pytest

from model.errors import DataError, UnclearError
from model.tables.dialect import Answers
from tests.views.blocks import on_a_page
from tests.views.errors.pages import text_of
from views.errors.file_tab import AS_FOUND, NONE, FileForm, pasted, said_of, said_of_list
from views.errors.preview import Brought, Said, look_at, preview_card, read


@pytest.fixture
def form():
    def build():
        form = FileForm(gr.HTML())
        form.listen(gr.File(), gr.Textbox(), gr.Button())
        return form

    return on_a_page(build)


def brought(folder: Path, content: str | bytes, name: str = "reviews.csv") -> Brought:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Brought(name, path)


def values_of(form: FileForm, drawing) -> list[object]:
    """What the components hold after a drawing, as the listeners get it."""
    held = [drawing[each] for each in form.said]
    return [each.value if hasattr(each, "value") else each for each in held]


def test_what_is_uploaded_is_shown_and_not_scored(form, tmp_path):
    file = brought(tmp_path, "text,label\na good film,1\na dull film,0\n")
    drawing = form._uploaded(str(file.path))
    assert drawing[form.brought] == file
    shown = text_of(drawing[form._preview])
    assert "2 rows to read" in shown
    assert "a good film" in shown
    assert values_of(form, drawing)[:3] == ["text", "label", NONE]


def test_a_file_that_is_cleared_cannot_be_scored(form, tmp_path):
    form._uploaded(str(brought(tmp_path, "text\na good film\n").path))
    drawing = form.forget()
    assert drawing[form.brought] is None
    assert drawing[form._preview] == ""
    with pytest.raises(DataError, match="Choose a file first"):
        read(drawing[form.brought], Said())


def test_a_file_that_cannot_be_read_is_told_and_forgotten(form, tmp_path):
    drawing = form._uploaded(str(brought(tmp_path, "").path))
    assert drawing[form.brought] is None
    assert "reviews.csv" in text_of(drawing[form._told])


def test_what_a_label_counts_as_can_be_said_and_is_read_so(form, tmp_path):
    file = brought(tmp_path, "text,label\na good film,1\na dull film,2\nfine,1\n")
    before = form.look(file, Said())
    values = values_of(form, before)
    values[-1] = {"1": 1, "2": 0}
    said = said_of(*values)
    assert read(file, said).labels.tolist() == [1, 0, 1]
    drawing = form._again(file, said)
    assert drawing[form._meanings] == {"1": 1, "2": 0}
    assert "2 positive, 1 negative" in text_of(drawing[form._preview])


@pytest.mark.parametrize("labels", [("yea", "nay"), ("7", "5"), ("2", "4"), ("A", "B")])
def test_what_is_unclear_is_asked_and_not_scored_before_it_is_answered(tmp_path, labels):
    file = brought(tmp_path, "text,label\na good film,{}\na dull film,{}\n".format(*labels))
    found = look_at(file, Said())
    (question,) = found.questions
    assert question in text_of(preview_card(found))
    assert text_of(preview_card(found)).count("please say") == len(found.reading.asked) > 0
    with pytest.raises(UnclearError, match="Say of each"):
        read(file, Said())
    answered = Said(counts_as={value.value: int(value.shown == labels[0]) for value in found.reading.values})
    assert look_at(file, answered).questions == ()
    assert read(file, answered).labels.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("content", "said"),
    [("text,label\n", "add a review in each row"), ("text,label\n,1\n ,0\n", "choose other columns, or mend the file")],
)
def test_what_has_no_row_to_read_cannot_be_scored_and_says_why(form, tmp_path, content, said):
    drawing = form._uploaded(str(brought(tmp_path, content).path))
    assert not drawing[form.score].interactive
    assert said in text_of(drawing[form._preview])
    assert form._uploaded(str(brought(tmp_path, "text,label\nfine,pos\n").path))[form.score].interactive


def test_another_answer_about_the_header_reads_the_first_row(form, tmp_path):
    file = brought(tmp_path, "a good film,1\na dull film,0\ngreat,1\n")
    drawing = form.look(file, Said(answers=Answers(header=False)))
    assert "3 rows to read" in text_of(drawing[form._preview])
    assert values_of(form, drawing)[5] == "a review"
    assert len(read(file, said_of(*values_of(form, drawing))).texts) == 3


@pytest.mark.parametrize(("sign", "rows"), [(";", 2), ("", 2), (",", 1)])
def test_what_parts_the_cells_can_be_said(form, tmp_path, sign, rows):
    file = brought(tmp_path, "a film, a good one; positive\na dull film; negative\n")
    drawing = form.look(file, Said(answers=Answers(delimiter=sign, header=False)))
    assert values_of(form, drawing)[4] == sign
    table = read(file, said_of(*values_of(form, drawing)))
    assert (len(table.texts), table.labels.tolist()) == (rows, [1, 0] if sign == ";" else [-1] * rows)


def test_list_in_whose_lines_cells_may_be_parted_says_so(form, tmp_path):
    drawing = form.look(brought(tmp_path, "a film, a good one; yea\na dull film; well made; nay\n"), Said())
    assert "In most lines there is a “;”" in text_of(drawing[form._preview])


def test_file_is_scored_when_what_must_be_said_is_said(form, tmp_path):
    file = brought(tmp_path, "text,label\na good film,yea\na dull film,nay\n")
    asked = form.look(file, Said())
    assert asked[form.score].interactive is False
    assert "2 rows; how many are read depends on the answer" in text_of(asked[form._preview])
    said = form.look(file, Said(counts_as={"yea": 1, "nay": 0}))
    assert said[form.score].interactive is True
    assert "2 rows to read" in text_of(said[form._preview])


def test_what_is_pasted_is_read_like_a_file(form, tmp_path):
    content = "text\tlabel\na good film\tpositive\na dull film\tnegative\n"
    pasted = form._pasted(content)
    file = form.look(brought(tmp_path, content), Said())
    said = said_of(*values_of(form, pasted))
    assert values_of(form, pasted) == values_of(form, file)
    table, same = read(pasted[form.brought], said), read(file[form.brought], said)
    assert (table.texts, table.labels.tolist()) == (same.texts, same.labels.tolist())


def test_what_components_may_hold_is_taken_for_an_answer_or_nothing():
    assert said_of(None, None, None, AS_FOUND, AS_FOUND, AS_FOUND, None) == Said()
    odd = said_of("text", NONE, None, "no such", "no such", "no such", {"1": 7, "2": 0})
    assert odd.counts_as == {"2": 0}
    assert odd.answers == Answers()
    assert (odd.columns.text, odd.columns.label, odd.columns.rating) == ("text", None, None)


def test_preview_is_text_and_no_markup(tmp_path):
    hostile = "<img src=x onerror=alert(1)>"
    found = look_at(brought(tmp_path, f"text,label\n{hostile},{hostile}\na good film,1\n"), Said())
    assert "<img" not in preview_card(found)


def test_answers_about_a_list_are_of_that_list_alone():
    values = ("text", "label", NONE, AS_FOUND, AS_FOUND, AS_FOUND, {"1": 0})
    assert said_of_list("a\t1", pasted("a\t1"), *values).counts_as == {"1": 0}
    assert said_of_list("b\t1", pasted("a\t1"), *values) == Said()
    assert said_of_list("a\t1", None, *values) == Said()
