"""Sentences as visitors type them: what the file must hold, and the measures, by hand."""

from __future__ import annotations

import csv
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from model.errors import DataError, ReviewError
from model.evaluation.sentences import Sentence, measure_sentences, read_sentences
from model.metrics import Capability
from model.network import checkpoint
from model.network.checkpoint import Checkpoint
from model.network.classify import classify

HEADER = ["text", "label", "kind", "half"]
GOOD = ["good film", "positive", "plain", "steering"]
WHOLE = [
    GOOD,
    ["bad film", "negative", "plain", "reporting"],
    ["a film", "none", "plot", "steering"],
    ["the film", "none", "plot", "reporting"],
]
TEXTS = ("the film is good", "the film is bad", "not good but dull", "great")


def written(folder: Path, rows: list[list[str]], header: list[str] = HEADER) -> Path:
    path = folder / "made.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def judged(tiny: Checkpoint, text: str, right: bool, kind: str) -> list[str]:
    """A row of the steering half whose label the small checkpoint meets, or does not."""
    label = classify(tiny, text).label
    return [text, label if right else {"positive": "negative", "negative": "positive"}[label], kind, "steering"]


def test_sentences_are_read_in_the_order_of_the_file(tmp_path):
    found = read_sentences(written(tmp_path, WHOLE))
    assert found[0] == Sentence("good film", "positive", "plain", "steering")
    assert [sentence.text for sentence in found] == [row[0] for row in WHOLE]


def test_a_text_may_have_commas_quotes_and_signs_beyond_the_basic_plane(tmp_path):
    text = 'so, "good" 🍿'
    assert read_sentences(written(tmp_path, [[text, *GOOD[1:]], *WHOLE[1:]]))[0].text == text


def test_records_are_frozen(tmp_path):
    with pytest.raises(FrozenInstanceError):
        read_sentences(written(tmp_path, WHOLE))[0].label = "none"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([*WHOLE, GOOD[:3]], "Row 5 of 'made.csv' has 3 cells, not 4"),
        ([*WHOLE, [*GOOD, ""]], "Row 5 of 'made.csv' has 5 cells, not 4"),
        ([*WHOLE, []], "Row 5 of 'made.csv' has 0 cells"),
        ([["  ", *GOOD[1:]], *WHOLE], "Row 1 of 'made.csv' lacks its text"),
        ([["fine", "positive", "", "steering"], *WHOLE], "Row 1 of 'made.csv' lacks its text or its kind"),
        ([["fine", "neutral", "plain", "steering"], *WHOLE], "Row 1 .* unknown label; .*: positive, negative, none"),
        ([["fine", "", "plain", "steering"], *WHOLE], "unknown label"),
        ([["fine", "none", "plain", "both"], *WHOLE], "Row 1 .* unknown half; .*: steering, reporting"),
        ([*WHOLE, GOOD], "one text twice"),
        ([], "with and some without a verdict, in both halves"),
        (WHOLE[:2], "with and some without a verdict, in both halves"),
        ([WHOLE[0], WHOLE[2], WHOLE[3]], "with and some without a verdict, in both halves"),
    ],
)
def test_a_spoilt_file_is_refused_in_one_sentence(tmp_path, rows, message):
    with pytest.raises(DataError, match=message) as caught:
        read_sentences(written(tmp_path, rows))
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    "header", [GOOD, HEADER[:3], [*HEADER, "rating"], [*reversed(HEADER)], ["\ufefftext", *HEADER[1:]]]
)
def test_other_columns_are_refused(tmp_path, header):
    with pytest.raises(DataError, match="need the columns text, label, kind, half, in this order"):
        read_sentences(written(tmp_path, WHOLE, header))


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b'text,label,kind,half\r\n"good,', b'text,label,kind,half\r\n"a"b,c,d,e']
)
def test_a_file_that_is_no_csv_is_refused(tmp_path, content):
    path = tmp_path / "made.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"'made\.csv' are missing or no readable CSV"):
        read_sentences(path)


def test_an_empty_file_lacks_its_columns(tmp_path):
    path = tmp_path / "made.csv"
    path.touch()
    with pytest.raises(DataError, match="need the columns"):
        read_sentences(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="missing"):
        read_sentences(tmp_path / "none.csv")


def test_one_half_is_counted_by_kind_and_the_other_left_alone(tiny, tmp_path):
    rows = [
        judged(tiny, TEXTS[0], True, "irony"),
        judged(tiny, TEXTS[1], False, "plain"),
        ["a film", "none", "plot", "steering"],
        judged(tiny, TEXTS[2], True, "plain"),
        judged(tiny, TEXTS[3], True, "plain"),
        ["bad film", "negative", "typos", "reporting"],
        ["the film", "none", "talk", "reporting"],
    ]
    found = measure_sentences(tiny, "steering", written(tmp_path, rows))
    assert (found.sentences, found.without_verdict) == (4, 1)
    assert found.accuracy == 0.75
    assert found.kinds == (Capability("irony", 1, 1), Capability("plain", 2, 3))


def test_the_calibration_error_is_the_gap_between_confidence_and_what_was_right(tiny, tmp_path):
    rows = [judged(tiny, TEXTS[0], False, "plain"), ["a film", "none", "plot", "steering"], *WHOLE[1:2], *WHOLE[3:]]
    probability = classify(tiny, TEXTS[0]).probability
    found = measure_sentences(tiny, "steering", written(tmp_path, rows))
    assert found.ece == pytest.approx(max(probability, 1 - probability))
    assert found.accuracy == 0


def test_without_a_verdict_doubts_are_counted_and_distances_averaged(tiny, tmp_path):
    rows = [[text, "none", "talk", "steering"] for text in TEXTS]
    predictions = [classify(tiny, text) for text in TEXTS]
    found = measure_sentences(tiny, "steering", written(tmp_path, [*rows, *WHOLE]))
    predictions.append(classify(tiny, "a film"))
    assert found.without_verdict == 5
    assert found.doubtful == sum(prediction.doubtful for prediction in predictions) / 5
    assert found.distance == pytest.approx(sum(abs(prediction.probability - 0.5) for prediction in predictions) / 5)
    assert found.sentences == 1


def test_a_sentence_that_cannot_be_read_is_refused(tiny, tmp_path):
    with pytest.raises(ReviewError):
        measure_sentences(tiny, "steering", written(tmp_path, [["\u200b", *GOOD[1:]], *WHOLE]))


@pytest.mark.parametrize("half", ["steering", "reporting"])
def test_the_shipped_sentences_are_measured_as_shares(half):
    found = measure_sentences(checkpoint.load("bilstm"), half)
    assert found.sentences == sum(kind.cases for kind in found.kinds) == 124
    assert found.accuracy == sum(kind.passed for kind in found.kinds) / 124
    assert found.without_verdict == 26
    assert 0.5 < found.accuracy <= 1
    assert 0 <= found.ece <= 0.5
    assert 0 <= found.doubtful <= 1
    assert 0 <= found.distance <= 0.5
