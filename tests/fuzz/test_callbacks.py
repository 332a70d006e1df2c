"""Whatever is sent to any event of the page, or to any endpoint: no fault of the server, and the next is served.

    GATESCOPE_FUZZ=10000 python -m pytest tests/fuzz

sends a third of so many inputs to each of what is tested here; without it a few, the same ones each time.
"""

from __future__ import annotations

import json
import os
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.conftest import MARK

INPUTS = int(os.environ.get("GATESCOPE_FUZZ", "0"))
FUZZED = settings(
    max_examples=INPUTS // 3 or 60,
    derandomize=not INPUTS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", " ", "\0", "\ud800", "🤦🏽", "a\r\nb", "=1+1", "../../etc/hosts", "<img src=x onerror=1>", "(" * 3_000]
    ),
    st.sampled_from(["bilstm", "rnn", "forward", "f", "zero", "saliency", "CSV", "all"]),
)
NUMBERS = st.one_of(
    st.integers(-3, 30),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([2**63, -(2**70), 1e308]),
)
JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(TEXTS, st.sampled_from(["path", "meta", "value", "row"])), inner, max_size=4),
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def events(app) -> list[tuple[int, list[st.SearchStrategy]]]:
    """Each event of the page: its number, and what each of its inputs may be given."""
    config = app.get("config").json()
    components = {each["id"]: each for each in config["components"]}
    return [
        (each["id"], [fitting(components[number]) for number in each["inputs"]])
        for each in config["dependencies"]
        if each["backend_fn"]
    ]


def fitting(component) -> st.SearchStrategy:
    """What a component of its kind sends, or anything else."""
    kind, choices = component["type"], component["props"].get("choices") or []
    typed = TEXTS.map(lambda text: f"{MARK} {text}")
    usual = {"textbox": typed, "number": NUMBERS, "slider": NUMBERS, "checkbox": st.booleans(), "state": st.none()}
    own = st.sampled_from([value for _, value in choices]) if choices else usual.get(kind, JUNK)
    return own if kind == "state" else st.one_of(own, own, JUNK)


def unharmed(answer: str) -> None:
    for never in ("Traceback", "site-packages", os.getcwd(), "/tmp/"):
        assert never not in answer


def served(app) -> None:
    """The next request gets its answer."""
    event = app.post("gradio_api/call/classify", json={"data": ["a good film"]}).json()["event_id"]
    assert "event: complete" in app.get(f"gradio_api/call/classify/{event}").text


def test_any_values_of_any_event_of_the_page(app, events):
    @FUZZED
    @given(st.data())
    def sends(data):
        number, inputs = data.draw(st.sampled_from(events))
        values = data.draw(
            st.one_of(st.tuples(*inputs).map(list), st.tuples(*inputs).map(list), st.lists(JUNK, max_size=5))
        )
        visit = uuid.uuid4().hex
        sent = {
            "data": values,
            "fn_index": number,
            "session_hash": visit,
            "event_data": data.draw(st.one_of(st.none(), JUNK)),
        }
        found = app.post("gradio_api/queue/join", content=json.dumps(sent))
        assert found.status_code < 500, found.text
        unharmed(found.text)
        if found.status_code == 200:
            unharmed(app.get("gradio_api/queue/data", params={"session_hash": visit}).text)

    sends()
    served(app)


FIELDS = {"classify": 2, "explain": 4, "score": 2, "slices": 4}


def test_any_fields_of_any_endpoint(app):
    @FUZZED
    @given(st.sampled_from(sorted(FIELDS)), st.data())
    def sends(name, data):
        typed = TEXTS.map(lambda text: f"{MARK} {text}")
        listed = st.lists(st.one_of(typed, NUMBERS, JUNK), max_size=4)
        fields = data.draw(st.lists(st.one_of(typed, listed, JUNK), min_size=1, max_size=FIELDS[name]))
        found = app.post(f"gradio_api/call/{name}", content=json.dumps({"data": fields}))
        assert found.status_code < 500, found.text
        unharmed(found.text)
        if found.status_code == 200:
            answer = app.get(f"gradio_api/call/{name}/{found.json()['event_id']}").text
            unharmed(answer)
            kind, _, said = answer.strip().rpartition("event: ")[2].partition("\n")
            assert kind == "complete" or json.loads(said.removeprefix("data: "))["error"], (name, fields)

    sends()
    served(app)


def test_any_body_of_any_address_that_takes_one(app):
    @FUZZED
    @given(st.sampled_from(["queue/join", "call/classify", "call/v2/explain", "run/predict", "cancel", "reset"]), JUNK)
    def sends(name, body):
        found = app.post(f"gradio_api/{name}", content=json.dumps(body))
        assert found.status_code < 500, (name, body, found.text)
        unharmed(found.text)

    sends()
    served(app)
