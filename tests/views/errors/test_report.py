"""The report: everything of a person's is text, every figure has its numbers, and nothing outside is needed."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import metrics
from model.metrics import CalibrationBin, Metrics
from model.tables.labels import NO_LABEL
from model.workbench.overview import ConfidenceBin, KnownMetrics
from model.workbench.slices import SliceFinding
from tests.views.harmless import NASTY, Elements
from views.errors.report.report import MAX_ROWS, MAX_SHOWN, ReportConfusion, ReportContent, ReportRow, report_html

ROW = ReportRow(
    row=1_041,
    line=1_043,
    text="Not a good film,<br />but a great one.",
    label=1,
    logit=-1.25,
    probability=0.2227,
    category="negation",
    note="It reads great alone.",
    corrected=0,
    top_tokens=(("great", 1.234), ("Not", -0.8)),
)
BINS = (CalibrationBin(0.562, 0.6, 40), CalibrationBin(0.91, 0.875, 1_204))
BARS = (ConfidenceBin(0.5, 0.55, 21, 34, 3), ConfidenceBin(0.55, 1.0, 1_130, 57, 0))
SLICE = SliceFinding(
    "tokens", "over 1,000 (cut)", 300, 290, 87, 0.3, 0.25, 0.356, rest_rate=0.177, difference=0.123, p=0.0001, q=0.0004
)
CONTENT = ReportContent(
    file="reviews.csv",
    digest="0f" * 32,
    checkpoint="bilstm",
    rows=1_250,
    skipped=7,
    labelled=1_244,
    metrics=Metrics(0.9268, 0.9312, 0.9775, 0.1933, 0.0139),
    confusion=ReportConfusion(612, 40, 541, 51),
    reliability=BINS,
    histogram=BARS,
    slices=(SLICE, replace(SLICE, name="up to 100", rate=None, low=None, high=None, difference=None, q=None)),
    categories=(("negation", 12), ("irony", 0), ("", 2)),
    named=(ROW,),
    made="14 March 2026",
)
BARE = ReportContent("list.txt", "0f" * 32, "bilstm", 3, 0, 0, missing="No row has a label: accuracy needs them.")


def words(page):
    """What can be read of a page, with white space made one."""
    body = re.sub("<style>.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", body)).split())


def one_file(page):
    """Whether nothing outside is asked for and nothing runs."""
    for tag, attributes in Elements(page).found:
        assert tag not in {"script", "img", "iframe", "link", "object", "embed", "a", "base", "form", "image", "use"}
        assert not attributes.keys() & {"src", "href", "srcset", "xlink:href", "action", "data"}
        assert not [name for name in attributes if name.startswith("on")]
    assert not re.search(r"https?:|@import|url\((?!#hatch\))", page.split("</style>")[0])
    return True


@pytest.mark.parametrize("content", [CONTENT, BARE], ids=["full", "bare"])
def test_the_file_needs_nothing_else(content):
    assert one_file(report_html(content))
    assert "default-src 'none'" in report_html(content)


def test_every_figure_is_there_as_text():
    page = words(report_html(CONTENT))
    for said in (
        "reviews.csv", "bilstm", "1,250", "1,244", "7", "14 March 2026", "0f" * 32,
        "92.7 %", "0.9312", "0.9775", "0.1933", "1.39 %",
        "612 hits · 92.3 %", "51 mistakes · 7.7 %", "40 mistakes · 6.9 %", "541 hits · 93.1 %",
        "56.2 % 60.0 % 40", "91.0 % 87.5 % 1,204",
        "50 to 55 % 34 21 3", "55 to 100 % 57 1,130 0",
        "tokens over 1,000 (cut) 300 87 of 290 30.0 % 25.0 to 35.6 % +12.3 < 0.001 ◆",
        "tokens up to 100 300 87 of 290 – – – –",
        "negation 12", "no category 2", "14 rows with",
        "negation Row 1,041 line 1,043 of the file",
        "mistake · label positive · read as negative · P(positive) = 0.223 · logit −1.25 · label corrected to negative",
        "It reads great alone.", "great +1.23", "Not −0.80",
    ):  # fmt: skip
        assert said in page


def test_categories_without_rows_are_left_out():
    assert "irony" not in report_html(CONTENT)


def test_line_breaks_of_a_review_are_line_breaks():
    assert "Not a good film,\nbut a great one." in report_html(CONTENT)


def filled(said):
    """A report in which these words stand wherever a person's can."""
    row = replace(ROW, text=said, category=said, note=said, top_tokens=((said, 1.0),))
    slices = (replace(SLICE, name=said, dimension=said),)
    about = dict.fromkeys(("file", "checkpoint", "made", "missing"), said)
    return report_html(replace(CONTENT, named=(row,), categories=((said, 1),), slices=slices, **about))


def test_what_a_person_wrote_never_becomes_markup():
    page = filled(NASTY)
    assert one_file(page)
    assert [tag for tag, _ in Elements(page).found] == [tag for tag, _ in Elements(filled("harmless")).found]
    assert words(page).count(" ".join(NASTY.split())) == words(filled("harmless")).count("harmless") == 12


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_makes_a_file_that_can_be_saved(text):
    row = replace(ROW, text=text, category=text, note=text, top_tokens=((text, 1.0),))
    page = report_html(replace(CONTENT, file=text, named=(row,), categories=((text, 1),)))
    assert page.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)
    assert one_file(page)


def test_a_file_without_labels_says_what_its_measures_need():
    page = words(report_html(BARE))
    assert "No row has a label: accuracy needs them." in page
    assert "Where it errs" not in page
    assert "one by one" not in page


def test_measures_that_need_two_classes_may_be_missing_alone():
    page = words(report_html(replace(CONTENT, metrics=KnownMetrics(accuracy=0.75, log_loss=0.5, ece=0.1))))
    assert "accuracy 75.0 % F1 – ROC AUC – log loss 0.5000 calibration error 10.00 %" in page


def test_the_confusion_of_no_rows_divides_by_nothing():
    page = words(report_html(replace(CONTENT, confusion=ReportConfusion(3, 0, 0, 1))))
    assert "labelled negative ✗ 0 mistakes ✓ 0 hits" in page


def test_rows_without_a_label_are_neither_right_nor_wrong():
    row = replace(ROW, label=NO_LABEL, corrected=NO_LABEL, note="", category="", top_tokens=())
    page = words(report_html(replace(CONTENT, named=(row,))))
    assert "label none · read as negative · P(positive)" in page
    assert "mistake ·" not in page
    assert "corrected" not in page.split("one by one")[1]


def test_long_reviews_and_many_rows_are_cut_and_say_so():
    long = replace(ROW, text="start " + "word " * 2_000 + "end")
    page = report_html(replace(CONTENT, named=(long, *[ROW] * MAX_ROWS)))
    assert page.count("<article>") == MAX_ROWS
    assert "And 1 row more" in page
    left_out = len(long.text) - MAX_SHOWN
    assert f"{left_out:,} characters left out" in page
    assert re.search(r"start word.* word end<", page)


def marks(page, kind):
    """The attributes of the shapes of a kind, as numbers where they are."""
    tag, _, name = kind.partition(".")
    found = [each for found, each in Elements(page).found if found == tag and (not name or each.get("class") == name)]
    return [{key: float(value) for key, value in each.items() if re.fullmatch(r"[-\d.]+", value)} for each in found]


def test_points_lie_where_their_numbers_say():
    logits = np.linspace(-4, 4, 400)
    bins = metrics.calibration_bins(logits, np.arange(400) % 10 < 7)
    page = report_html(replace(BARE, reliability=bins))
    dots = marks(page, "circle")
    assert len(dots) == len(bins)
    for dot, bin_ in zip(dots, bins, strict=True):
        assert (dot["cx"] - 44) / 288 == pytest.approx((bin_.confidence - 0.5) / 0.5, abs=1e-3)
        floor = 0.5 if min(each.accuracy for each in bins) >= 0.5 else 0
        assert (188 - dot["cy"]) / 174 == pytest.approx((bin_.accuracy - floor) / (1 - floor), abs=1e-3)


def test_bars_are_as_high_as_their_counts_and_stand_on_one_another():
    page = report_html(replace(BARE, histogram=BARS))
    heights = [marks(page, f"rect.{kind}") for kind in ("mistake", "hit", "unlabelled")]
    assert [len(each) for each in heights] == [2, 2, 1]  # nothing is drawn for none
    for shapes, kind in zip(heights, ("mistakes", "hits", "unlabelled"), strict=True):
        counts = [getattr(bar, kind) for bar in BARS if getattr(bar, kind)]
        for shape, count in zip(shapes, counts, strict=True):
            assert shape["height"] == pytest.approx(174 * count / 2_000, abs=0.06)
    (mistakes, hits) = (each[1] for each in heights[:2])
    assert mistakes["y"] + mistakes["height"] == pytest.approx(188, abs=0.11)
    assert hits["y"] + hits["height"] == pytest.approx(mistakes["y"], abs=0.11)


@pytest.mark.parametrize(
    ("most", "top"), [(0, "4"), (3, "4"), (4, "4"), (9, "20"), (1_653, "2,000"), (80_001, "200,000")]
)
def test_the_counts_have_a_round_axis_that_holds_them(most, top):
    page = report_html(replace(BARE, histogram=(ConfidenceBin(0.5, 1.0, most, 0, 0),)))
    assert max(re.findall(r'text-anchor="end">([\d,]+)<', page), key=lambda tick: int(tick.replace(",", ""))) == top


def test_report_is_in_ink_and_only_the_tokens_wear_the_colours_of_the_verdict():
    page = report_html(CONTENT)
    assert "rect.mistake { fill: url(#hatch)" in page
    assert 'id="hatch"' in page
    tokens = [line for line in page.splitlines() if re.match(r"\.tokens \.(pos|neg) ", line)]
    assert len(tokens) == 2
    for colour in re.findall(r"#([0-9a-f]{6})\b", page):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
        grey = max(red, green, blue) - min(red, green, blue) < 24
        assert grey or any(colour in line for line in tokens)
    assert "color-scheme: light" in page
    assert "@media print" in page
    assert "size: A4" in page


def test_right_and_wrong_are_told_by_their_marks():
    page = words(report_html(CONTENT))
    assert "✓ 612 hits" in page
    assert "✗ 40 mistakes" in page
    assert "✗ mistake · label positive" in page


@pytest.mark.parametrize(
    ("corrected", "sentence"),
    [(1, "label looked at and right"), (0, "label corrected to negative"), (-2, "label unclear")],
)
def test_what_was_said_of_a_label_is_said(corrected, sentence):
    page = report_html(replace(CONTENT, named=(replace(ROW, label=1, corrected=corrected),)))
    assert sentence in page
