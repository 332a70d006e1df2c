"""The endpoints as they stand on a page: their names, their fields, and what they answer, without a server."""

from __future__ import annotations

import inspect

import gradio as gr
import pytest
from gradio.context import get_blocks_context

from tests.views.blocks import on_a_page
from views.api.endpoints import MAX_TEXTS, add_endpoints, endpoint_fields

REVIEW = "What a film, flembic!"


@pytest.fixture
def endpoints(explainer):
    """Each endpoint's function by its name."""

    def build():
        add_endpoints(explainer)
        return {each.api_name: each.fn for each in get_blocks_context().fns.values()}

    return on_a_page(build)


def test_the_guard_knows_every_endpoint_and_its_fields(endpoints, explainer):
    known = endpoint_fields(explainer)
    assert known.keys() == endpoints.keys() == {"classify", "explain", "score", "slices"}
    for name, function in endpoints.items():
        fields = inspect.signature(function).parameters
        assert tuple(fields) == known[name].names
        defaults = {each.name: each.default for each in fields.values() if each.default is not each.empty}
        assert defaults == known[name].defaults


def test_classify_gives_the_stated_fields(endpoints):
    found = endpoints["classify"](REVIEW)
    assert set(found) == {"version", "label", "probability", "logit", "tokens", "unknown", "truncated"}
    assert found["tokens"] == ["What", "a", "film", ",", "flembic", "!"]
    assert 4 in found["unknown"]
    assert found["truncated"] is False
    assert found["label"] == ("positive" if found["logit"] > 0 else "negative")


def test_explain_is_parallel_to_the_tokens_and_adds_up(endpoints):
    found = endpoints["explain"](REVIEW)
    assert len(found["scores"]) == len(found["tokens"]) == 6
    assert found["parity"] < 1e-5
    rise = found["logit"] - found["baseline_logit"]
    assert sum(found["scores"]) - rise == pytest.approx(found["delta"], abs=1e-4)
    for trace in ("layer1.forward", "layer1.backward", "layer2.forward", "layer2.backward"):
        assert set(found[trace]) == set("ifogch")
        assert all(len(values) == 6 for values in found[trace].values())
    assert endpoints["explain"](REVIEW, "saliency")["delta"] is None


def test_score_agrees_with_classify_and_says_what_was_skipped(endpoints):
    found = endpoints["score"](["a good film", "", "a dull film", 7, "good " * 1_200])
    assert [row["row"] for row in found["rows"]] == [0, 2, 4]
    assert [row["row"] for row in found["skipped"]] == [1, 3]
    assert [row["truncated"] for row in found["rows"]] == [False, False, True]
    alone = endpoints["classify"]("a good film")
    assert found["rows"][0]["logit"] == pytest.approx(alone["logit"], abs=0.02)
    assert found["rows"][0]["label"] == alone["label"]
    assert found["rows"][0]["tokens"] == 3


def test_slices_count_each_text_once_in_each_dimension(endpoints):
    texts = ["a good film", "not a good film ?", "a dull film", "but good"]
    found = endpoints["slices"](texts, ["positive", "negative", "positive", 1])
    assert found["rows"] == sum(found["outcomes"].values()) == 4
    right = found["outcomes"]["true positive"] + found["outcomes"]["true negative"]
    assert found["metrics"]["accuracy"] == pytest.approx(right / 4)
    for dimension in {each["dimension"] for each in found["slices"]}:
        assert sum(each["rows"] for each in found["slices"] if each["dimension"] == dimension) == 4


def test_slices_read_labels_as_one_column_and_ask_what_is_unclear(endpoints):
    texts = ["a good film", "a dull film", "a film"]
    found = endpoints["slices"](texts, [3, 1, 2])
    assert found["labels"] == [
        {"value": "1", "counts_as": "negative", "rows": 1},
        {"value": "2", "counts_as": "none", "rows": 1},
        {"value": "3", "counts_as": "positive", "rows": 1},
    ]
    with pytest.raises(gr.Error, match="in the field counts_as, such as"):
        endpoints["slices"](texts, [0, 2, 2])
    answered = endpoints["slices"](texts, [0, 2, 2], counts_as={"2": "positive"})
    assert answered["outcomes"]["unlabelled"] == 0
    with pytest.raises(gr.Error, match="positive, negative or none"):
        endpoints["slices"](texts, [0, 2, 2], counts_as={"2": "yes"})


BAD = [
    ("classify", ("",), "nothing to read"),
    ("classify", (None,), "must be text"),
    ("classify", (["good"],), "must be text"),
    ("classify", ("x" * 1_000_000,), "1,000,000 characters"),
    ("classify", ("(" * 20_000,), "in a row"),
    ("classify", ("good", "../../etc"), "no checkpoint of that name"),
    ("classify", ("good", {"a": 1}), "no checkpoint of that name"),
    ("explain", ("good", "deep lift"), "no such method"),
    ("explain", ("good", ["x"]), "no such method"),
    ("explain", ("good", "saliency", "blur"), "no such baseline"),
    ("score", ("good",), "must be lists"),
    ("score", ([],), "send at least one"),
    ("score", (["", " "],), "no row"),
    ("score", (["good"] * (MAX_TEXTS + 1),), "at most 1,000"),
    ("score", (["good"], "../x"), "no checkpoint of that name"),
    ("slices", (["good"], [1, 0]), "1 texts and 2 labels"),
]


@pytest.mark.parametrize(("name", "fields", "says"), BAD, ids=[f"{name}-{says}" for name, _, says in BAD])
def test_bad_input_gets_a_sentence(endpoints, name, fields, says):
    with pytest.raises(gr.Error, match=says):
        endpoints[name](*fields)
