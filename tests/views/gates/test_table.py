"""The table and its CSV: escaped and complete."""

from __future__ import annotations

import base64
import csv
import io
import re

import pytest

from model.attribution.methods import METHODS
from model.reading.explanation import Question
from tests.views.harmless import NASTY
from views.gates import table


@pytest.fixture
def explanation(explainer):
    return explainer.explain(Question("Not a good film, but great!", "bilstm"))


@pytest.mark.parametrize("method", [method.name for method in METHODS])
def test_text_of_a_person_never_becomes_markup(explainer, method):
    part = table.table(explainer.explain(Question(NASTY, "bilstm", method)), 2, "backward")
    tags = set(re.findall(r"<\s*(\w+)", part))
    assert not tags & {"script"}
    assert "onerror" not in "".join(re.findall(r"<[^>]*>", re.sub(r'(aria-label|data-numbers)="[^"]*"', "", part)))
    assert not re.search(r"<img(?! src=\"data:image/png;base64,)", part)


def test_csv_holds_every_token_and_every_mean(explanation):
    rows = list(csv.DictReader(io.StringIO(table.csv_table(explanation))))
    assert len(rows) == len(explanation.review.tokens)
    assert len(rows[0]) == 6 + 4 * 6
    assert rows[2]["token"] == "good"
    assert float(rows[2]["attribution"]) == pytest.approx(explanation.attribution.scores[2], rel=1e-4)
    trace = explanation.gates.of(2, "backward")
    assert float(rows[2]["layer2.backward.c"]) == pytest.approx(trace.values("c")[2].mean(), rel=1e-4)


def test_download_link_holds_the_csv(explanation):
    link = re.search(r"base64,([^\"]+)\"", table.table(explanation, 1, "forward"))[1]
    assert base64.b64decode(link).decode("utf-8-sig") == table.csv_table(explanation)
