"""Links: whole ones give their view back, all others one sentence, whatever they hold."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import string
import zlib
from dataclasses import asdict, astuple, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model.errors import ReviewError
from model.network.cells.registry import SYMBOLS
from model.network.checkpoint import CHECKPOINTS
from model.network.network import DIRECTIONS
from model.reading.explanation import WEIGHTS
from model.recurrence.clamps import MAX_CLAMPS, Clamp
from model.text import MAX_CHARACTERS, MAX_TOKENS
from views import links
from views.links import (
    MAX_LAYER,
    MAX_LESSON,
    MAX_LINK,
    MAX_NAME,
    MAX_UNIT,
    TABS,
    View,
    decode_view,
    encode_view,
)
from views.stage.ledger import INKS

HELD = (Clamp("f", 0.5, 1, "forward", 5, 0, 3), Clamp("h", 0.0), Clamp("h", 0.0, 1, unit=2, spared=True))
VIEW = View(
    "Not bad, naïve “quotes” & <b>tags</b>\n\t好 🎬",
    "bilstm",
    "step",
    2,
    "backward",
    3,
    189,
    "c",
    "Another one.",
    "rnn",
    HELD,
    "untrained",
    "held",
    3,
    True,
    True,
)
STORED = asdict(VIEW) | {"held": [list(astuple(clamp)[: None if clamp.spared else -1]) for clamp in HELD]}  # as JSON

any_text = st.text(st.characters(exclude_categories=()), max_size=60)  # lone surrogates and control characters too
views = st.builds(
    View,
    text=any_text,
    checkpoint=any_text,
    tab=st.sampled_from(TABS),
    layer=st.integers(1, MAX_LAYER),
    direction=st.sampled_from(DIRECTIONS),
    place=st.integers(0, MAX_TOKENS - 1),
    unit=st.integers(0, MAX_UNIT),
    symbol=st.sampled_from(SYMBOLS),
    other=any_text,
    held=st.lists(
        st.builds(
            Clamp,
            symbol=st.sampled_from(SYMBOLS),
            value=st.floats(-100, 100, allow_subnormal=False),
            layer=st.none() | st.integers(1, MAX_LAYER),
            direction=st.none() | st.sampled_from(DIRECTIONS),
            unit=st.none() | st.integers(0, MAX_UNIT),
            start=st.integers(0, MAX_TOKENS),
            end=st.none() | st.integers(0, MAX_TOKENS),
            spared=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    weights=st.sampled_from(WEIGHTS),
    ink=st.sampled_from(INKS),
    lesson=st.integers(0, MAX_LESSON),
    projector=st.booleans(),
    map=st.booleans(),
)
# no subnormal floats: native code that other tests run makes the processor round them to 0
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_subnormal=False) | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)


def sealed(packed, version="1"):
    """A link with a right checksum around any bytes, made without the code under test."""
    content = hashlib.sha256(packed).digest()[:6] + packed
    return version + base64.b64encode(content, b"-_").decode().replace("=", "")


def forged(values):
    return sealed(zlib.compress(json.dumps(values).encode()))


def refusal(fragment):
    with pytest.raises(ReviewError) as caught:
        decode_view(fragment)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    return message


@settings(deadline=None)
@given(views)
@example(replace(VIEW, text="\ud83d\ude00 \ud800", other="\x00\x1f\x7f\u2028"))
def test_a_view_comes_back_as_it_was(view):
    link = encode_view(view)
    assert set(link) <= set(string.ascii_letters + string.digits + "-_")
    for form in (link, f"view={link}", f"#view={link}", f"  #view={link}\n"):
        assert decode_view(form) == view


def test_a_link_can_be_read_without_this_code():
    content = base64.urlsafe_b64decode(encode_view(VIEW)[1:] + "==")
    assert hashlib.sha256(content[6:]).digest().startswith(content[:6])
    assert json.loads(zlib.decompress(content[6:])) == STORED
    plain = base64.urlsafe_b64decode(encode_view(View("Good.", "rnn", "gates", unit=3))[1:] + "==")
    left = {"text": "Good.", "checkpoint": "rnn", "tab": "gates", "unit": 3}  # what is as by default is left out
    assert json.loads(zlib.decompress(plain[6:])) == left


def test_a_made_link_with_the_needed_fields_alone_takes_the_defaults():
    view = decode_view(forged({"text": "Good.", "checkpoint": "rnn", "tab": "memory"}))
    assert view == View("Good.", "rnn", "memory", 1, "forward", 0, 0, "f", "", "", (), "trained", "credited", 0, False)


def test_every_cut_is_found():
    link = encode_view(VIEW)
    for end in range(len(link)):
        assert refusal(link[:end]) == "This link is cut or was changed: ask for it again."


def test_every_changed_character_is_found():
    link = encode_view(VIEW)
    for place in range(1, len(link)):
        for character in "Aa0-_. %é":
            if character != link[place]:
                changed = link[:place] + character + link[place + 1 :]
                if changed.strip() != link:
                    assert refusal(changed) == "This link is cut or was changed: ask for it again."


@settings(deadline=None)
@given(st.data())
def test_swapped_doubled_and_added_characters_are_found(data):
    link = encode_view(VIEW)
    place = data.draw(st.integers(1, len(link) - 2))
    added = data.draw(st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=4))
    refusal(link[:place] + added + link[place:])
    refusal(link + link)
    if link[place] != link[place + 1]:
        refusal(link[:place] + link[place + 1] + link[place] + link[place + 2 :])


def test_the_unused_bits_of_the_last_character_are_found():
    """Base64 itself would overlook them."""
    links_ = [encode_view(replace(VIEW, text="a" * length)) for length in range(40)]
    spare = next(link for link in links_ if len(link) % 4 == 3)  # the last character holds two of six bits
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    twin = spare[:-1] + alphabet[alphabet.index(spare[-1]) + 1]
    assert base64.urlsafe_b64decode(twin[1:] + "==") == base64.urlsafe_b64decode(spare[1:] + "==")
    refusal(twin)


def test_another_version_says_so():
    packed = zlib.compress(json.dumps(STORED).encode())
    assert "another version" in refusal(sealed(packed, version="2"))
    assert "another version" in refusal(forged(STORED | {"pace": 2}))


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("text", None, "review"),
        ("text", 3, "review"),
        ("text", ["a"], "review"),
        ("text", "a" * (MAX_CHARACTERS + 1), "20,001"),
        ("other", "a" * (MAX_CHARACTERS + 1), "second review"),
        ("other", {}, "second review"),
        ("checkpoint", 1, "checkpoint"),
        ("checkpoint", "a" * (MAX_NAME + 1), "checkpoint"),
        ("tab", "secrets", "tab"),
        ("tab", ["gates"], "tab"),
        ("tab", {"gates": 1}, "tab"),
        ("direction", "sideways", "direction"),
        ("direction", None, "direction"),
        ("symbol", "q", "quantity"),
        ("symbol", "if", "quantity"),
        ("symbol", "", "quantity"),
        ("layer", True, "layer"),
        ("layer", 0, "layer"),
        ("layer", MAX_LAYER + 1, "layer"),
        ("layer", 1.0, "layer"),
        ("layer", "1", "layer"),
        ("place", -1, "token"),
        ("place", False, "token"),
        ("place", MAX_TOKENS, "token"),
        ("place", float("nan"), "token"),
        ("unit", -1, "unit"),
        ("unit", True, "unit"),
        ("unit", 10**400, "unit"),
        ("unit", float("inf"), "unit"),
        ("held", "f", "held"),
        ("held", [[]], "held"),
        ("held", [["f", "1", 1, "forward", 5, 0, 3]], "held"),
        ("held", [["f", 1.0, 1, "forward", 5, 0]], "held"),
        ("held", [["f", 1.0, 1, "forward", 5.5, 0, 3]], "held"),
        ("held", [list(astuple(HELD[0]))] * (MAX_CLAMPS + 1), "held"),
        ("weights", "golden", "weights"),
        ("ink", "red", "colours"),
        ("ink", None, "colours"),
        ("lesson", -1, "lesson"),
        ("lesson", 1.5, "lesson"),
        ("projector", 1, "large"),
        ("map", 1, "map of units"),
        ("map", None, "map of units"),
        ("projector", "yes", "large"),
    ],
)
def test_a_field_out_of_range_is_named(field, value, word):
    message = refusal(forged(STORED | {field: value}))
    assert word in message
    assert len(message) < 200


@pytest.mark.parametrize("field", ["text", "checkpoint", "tab"])
def test_a_missing_field_is_refused(field):
    values = dict(STORED)
    del values[field]
    refusal(forged(values))


def test_a_refusal_never_repeats_what_was_sent():
    for field in STORED:
        assert "<img" not in refusal(forged(STORED | {field: ["<img src=x>"]}))
    assert "<img" not in refusal(forged(STORED | {"<img src=x>": 1}))


def test_a_view_out_of_range_cannot_be_made_in_the_first_place():
    for wrong in ({"layer": 0}, {"place": -1}, {"tab": "x"}, {"text": "a" * (MAX_CHARACTERS + 1)}, {"unit": None}):
        with pytest.raises(ReviewError):
            replace(VIEW, **wrong)


@pytest.mark.parametrize(
    "fragment", [None, 3, b"1abc", [], {}, "", "#", "view=", "#view=", "1", "#view=1", "1A", "é" * 9]
)
def test_what_is_no_link_at_all_is_refused(fragment):
    refusal(fragment)


def tolerated(fragment):
    """Whether a fragment is a view; any exception but the one sentence fails the test."""
    try:
        assert isinstance(decode_view(fragment), View)
    except ReviewError:
        return False
    return True


@settings(deadline=None)
@given(any_text)
def test_any_text_is_a_view_or_a_sentence(text):
    tolerated(text)
    tolerated("#view=1" + text)


@settings(deadline=None)
@given(st.text(string.ascii_letters + string.digits + "-_", max_size=80))
def test_any_text_of_the_alphabet_is_refused(text):
    assert not tolerated("1" + text)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_sealed_bytes_are_a_view_or_a_sentence(content):
    tolerated(sealed(content))
    tolerated(sealed(zlib.compress(content)))


@settings(deadline=None)
@given(json_values)
def test_any_sealed_json_is_refused(value):
    assert not tolerated(forged(value))


@settings(deadline=None)
@given(st.sampled_from(sorted(STORED)), json_values)
def test_any_value_of_any_field_is_a_view_or_a_sentence(field, value):
    if tolerated(forged(STORED | {field: value})):
        assert getattr(decode_view(forged(STORED | {field: value})), field) == (() if value == [] else value)


@pytest.mark.parametrize("content", [b"[" * 200_000, b'{"a":' * 40_000, b"1" * 100_000, b'"\\ud800"', b"\xff\xfe", b""])
def test_hostile_json_is_refused(content):
    refusal(sealed(zlib.compress(content)))


def test_packed_bytes_that_end_early_or_late_are_refused():
    packed = zlib.compress(json.dumps(STORED).encode())
    assert decode_view(sealed(packed)) == VIEW
    for wrong in (packed[:-1], packed[:-4], packed + b"\x00", packed + packed):
        refusal(sealed(wrong))


def test_what_unpacks_to_a_flood_is_not_unpacked(monkeypatch):
    made, reader = [], zlib.decompressobj

    class Counting:
        def __init__(self):
            self._reader = reader()

        def decompress(self, *arguments):
            made.append(len(content := self._reader.decompress(*arguments)))
            return content

        eof = property(lambda self: self._reader.eof)
        unused_data = property(lambda self: self._reader.unused_data)

    monkeypatch.setattr(links.zlib, "decompressobj", Counting)
    bomb = sealed(zlib.compress(b" " * 50_000_000, 9))
    assert len(bomb) < MAX_LINK
    refusal(bomb)
    assert made == [links.MAX_JSON]


def test_an_endless_fragment_is_refused_unread(monkeypatch):
    monkeypatch.setattr(links, "_unpack", lambda text: pytest.fail("it was read"))
    refusal("#view=1" + "A" * MAX_LINK)
    refusal(" " * (MAX_LINK + 1))


@settings(max_examples=5, deadline=None)
@given(st.integers())
def test_the_longest_texts_of_any_characters_fit_a_link(seed):
    chance = random.Random(seed)
    for low, high in ((0x00, 0x1F), (0x20, 0x7E), (0x4E00, 0x9FFF), (0x10000, 0x10FFFF), (0xD800, 0xDFFF)):
        texts = ["".join(chr(chance.randint(low, high)) for _ in range(MAX_CHARACTERS)) for _ in range(2)]
        view = replace(VIEW, text=texts[0], other=texts[1], checkpoint="\x01" * MAX_NAME)
        link = encode_view(view)
        assert len("#view=" + link) <= MAX_LINK
        assert decode_view("#view=" + link) == view


def english(chance, characters):
    """Text with the word frequencies of English (Zipf's law) over the words of the shipped network, commonest first."""
    words = (CHECKPOINTS / "bilstm" / "vocabulary.txt").read_text(encoding="utf-8").split("\n")[:20_000]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    text = " ".join(chance.choices(words, weights, k=characters // 2))
    return text[:characters]


def test_a_review_of_the_longest_length_gives_a_link_below_16000_characters():
    for seed in range(3):
        text = english(random.Random(seed), MAX_CHARACTERS)
        assert len(text) == MAX_CHARACTERS
        assert len("#view=" + encode_view(replace(VIEW, text=text, other=""))) < 16_000


def test_a_short_review_gives_a_short_link():
    assert len(encode_view(View("A dull film with a wonderful ending.", "bilstm", "gates"))) < 150
