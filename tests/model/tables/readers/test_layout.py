"""How rows are laid out: delimiters, rows of names, titles, quoting; decided by the content, or as a person says."""

from __future__ import annotations

import pytest

from model.errors import DataError
from model.tables.dialect import HEADER, Answers
from model.tables.labels import NO_LABEL
from model.tables.readers.header import Header, header_of
from model.tables.table import BadRow, find_dialect, paste_table, read_table

ROWS = [("A warm film, and long", "positive"), ("A dull one", "negative"), ("I liked it", "positive")]


def parted(delimiter, *above):
    return "".join(f"{line}\n" for line in above) + "".join(f"{text}{delimiter}{label}\n" for text, label in ROWS)


def assert_rows(table):
    assert table.texts == tuple(text for text, _ in ROWS)
    assert table.labels.tolist() == [1, 0, 1]
    assert table.bad_count == 0


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_delimiters_are_found_whatever_the_commas(write, delimiter):
    assert_rows(read_table(write("a.csv", parted(delimiter, f"review{delimiter}sentiment"))))
    assert_rows(read_table(write("b.txt", parted(delimiter))))
    assert_rows(paste_table(parted(delimiter)))


@pytest.mark.parametrize("line", ["sep={}", '"sep={}"', "SEP={}"])
@pytest.mark.parametrize("delimiter", [";", "|", "^"])
def test_line_that_names_the_delimiter_is_obeyed_and_said(write, line, delimiter):
    table = read_table(write("a.csv", parted(delimiter, line.format(delimiter), f"review{delimiter}sentiment")))
    assert_rows(table)
    assert table.lines.tolist() == [3, 4, 5]
    assert f"'{delimiter}'" in table.dialect.notes[0]


@pytest.mark.parametrize(
    "above",
    [["Export of 3 March"], ["Export of 3 March", ""], ["# made by hand", "# for us"], ["Export, 3 March"], [";"]],
)
def test_title_is_stepped_over_and_said(write, above):
    table = read_table(write("a.csv", parted(";", *above, "review;sentiment")))
    assert_rows(table)
    assert table.dialect.header
    said = [each for each in above if each.strip(" ;")]
    assert [each for each in table.dialect.title if each] == said
    assert said == [] or said[0] in table.dialect.notes[0]


def test_narrow_row_in_a_table_without_names_is_skipped_and_told(write):
    table = read_table(write("a.csv", "only one\n" + parted(";") * 4))
    assert len(table.texts) == 12
    assert [bad.line for bad in table.bad] == [1]


def test_file_without_names_keeps_its_first_row(write):
    table = read_table(write("a.csv", '"2","Title","A warm film, and long"\n"1","Title","A dull one of many"\n' * 2))
    assert len(table.texts) == 4
    assert table.columns.names == ("label", "column 2", "text")
    assert (table.dialect.header, table.dialect.unclear) == (False, ())
    assert "no row of names" in table.dialect.notes[0]


def test_names_are_answered_either_way(write):
    path = write("a.csv", "good,one\nfine,two\nnice,three\nbest,four\n")
    content = "film,verdict\n" + parted(";").replace(",", "").replace(";", ",")
    named = write("b.csv", content)
    assert len(read_table(named).texts) == 3
    assert len(read_table(named, answers=Answers(header=False)).texts) == 4
    assert len(read_table(path, answers=Answers(header=True, delimiter=",")).texts) == 3
    found = read_table(path, answers=Answers(header=False, delimiter=","))
    assert (len(found.texts), found.dialect.header, found.dialect.unclear) == (4, False, ())


def test_row_of_names_that_is_unclear_is_said_to_be(write):
    dialect = find_dialect(write("a.csv", "up,a film\ndown,a fine film\nup,one more\ndown,two\nover,a film\n"))
    unclear = header_of([["what", "it"], ["a", "b"], ["c", "d"]])
    assert unclear == Header(found=True, sure=False)
    assert dialect.header is not None
    listed = find_dialect(write("b.txt", "film_text\nA film of note\nAnother film of note\n"))
    assert listed.unclear == (HEADER,)
    assert "say so" in listed.notes[-1]


def test_label_words_in_a_first_row_are_no_names():
    assert not header_of(
        [["positive", "A warm film"], ["negative", "A dull film"], ["positive", "One more film"]]
    ).found
    assert header_of([["label", "said"], ["positive", "A warm film"], ["negative", "A dull film"]]) == Header(
        True, True
    )


def test_delimiter_can_be_chosen(write):
    path = write("a.txt", "A film, of note\nAnother, longer one\n")
    assert len(read_table(path).columns.names) == 1
    assert len(read_table(path, answers=Answers(delimiter=",")).columns.names) == 2
    with pytest.raises(DataError, match="cannot be parted by 'x'"):
        read_table(path, answers=Answers(delimiter="x"))


# Quotation marks


def test_lone_marks_in_a_tab_separated_file_are_characters(write):
    texts = ['" A triumph , she said .', "dull", 'the end "', '"whole"', 'so "so" so', '""']
    content = "sentence\tlabel\n" + "".join(f"{text}\t{place % 2}\n" for place, text in enumerate(texts))
    table = read_table(write("a.tsv", content))
    assert table.texts == tuple(texts)
    assert table.lines.tolist() == [2, 3, 4, 5, 6, 7]


def test_two_lone_marks_do_not_swallow_what_is_between(write):
    rows = ['" begins\t1', "one\t0", "two\t1", "three\t0", 'ends "\t1', "four\t0"]
    assert len(read_table(write("a.tsv", "text\tlabel\n" + "\n".join(rows))).texts) == 6


def test_text_over_lines_that_a_spreadsheet_quotes_in_tabs_is_one_row(write):
    table = read_table(write("a.tsv", 'text\tlabel\n"a film\nof ""note"""\t1\nanother\t0\n'))
    assert table.texts == ('a film\nof "note"', "another")
    assert table.lines.tolist() == [2, 4]


def test_mark_after_a_backslash_is_kept(write):
    rows = "".join(f'"He said \\"wow\\", {text}",{label}\n' for text, label in ROWS)
    table = read_table(write("a.csv", "review,sentiment\n" + rows))
    assert table.texts == tuple(f'He said "wow", {text}' for text, _ in ROWS)


def test_backslash_at_the_end_of_a_cell_escapes_nothing(write):
    table = read_table(write("a.csv", 'text,label\n"a path, C:\\",1\n"another, D:\\",0\n"""quoted""",1\n'))
    assert table.texts == ("a path, C:\\", "another, D:\\", '"quoted"')


def test_marks_that_a_careless_program_did_not_double_are_kept(write):
    table = read_table(write("a.csv", 'text,label\n"He said "wow" and left",1\n"Great" film,0\n"a, b",1\n'))
    assert table.texts == ('He said "wow" and left', '"Great" film', "a, b")


def test_damage_is_told_where_it_starts_and_reading_goes_on(write):
    content = (
        'text,label\n"a film\nof two lines",1\n"never closed,0\n"fine, really",1\n"nor this,0\nplain,1\n"last, one",0\n'
    )
    table = read_table(write("a.csv", content))
    assert table.texts == ("a film\nof two lines", "fine, really", "plain", "last, one")
    reason = "a quotation mark that opens here is never closed"
    assert table.bad == (BadRow(4, reason), BadRow(6, reason))


def test_empty_cells_at_the_end_and_spaces_after_commas_cost_nothing(write):
    assert_rows(
        read_table(
            write(
                "a.csv",
                'review,sentiment\n"A warm film, and long",positive,\nA dull one,negative,,\nI liked it,positive,\n',
            )
        )
    )
    assert_rows(
        read_table(
            write(
                "b.csv",
                'review, sentiment\n"A warm film, and long", positive\nA dull one, negative\nI liked it, positive\n',
            )
        )
    )
    assert_rows(
        read_table(
            write(
                "c.csv",
                'review,sentiment,\n"A warm film, and long",positive\nA dull one,negative\nI liked it,positive\n',
            )
        )
    )


def test_byte_order_mark_before_a_quoted_cell_inside_a_file_does_no_harm(write):
    table = read_table(
        write("a.csv", '\ufeffreview,sentiment\n\ufeff"A warm film, and long",positive\nA dull one,negative\n')
    )
    assert table.texts == ("A warm film, and long", "A dull one")


def test_names_that_stand_once_more_are_told(write):
    table = read_table(write("a.csv", "review,sentiment\nA film,positive\nreview,sentiment\nAnother,negative\n"))
    assert table.bad == (BadRow(3, "the names of the columns once more"),)


def test_single_column_that_is_quoted_is_a_table(write):
    table = read_table(write("a.csv", 'text\n"a film, of\ntwo lines"\nplain\n"said ""no"""\n'))
    assert table.texts == ("a film, of\ntwo lines", "plain", 'said "no"')


def test_list_of_sentences_is_not_parted_at_its_commas(write):
    lines = ("Good, really.", "Bad, dull.", "Fine, so, so.", "Well; no | yes.")
    table = read_table(write("a.csv", "\n".join(lines)))
    assert table.texts == lines
    assert set(table.labels.tolist()) == {NO_LABEL}


@pytest.mark.parametrize(
    "lines",
    [
        "A film.\tpositive\nAnother.\tnegative",
        "positive\tA film.\nnegative\tAnother.",
        "A film.,positive\nAnother.,negative",
        "A film.\t1\nAnother.\t0",
    ],
)
def test_two_labelled_lines_are_two_reviews(lines):
    table = paste_table(lines)
    assert table.texts == ("A film.", "Another.")
    assert table.labels.tolist() == [1, 0]


def test_one_labelled_line_is_a_review():
    table = paste_table("good film\tpositive")
    assert (table.texts, table.labels.tolist()) == (("good film",), [1])


@pytest.mark.parametrize("flags", ["1,A film\n0,Another", "yes,A film\nno,Another"])
def test_verdict_may_name_a_column_of_flags(write, flags):
    table = read_table(write("a.csv", f"positive,text\n{flags}\n"))
    assert table.texts == ("A film", "Another")
    assert table.labels.tolist() == [1, 0]


def test_names_of_columns_may_be_lacking_but_for_one(write):
    table = read_table(write("a.tsv", "text\t\nA film\tx\nB film\ty\n"))
    assert table.texts == ("A film", "B film")
    assert table.dialect.title == ()
