"""The tables of what was measured: complete, escaped, and nothing where nothing is stored."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from model.metrics import Capability, Slice
from tests.model.attribution.test_faithfulness import made_report
from tests.model.evaluation.test_card import BEHAVIOUR, REPORT
from views.network.measured import measured

NASTY = "<img src=x onerror=alert(1)> ${1+1} & \"quote' </details>"
SLICES = (
    Slice("tokens", "up to 100", 1_234, 0.9, 0.01, 0.05, 0.004),
    Slice("unknown words", "over 10 %", 5, 0.4, 0.2, 0.3),
)


def text_of(html):
    return unescape(re.sub(r"<[^>]*>", " ", html))


def test_nothing_measured_shows_nothing():
    assert measured(None, None) == measured(REPORT, None) == ""


def test_tables_open_on_demand_and_hold_all_figures():
    html = measured(replace(REPORT, slices=SLICES, behaviour=BEHAVIOUR), made_report())
    assert html.count("<details") == html.count("</details>") == html.count("<summary>") == 3
    assert " open" not in html
    shown = re.sub(r"\s+", " ", text_of(html))
    assert "up to 100 1,234 90.0 % 1.0 % 5.0 % 0.4 %" in shown
    assert "irony 1 4 25 %" in shown
    assert "occlusion 0.400 0.600 0.50 – –" in shown
    assert "The winner by AOPC is occlusion" in shown
    assert "The network fails here: irony" in shown


def test_each_table_has_a_caption_and_headers_for_rows_and_columns():
    html = measured(replace(REPORT, slices=SLICES, behaviour=BEHAVIOUR), made_report())
    tables = re.findall(r"<table>.*?</table>", html, re.DOTALL)
    assert len(tables) == 2 + 1 + 3
    for table in tables:
        assert table.startswith("<table><caption>")
        head, *rows = re.findall(r"<tr>(.*?)</tr>", table)
        columns = head.count('<th scope="col">')
        assert rows
        assert all(row.startswith('<th scope="row">') and row.count("<td>") == columns - 1 for row in rows)


def test_names_never_become_markup():
    methods = tuple(replace(method, method=NASTY) for method in made_report().methods)
    found = replace(made_report(), methods=methods, baseline=NASTY, device=NASTY)
    report = replace(REPORT, slices=(replace(SLICES[0], kind=NASTY, name=NASTY),), behaviour=(Capability(NASTY, 0, 1),))
    html = measured(report, found)
    assert "<img" not in html
    assert html.count("</details>") == 3
    assert text_of(html).count(NASTY) >= 8
