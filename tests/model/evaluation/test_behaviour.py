"""Behavioural cases: when one is met, what the file must hold, and the counts, by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from model.errors import DataError, ReviewError
from model.evaluation.behaviour import Case, passes, read_cases, run
from model.metrics import Capability
from model.network.classify import classify

LABEL = {"capability": "plain", "kind": "label", "text": "A good film.", "label": "positive"}
PAIR = {"capability": "typos", "kind": "same", "text": "A good film.", "other": "A goood film."}


def case(kind: str, label: str | None = None) -> Case:
    return Case("plain", kind, "A good film.", None if kind == "label" else "A bad film.", label)


def written(folder: Path, value: object) -> Path:
    path = folder / "cases.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def without(fields: dict, name: str) -> dict:
    return {key: value for key, value in fields.items() if key != name}


@pytest.mark.parametrize(
    ("label", "probability", "met"),
    [
        ("positive", 0.51, True),
        ("positive", 0.5, False),
        ("positive", 0.1, False),
        ("negative", 0.49, True),
        ("negative", 0.5, True),
        ("negative", 0.9, False),
    ],
)
def test_a_label_is_met_on_its_side_of_one_half(label, probability, met):
    assert passes(case("label", label), probability) is met


@pytest.mark.parametrize(
    ("probability", "other", "met"),
    [
        (0.8, 0.8, True),
        (0.8, 0.89, True),
        (0.89, 0.8, True),
        (0.8, 0.91, False),
        (0.91, 0.8, False),
        (0.2, 0.25, True),
        (0.49, 0.51, False),
        (0.51, 0.49, False),
    ],
)
def test_two_texts_of_one_meaning_have_one_label_and_nearly_one_probability(probability, other, met):
    assert passes(case("same"), probability, other) is met


@pytest.mark.parametrize(
    ("probability", "other", "rises", "falls"),
    [(0.2, 0.3, True, False), (0.9, 0.95, True, False), (0.3, 0.2, False, True), (0.4, 0.4, False, False)],
)
def test_a_direction_is_met_by_any_step_that_way_and_by_no_standstill(probability, other, rises, falls):
    assert passes(case("rise"), probability, other) is rises
    assert passes(case("fall"), probability, other) is falls


@pytest.mark.parametrize("kind", ["same", "rise", "fall"])
def test_a_pair_with_one_probability_is_refused(kind):
    with pytest.raises(ValueError, match="two probabilities"):
        passes(case(kind), 0.5)


def test_cases_are_read_in_the_order_of_the_file(tmp_path):
    assert read_cases(written(tmp_path, [PAIR, LABEL])) == (
        Case("typos", "same", "A good film.", other="A goood film."),
        Case("plain", "label", "A good film.", label="positive"),
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "must be a list"),
        (LABEL, "must be a list"),
        ([], "at least one case"),
        ([LABEL, "A good film."], "Case 2 of 'cases.json' is not an object"),
        ([LABEL | {"kind": "maybe"}], "Case 1 of 'cases.json' is of an unknown kind"),
        ([LABEL | {"kind": ["label"]}], "unknown kind"),
        ([LABEL | {"kind": None}], "unknown kind"),
        ([without(LABEL, "kind")], "lacks: kind"),
        ([without(LABEL, "capability")], "lacks: capability"),
        ([without(LABEL, "text")], "lacks: text"),
        ([without(LABEL, "label")], "lacks: label"),
        ([LABEL, without(PAIR, "other")], "Case 2 of 'cases.json' lacks: other"),
        ([PAIR | {"kind": "rise", "label": "positive"}], "does not use: label"),
        ([LABEL | {"other": "A bad film."}], "does not use: other"),
        ([LABEL | {"text": "  "}], "needs text in: text"),
        ([PAIR | {"other": 3}], "needs text in: other"),
        ([LABEL | {"label": "neutral"}], "unknown label"),
    ],
)
def test_a_damaged_file_is_refused_in_one_sentence(tmp_path, value, message):
    with pytest.raises(DataError, match=message) as caught:
        read_cases(written(tmp_path, value))
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("content", [b"[{", b"\xff\xfe[]", b"", b"[" * 100_000])
def test_a_file_that_is_no_json_is_refused(tmp_path, content):
    path = tmp_path / "cases.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"'cases\.json' are missing or no readable JSON"):
        read_cases(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="missing"):
        read_cases(tmp_path / "none.json")


def test_a_rate_is_a_share_of_the_cases():
    assert Capability("irony", 3, 4).rate == 0.75


def test_a_run_counts_the_cases_that_are_met(tiny):
    low, high = sorted(["The film is good.", "The film is bad."], key=lambda text: classify(tiny, text).probability)
    assert classify(tiny, low).probability < classify(tiny, high).probability
    right = classify(tiny, low).label
    wrong = "negative" if right == "positive" else "positive"
    cases = [
        Case("plain", "label", low, label=right),  # met
        Case("steps", "rise", low, other=high),  # met
        Case("plain", "label", low, label=wrong),
        Case("steps", "fall", high, other=low),  # met
        Case("steps", "fall", low, other=high),
        Case("steps", "rise", high, other=low),
        Case("steps", "rise", high, other=high),
        Case("alike", "same", high, other=high.upper()),  # met: the vocabulary is in lower case
    ]
    assert run(tiny, cases) == (Capability("plain", 1, 2), Capability("steps", 2, 5), Capability("alike", 1, 1))


def test_a_run_without_cases_is_empty(tiny):
    assert run(tiny, ()) == ()


def test_a_run_refuses_a_text_that_cannot_be_read(tiny):
    with pytest.raises(ReviewError):
        run(tiny, [Case("plain", "label", " ", label="positive")])
