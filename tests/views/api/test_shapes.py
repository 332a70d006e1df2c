"""The answers of the endpoints: names and types of their fields, pinned for each version of them.

A field that is renamed, taken away or of another type breaks programs: it needs a new `VERSION`, its shapes here, and a
line in CHANGELOG.md. One that is added is added here.
"""

from __future__ import annotations

import json

import pytest
from gradio.context import get_blocks_context

from tests.conftest import ROOT
from tests.views.blocks import on_a_page
from views.api.endpoints import VERSION, add_endpoints

TEXTS = ["a good film", "", "a dull film", "not good", "a great film !"]
LABELS = ["positive", "positive", "negative", "negative", ""]
CALLS = {
    "classify": [("a good film",), ("flembic",)],
    "explain": [("a good film",), ("a good film", "saliency")],
    "score": [(TEXTS,)],
    "slices": [(TEXTS, LABELS), (TEXTS[:1], LABELS[:1])],
}
TRACE = {symbol: ["float"] for symbol in "ifogch"}
SKIPPED = [{"row": "int", "reason": "str"}]
SHAPES = {
    1: {
        "classify": {
            "version": "int",
            "label": "str",
            "probability": "float",
            "logit": "float",
            "tokens": ["str"],
            "unknown": ["int"],
            "truncated": "bool",
        },
        "explain": {
            "version": "int",
            "tokens": ["str"],
            "scores": ["float"],
            "target": "str",
            "logit": "float",
            "baseline_logit": "float | null",
            "delta": "float | null",
            "steps": "int | null",
            "parity": "float",
            "layer1.forward": TRACE,
            "layer1.backward": TRACE,
            "layer2.forward": TRACE,
            "layer2.backward": TRACE,
        },
        "score": {
            "version": "int",
            "rows": [
                {
                    "row": "int",
                    "probability": "float",
                    "logit": "float",
                    "tokens": "int",
                    "unknown": "int",
                    "truncated": "bool",
                    "label": "str",
                }
            ],
            "skipped": SKIPPED,
        },
        "slices": {
            "version": "int",
            "rows": "int",
            "metrics": {
                "accuracy": "float",
                "f1": "float | null",
                "roc_auc": "float | null",
                "log_loss": "float",
                "ece": "float",
            },
            "missing": "str",
            "labels": [{"value": "str", "counts_as": "str", "rows": "int"}],
            "outcomes": dict.fromkeys(
                ("true positive", "false positive", "true negative", "false negative", "unlabelled"), "int"
            ),
            "slices": [
                {
                    "dimension": "str",
                    "name": "str",
                    "rows": "int",
                    "labelled": "int",
                    "errors": "int",
                    "rate": "float | null",
                    "low": "float | null",
                    "high": "float | null",
                    "rest_rate": "float",
                    "difference": "float | null",
                    "p": "float | null",
                    "q": "float | null",
                    "stands_out": "bool",
                }
            ],
            "skipped": SKIPPED,
        },
    }
}


def shape(values: list) -> object:
    """What values that stand at one place have in common: names of fields, kinds of what they hold."""
    if all(isinstance(value, dict) for value in values):
        assert len({frozenset(value) for value in values}) == 1, "fields that come and go"
        return {name: shape([value[name] for value in values]) for name in values[0]}
    if all(isinstance(value, list) for value in values):
        inner = [each for value in values for each in value]
        return [shape(inner)] if inner else []
    kinds = {"null" if value is None else type(value).__name__ for value in values}
    return " | ".join(sorted(kinds - {"int"} if "float" in kinds else kinds))


@pytest.fixture
def found(explainer):
    """The shape of each endpoint's answers, as a program reads them."""

    def build():
        add_endpoints(explainer)
        return {each.api_name: each.fn for each in get_blocks_context().fns.values()}

    endpoints = on_a_page(build)
    answers = {name: [endpoints[name](*fields) for fields in calls] for name, calls in CALLS.items()}
    return {name: shape(json.loads(json.dumps(each))) for name, each in answers.items()}


def test_answers_have_the_names_and_types_of_their_version(found):
    assert found == SHAPES[VERSION]


def test_every_answer_says_its_version(found):
    assert all(next(iter(fields)) == "version" for fields in found.values())


def test_changelog_tells_of_every_version_and_the_readme_of_every_field():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for version in SHAPES:
        assert f"version {version} of the endpoints' answers" in " ".join(changelog.split()).lower()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, fields in SHAPES[VERSION].items():
        (row,) = [line for line in readme.splitlines() if line.startswith(f"| `/{name}` |")]
        assert [field for field in fields if f"`{field}`" not in row] == []
