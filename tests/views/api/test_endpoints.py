"""What the endpoints answer, below the running app."""

from __future__ import annotations

import gradio as gr
import pytest
from gradio.context import LocalContext

from model.errors import ReviewError
from model.reading.explanation import Question
from views.api import endpoints


def test_means_for_programs_are_named_by_layer_and_direction(explainer):
    explanation = explainer.explain(Question("Not a good film, but great!", "bilstm"))
    means = endpoints._means(explanation.gates)
    assert list(means) == ["layer1.forward", "layer1.backward", "layer2.forward", "layer2.backward"]
    assert list(means["layer1.backward"]) == list("ifogch")
    assert means["layer1.backward"]["f"] == pytest.approx(explanation.gates.of(1, "backward").values("f").mean(axis=1))


def test_refusal_is_said_to_programs_as_an_error():
    with pytest.raises(gr.Error, match="There is no such word") as caught, endpoints.Refusals():
        raise ReviewError("There is no such word.")
    assert caught.value.visible
    assert not caught.value.print_exception


def test_refusal_on_the_page_is_headed_by_what_it_is(monkeypatch):
    """An error's own title is not shown by Gradio 6, which heads each by "Error"."""
    told = []
    monkeypatch.setattr(gr, "Warning", lambda message, title: told.append((title, message)))
    token = LocalContext.event_id.set("an event of a page")
    try:
        with pytest.raises(gr.Error, match="There is no such word") as caught, endpoints.Refusals():
            raise ReviewError("There is no such word.")
    finally:
        LocalContext.event_id.reset(token)
    assert told == [("Not possible", "Not possible: There is no such word.")]
    assert not caught.value.visible
