"""The endpoints as they stand on a page: their names, their fields, and what they answer, without a server."""

from __future__ import annotations

import inspect

import pytest
from gradio.context import get_blocks_context

from tests.views.blocks import on_a_page
from views.api.endpoints import add_endpoints, endpoint_fields

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
    assert set(found) == {"label", "probability", "logit", "tokens", "unknown", "truncated"}
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
