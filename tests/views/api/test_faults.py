"""What is printed of a fault says where, and repeats nothing that a visitor typed."""

from __future__ import annotations

import io
import logging
import traceback

import pytest

from views.api import faults


@pytest.fixture(autouse=True)
def printing_without_words(monkeypatch):
    monkeypatch.setattr(traceback, "print_exc", traceback.print_exc)  # so that it is put back
    logger = logging.getLogger(faults.SERVER)
    before = list(logger.filters)
    faults.print_no_words()
    yield
    logger.filters[:] = before


def fail():
    float("a secret review")


def test_what_gradio_prints_says_where_and_of_what_kind(capsys):
    try:
        fail()
    except ValueError:
        traceback.print_exc()
    said = capsys.readouterr().err
    assert said.startswith("Traceback: test_faults.py:")
    assert said.endswith(" fail > ValueError\n")
    assert "secret" not in said
    assert "/" not in said


def test_what_the_server_logs_says_where_and_of_what_kind():
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logger = logging.getLogger(faults.SERVER)
    logger.addHandler(handler)
    try:
        fail()
    except ValueError as error:
        logger.error("Exception in ASGI application\n", exc_info=error)
    finally:
        logger.removeHandler(handler)
    assert "Exception in ASGI application\nTraceback: test_faults.py:" in written.getvalue()
    assert "fail > ValueError" in written.getvalue()
    assert "secret" not in written.getvalue()


def test_a_fault_of_nothing_is_said_too(capsys):
    traceback.print_exc()
    assert capsys.readouterr().err == "Traceback: nothing\n"
