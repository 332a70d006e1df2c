"""Which page a browser is led to, and how the pages find one another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.language import CATALOGUES, SOURCE
from views.locale.languages import LANGUAGES, PAGES, language_of, language_of_code, language_of_page


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh"),
        ("zh", "zh"),
        ("ZH-Hans-CN", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.5, zh;q=0.9", "zh"),
        ("en;q=0.5,zh", "zh"),
        ("en,zh", "en"),
        ("zh,en", "zh"),
        ("de-DE,de;q=0.9", "en"),
        ("de,zh;q=0.2", "zh"),
        ("de,zh;q=0.2,en;q=0.1", "zh"),
        ("zh;q=0", "en"),
        ("zh;q=0.000,*;q=0.1", "en"),
        ("*", "en"),
        ("zh;q=2", "en"),
        ("zh;q=-1", "en"),
        ("zh;q=nan", "en"),
        ("zh;q=0.1234", "en"),
        ("zh ; q=0.7 , en ; q=0.3", "zh"),
        ("zhx,enzh", "en"),
        (";;,q=,zh;level=1,中文", "en"),
        ("", "en"),
        (None, "en"),
        ("x," * 100_000 + "zh", "en"),
    ],
)
def test_the_browser_chooses_the_language(header, language):
    assert language_of(header).code == language


@settings(deadline=None)
@given(st.text() | st.text("zhen-*;q=.,019 ", max_size=40) | st.none())
def test_any_header_chooses_a_language(header):
    assert language_of(header) in LANGUAGES


def test_each_language_but_the_source_has_a_catalogue():
    assert LANGUAGES[0].code == SOURCE
    assert {path.name for path in CATALOGUES.iterdir()} == {language.code for language in LANGUAGES[1:]}


def test_a_language_is_known_by_its_page_and_its_code():
    assert len(set(PAGES)) == len(LANGUAGES)
    for language in LANGUAGES:
        assert language_of_page(language.page) is language
        assert language_of_code(language.code) is language
    assert language_of_page("no-such-page") is language_of_code("tlh") is LANGUAGES[0]
