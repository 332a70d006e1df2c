"""Rewrites of one's own: what is put in, and that neither a bad nor a costly pattern does harm."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import ReviewError
from model.text import MAX_CHARACTERS
from model.workbench import patterns
from model.workbench.patterns import LONGEST, pattern_rewriting


@pytest.mark.parametrize(
    ("pattern", "replacement", "text", "expected"),
    [
        ("good", "bad", "good, Good, goods", "bad, Good, bads"),
        (r"(?i)\bgood\b", "", "Good or good goods", " or  goods"),
        (r"(\w+) and (\w+)", r"\2 and \1", "this and that", "that and this"),
        (r"(?P<word>\w+)!", r"\g<word>.\n", "stop! go!", "stop.\n go.\n"),
        ("(a)|b", r"[\1]", "ab", "[a][]"),
        ("é+", r"\\\0\t", "caféé €", "caf\\éé\t €"),
        ("$", "€", "x", "x€"),
    ],
)
def test_what_is_found_is_replaced(pattern, replacement, text, expected):
    assert pattern_rewriting(pattern, replacement)(text) == expected


@given(st.text(alphabet="abß€ ", max_size=30), st.sampled_from(["a", "[^a]b?", "(a|b)+", r"\s", "ß|€", "$"]))
def test_equals_pythons_own_where_both_read_the_pattern(text, pattern):
    assert pattern_rewriting(pattern, r"<\g<0>>")(text) == re.sub(pattern, r"<\g<0>>", text)


@pytest.mark.parametrize(
    ("pattern", "replacement", "said"),
    [
        ("", "x", "Write a pattern"),
        (None, "x", "Write a pattern"),
        ("(", "x", "cannot be read"),
        ("a(?=b)", "x", "without look-ahead"),
        (r"(a)\1", "x", "cannot be read"),
        ("((((a{100}){100}){100}){100})", "x", "cannot be read"),
        ("a" * (LONGEST + 1), "x", "at most 200 characters"),
        ("a", "x" * (LONGEST + 1), "at most 200 characters"),
        ("a", r"\1", "no group '1'"),
        ("a", r"\g<name>", "no group 'name'"),
        ("a", "\\", "no group ''"),
        ("a", r"\q", "no group ''"),
        ("a", None, "must be text"),
        ("\ud800", "x", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_at_once(pattern, replacement, said):
    with pytest.raises(ReviewError, match=re.escape(said)):
        pattern_rewriting(pattern, replacement)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*)*x", "(?:a?){900}a{900}"])
def test_a_pattern_that_blows_up_elsewhere_is_matched_in_linear_time(pattern):
    started = time.monotonic()
    text = "a" * 800 + "!"
    assert pattern_rewriting(pattern, "x")(text) == text
    assert time.monotonic() - started < 20  # backtracking would take years


def test_one_that_is_slow_is_refused(monkeypatch):
    monkeypatch.setattr(patterns, "SECONDS", -1.0)
    with pytest.raises(ReviewError, match="on a single review"):
        pattern_rewriting("a", "b")("banana")


def test_what_grows_without_end_stops():
    grown = pattern_rewriting("(?s)(.*)$", r"\1\1\1\1\1\1")("a" * 10_000)
    assert MAX_CHARACTERS < len(grown) < 4 * MAX_CHARACTERS
    grown = pattern_rewriting("a", r"bbbbbbbbbb" * 20)("a" * 20_000)
    assert MAX_CHARACTERS < len(grown) < 3 * MAX_CHARACTERS
