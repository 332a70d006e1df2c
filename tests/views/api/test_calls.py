"""Calls of callbacks: each is counted, refused when the page is closed, and logged without a word of what was typed."""

from __future__ import annotations

import json
import logging
from contextvars import copy_context

import gradio as gr
import pytest

from model.errors import ReviewError
from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.worker import Worker
from tests.views.blocks import built
from views.api.calls import LOGGER, Call, Calls
from views.api.log import JsonLines, TextLines
from views.locale.languages import LANGUAGES

WORD = "quixotry"


@pytest.fixture
def logged(caplog, monkeypatch):
    """The calls that were logged, in order."""
    monkeypatch.setattr(LOGGER, "propagate", True)
    caplog.set_level(logging.INFO, LOGGER.name)
    return lambda: [record.msg for record in caplog.records if record.name == LOGGER.name]


@pytest.fixture
def watched():
    """A callback as it stands behind `Calls`: an endpoint if it has a name, else an event in a queue."""

    def watch(callback, calls: Calls | None = None, name: str | None = None, queue: str | None = None):
        def page():
            with gr.Blocks(analytics_enabled=False) as blocks:
                box = gr.Textbox()
                how = {"api_name": name} if name else {"api_visibility": "private"}
                box.submit(callback, box, box, concurrency_id=queue, **how)
            (calls or Calls()).watch(blocks)
            return next(iter(blocks.fns.values())).fn

        return built(page)

    return watch


def test_what_was_read_and_by_whom_is_counted(watched, logged, explainer: Explainer):
    def explain(text):
        explainer.explain(Question(text, "bilstm"))
        explainer.classify(text, "rnn")
        return text

    assert watched(explain, name="explain")("a good film") == "a good film"
    (call,) = logged()
    assert (call.called, call.checkpoints, call.tokens, call.outcome) == ("/explain", ("bilstm", "rnn"), 6, "ok")
    assert call.worked > 0
    assert call.waited >= 0


def test_event_is_named_by_its_function(watched, logged):
    watched(lambda text: text, queue="compute")(WORD)
    (call,) = logged()
    assert call.called == f"{__name__}.test_event_is_named_by_its_function.<lambda>"
    assert (call.checkpoints, call.tokens, call.outcome) == ((), 0, "ok")


def test_what_computes_nothing_is_not_logged(watched, logged, explainer: Explainer):
    watched(lambda text: text)(WORD)
    assert logged() == []
    explainer.checkpoint("bilstm")
    watched(lambda text: explainer.read(Question(text, "bilstm")) and text)("a film that nobody read before")
    assert len(logged()) == 1


def test_refusal_is_logged_without_its_sentence(watched, logged):
    def refuse(text):
        raise gr.Error(f"{text} cannot be read", print_exception=False)

    with pytest.raises(gr.Error, match=WORD):
        watched(refuse, name="classify")(WORD)
    (call,) = logged()
    assert call == Call("/classify", (), 0, call.waited, call.worked, "refused")


def test_error_that_a_person_may_read_is_a_refusal_wherever_it_was_raised(watched, logged):
    def refuse(text):
        raise ReviewError("This cannot be read.")

    with pytest.raises(gr.Error, match=r"This cannot be read\.") as caught:
        watched(refuse, name="classify")(WORD)
    assert not caught.value.print_exception
    assert [call.outcome for call in logged()] == ["refused"]


def test_of_a_fault_its_kind_and_place_are_logged_and_nothing_is_shown_of_it(watched, logged):
    def fail(text):
        raise ValueError(f"could not make sense of {text}")

    with pytest.raises(gr.Error, match="Something went wrong here") as caught:
        watched(fail)(WORD)
    assert caught.value.__suppress_context__
    assert not caught.value.print_exception
    (call,) = logged()
    assert (call.outcome, call.error) == ("failed", "ValueError")
    assert call.arose[-1].startswith(f"{__name__}:")


def test_steps_of_a_generator_are_one_call(watched, logged, explainer: Explainer):
    def steps(text):
        for checkpoint in ("bilstm", "rnn"):
            explainer.classify(text, checkpoint)
            yield checkpoint

    assert list(watched(steps, queue="scoring")("a film")) == ["bilstm", "rnn"]
    (call,) = logged()
    assert (call.checkpoints, call.tokens, call.outcome) == (("bilstm", "rnn"), 4, "ok")


def test_visitor_who_does_not_wait_is_said_to_have_left(watched, logged):
    def steps(text):
        yield from (text, text)

    course = watched(steps, queue="scoring")(WORD)
    next(course)
    course.close()
    assert [call.outcome for call in logged()] == ["left"]


def test_calls_are_counted_while_they_are_worked_on(watched):
    calls, seen = Calls(), []
    watched(lambda text: seen.append(calls.active), calls)(WORD)
    assert seen == [1]
    assert calls.active == 0


def test_page_that_is_closed_refuses_what_would_compute_and_goes_on_with_what_does_not(watched, logged):
    worker = Worker()
    worker.close()
    for how in ({"name": "classify"}, {"queue": "compute"}, {"queue": "read"}, {"queue": "scoring"}):
        with pytest.raises(gr.Error, match="about to be closed"):
            watched(lambda text: pytest.fail("was called"), Calls(worker), **how)(WORD)
    assert watched(lambda text: text, Calls(worker))(WORD) == WORD
    assert [call.outcome for call in logged()] == ["refused"] * 4


@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()], ids=["json", "text"])
def test_line_says_all_of_it(formatter):
    call = Call("/explain", ("bilstm",), 12, 0.25, 1.5, "failed", "ValueError", ("model.text:3", "model.parsing:7"))
    line = formatter.format(logging.makeLogRecord({"msg": call, "created": 0.0}))
    for said in ("1970-01-01T00:00:00.000+00:00", "/explain", "bilstm", "12", "0.25", "1.5", "failed", "ValueError",
                 "model.text:3", "model.parsing:7"):  # fmt: skip
        assert said in line


def test_line_of_json_is_one_object():
    call = Call("/classify", (), 0, 0.123456, 0.0, "ok")
    line = JsonLines().format(logging.makeLogRecord({"msg": call}))
    assert "\n" not in line
    found = json.loads(line)
    assert found.pop("time").endswith("+00:00")
    assert found == {
        "called": "/classify", "checkpoints": [], "tokens": 0, "waited": 0.1235, "worked": 0.0, "outcome": "ok",
        "error": None, "arose": [],
    }  # fmt: skip


def test_callback_and_its_check_speak_the_language_of_their_page():
    heard = []

    def note(*values):
        heard.append(gettext("Compare"))

    def notes(*values):
        for _ in range(2):
            note()
            yield

    def page():
        blocks = gr.Blocks(analytics_enabled=False)
        for language in LANGUAGES:
            if language.page:
                blocks.route(language.name, language.page)
            with blocks:
                box = gr.Textbox()
                box.submit(note, box, validator=note)
                box.change(notes, box)
        Calls().watch(blocks)
        return blocks

    for function in built(page).fns.values():
        if function.validator:
            function.validator("text")
            function.fn("text")
        else:
            steps = function.fn("text")
            for _ in range(2):  # each step in a context of its own, as Gradio takes them
                copy_context().run(next, steps)
    assert heard == ["Compare"] * 4 + ["比较"] * 4


def test_refusal_speaks_the_language_of_its_page():
    def refuse(text):
        raise ReviewError("…")

    def page():
        blocks = gr.Blocks(analytics_enabled=False)
        blocks.route("中文", "zh")
        with blocks:
            box = gr.Textbox()
            box.submit(refuse, box, box)
        Calls().watch(blocks)
        return next(iter(blocks.fns.values())).fn

    with pytest.raises(gr.Error) as refused:
        built(page)("text")
    assert refused.value.title == "无法执行"
