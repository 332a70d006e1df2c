"""From a review to ids."""

from __future__ import annotations

import time

import ftfy
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from model import normalization, text
from model.errors import ReviewError

CHARACTERS = st.text(
    st.characters() | st.sampled_from("\t\n\r  .,!?()'\"-\u00a0\u200d\u3000\u202e😀e\u0301&;#39amp<br/>\\nâ€™\x99"),
    max_size=300,
)


@settings(max_examples=300, deadline=None)
@given(CHARACTERS)
def test_tokens_and_their_space_give_the_normalized_text_back(raw):
    normalized = text.normalize(raw)
    tokens = text.tokenize(normalized)
    assert "".join(token.text + token.space for token in tokens) == normalized
    assert all(normalized[token.start : token.end] == token.text for token in tokens)
    assert all(token.text.strip() == token.text != "" for token in tokens)


@settings(max_examples=100, deadline=None)
@given(CHARACTERS)
def test_normalizing_twice_changes_nothing(raw):
    once = text.normalize(raw)
    assert text.normalize(once) == once


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(max_codepoint=127) | st.sampled_from("\r\n\x1b[0;1mK"), max_size=80))
def test_ascii_is_mended_as_ftfy_mends_it(raw):
    assert normalization._mend(raw) == ftfy.fix_text(raw, normalization._mended())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  good  ", "good"),
        ("bad.<br /><br>good", "bad.\n\ngood"),
        ("caf\u0065\u0301", "café"),
        ("a\x00b\x07c", "a b c"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("tab\tand\r\nline", "tab\tand\nline"),
    ],
)
def test_text_is_normalized_in_the_stated_way(raw, expected):
    assert text.normalize(raw) == expected


PLAIN = "I didn't like it, it isn't \"good\".\nAvoid it!"


@pytest.mark.parametrize(
    "raw",
    [
        "I didn&#39;t like it, it isn&#x27;t &quot;good&quot;.<br />Avoid it!",
        "I didn&apos;t like it,&nbsp;it isn&rsquo;t &ldquo;good&rdquo;.<br></br>Avoid it!",
        "I didn&amp;#39;t like it, it isn&amp;amp;apos;t &amp;quot;good&amp;quot;.&lt;br /&gt;Avoid it!",
        'I didn´t like it, it isn`t "good".<br clear="all">Avoid it!',
        "I didn’t like it, it isn‘t “good”.\u2028Avoid it!",
        "I didn＇t like it, it isnʼt ＂good＂.\r\nAvoid it！",
        "I didn't like it, it isn't ``good''.\\nAvoid it!",
        'I didn\\\'t like it, it isn\\u2019t \\"good\\".\\r\\nAvoid it!',
        "I didn\\\\'t like it, it isn't \\\\\"good\\\\\".\\\\nAvoid it!",
        "I didnâ€™t like it, it isnâ€™t â€œgoodâ€\x9d.</p><p>Avoid it!",
        "I didn\x92t like it, it isn\x92t \x93good\x94.<BR>Avoid it!",
        "\ufeffI did\u00adn't\u200b like\u2060 it, it is\u200cn't \"go\u200dod\".\n\ufeffAvoid it!",
        "I didn't\u00a0like\u2009it,\u3000it isn't <i>\"good\"</i>.<br/><b class='x'>Avoid</b> it!",
    ],
)
def test_one_text_has_one_spelling(raw):
    normalized = text.normalize(raw)
    assert text.words(raw) == text.words(PLAIN)
    tokens = text.tokenize(normalized)
    assert "".join(token.text + token.space for token in tokens) == normalized
    assert all(normalized[token.start : token.end] == token.text for token in tokens)


@pytest.mark.parametrize(
    "raw",
    [
        "R&B and AT&T; 3 < 4 <3",
        "&notanentity; &",
        "<img src=x onerror=alert(1)>",
        "<spoiler> he dies",
        "C:/films",
        "a/b",
    ],
)
def test_what_is_no_spelling_of_something_else_stays(raw):
    assert text.normalize(raw) == raw


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("slow — very slow… 1990–95", "slow -- very slow... 1990-95"),
        ("Shekhar''s ''best'' film", 'Shekhar\'s "best" film'),
        ("\ud83d\ude00 👩‍👩‍👧", "😀 👩‍👩‍👧"),
        ("ＡＢＣ ﬁlm", "ABC film"),
    ],
)
def test_marks_have_one_form(raw, expected):
    assert text.normalize(raw) == expected


@pytest.mark.parametrize(
    "piece", ["\\", "&amp;", "&#38;", "<br ", "</br>", "â€™", "\ud83d", "'", "\u200d", "Ã", "&lt;", "<p ", "&am"]
)
def test_normalizing_is_quick_whatever_the_text(piece):
    raw = piece * (text.MAX_CHARACTERS // len(piece))
    started = time.monotonic()
    text.normalize(raw)
    assert time.monotonic() - started < 0.5


def test_tokens_follow_english_rules():
    assert text.words("I don't like it. It's (really) bad!") == [
        "I", "do", "n't", "like", "it", ".", "It", "'s", "(", "really", ")", "bad", "!",
    ]  # fmt: skip


def test_many_texts_are_cut_like_each_alone():
    texts = ["not good", "(bad) film!", "it 's"]
    assert list(text.tokenize_all(texts)) == [text.tokenize(each) for each in texts]


def test_words_that_the_tokenizer_has_learnt_are_cut_as_ever():
    texts = ["It isn't good, it's (really) bad!Not...", "don't. do n't can't! U.S. 7pm"]
    text.learn_words(("isn't", "bad", "Not", "it's", "can't", "7pm", "u.s.", "..."))
    fresh = spacy.blank("en")
    expected = [[token.text for token in fresh(each)] for each in texts]
    assert list(text.words_of_all(texts)) == expected == [text.words(each) for each in texts]


def test_long_run_is_cut_in_pieces():
    tokens = text.tokenize("x" * 250)
    assert [len(token.text) for token in tokens] == [100, 100, 50]


def field():
    return text.build_field(text.build_vocabulary(["good", "bad", "film"]))


def test_ids_follow_the_order_of_the_vocabulary():
    review = text.encode("Film GOOD unseen bad", field())
    assert review.ids == (4, 2, 0, 3)
    assert review.unknown == (2,)
    assert [token.text for token in review.tokens] == ["Film", "GOOD", "unseen", "bad"]


def test_unknown_words_are_not_kept():
    served = field()
    for number in range(20):
        text.encode(f"never{number}", served)
    assert len(served.vocab.stoi) == 5


def test_long_text_keeps_head_and_tail():
    review = text.encode("good " * 7 + "bad " * 5, field(), max_tokens=8)
    assert review.ids == (2, 2, 2, 3, 3, 3, 3, 3)
    assert (review.head, review.omitted) == (2, 4)
    assert text.encode("good bad", field(), max_tokens=8).omitted == 0


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 100])
def test_cut_leaves_at_most_the_limit(length):
    head, tail = text.cut(length, 8)
    assert head + (length - tail) == min(length, 8)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("", "nothing to read"),
        (" \n\t\u3000", "nothing to read"),
        ("\x00\x01", "nothing to read"),
        (None, "must be text"),
        (7, "must be text"),
        (["good"], "must be text"),
        ("(" * 20_000, "in a row"),
        ("good " * 200_000, "1,000,000 characters"),
        ("x" * 20_001, "20,001 characters"),
    ],
)
def test_unreadable_text_is_refused_at_once_with_a_sentence(raw, says):
    started = time.monotonic()
    with pytest.raises(ReviewError, match=says):
        text.encode(raw, field())
    assert time.monotonic() - started < 0.2


@pytest.mark.parametrize(
    "raw", ["good " * 3_999, ("(" * 1_000 + " ") * 19, "漢" * 900, "👩‍👩‍👧 שלום مرحبا", "<img src=x onerror=alert(1)>"]
)
def test_strange_but_readable_text_is_read(raw):
    review = text.encode(raw, field())
    assert 0 < len(review.ids) <= text.MAX_TOKENS
    assert len(review.ids) == len(review.tokens)


def test_only_a_run_that_is_too_long_is_counted():
    assert text.refused_run("a " + "b" * (text.MAX_RUN + 7) + " c") == text.MAX_RUN + 7
    assert text.refused_run("a " + "b" * text.MAX_RUN + " c") == text.refused_run("") == 0


def test_padding_fills_on_the_right():
    ids, lengths = text.pad([[2, 3, 4], [5]])
    assert ids.tolist() == [[2, 3, 4], [5, 1, 1]]
    assert lengths.tolist() == [3, 1]
