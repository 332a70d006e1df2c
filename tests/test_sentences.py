"""The hand-written sentences: as visitors type them, balanced, in two halves that are alike, and nobody else's."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from statistics import mean

import pytest

from model.assets import ASSETS
from model.evaluation.sentences import NO_VERDICT, SENTENCES, Sentence, read_sentences
from model.text import check_review

HALVES = ("steering", "reporting")
LABELS = ("positive", "negative")
WITHOUT = {"plot", "talk"}
KINDS = {"plain", "short", "irony", "comparison", "negation", "understatement", "names", "mixed", "aspects", "typos"}
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
ALIKE = 0.5  # share of pieces: two sentences of which one is the other with a word or a few letters changed
GIVEAWAY = 4  # sentences of one kind that share a word and a label, while no other label has the word
STYLES: dict[str, Callable[[str], bool]] = {
    "starts in lower case": lambda text: text[0].islower(),
    "ends with a full stop": lambda text: text.endswith("."),
    "asks": lambda text: "?" in text,
    "exclaims": lambda text: "!" in text,
    "has an emoji": lambda text: any(ord(sign) > 0x2600 for sign in text),
    "is more than one sentence": lambda text: len(SENTENCE_END.split(text)) > 1,
}


@pytest.fixture(scope="module")
def sentences() -> tuple[Sentence, ...]:
    return read_sentences()


def plain(text: str) -> str:
    """Lower case, letters and digits only, without apostrophes: what makes two texts the same to a reader."""
    text = re.sub(r"['’]", "", text.lower())
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text).split())


def pieces(text: str) -> frozenset[str]:
    """Every three signs in a row, with the ends marked: what two spellings of one sentence share."""
    marked = f"  {text} "
    return frozenset(marked[place : place + 3] for place in range(len(marked) - 2))


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether the pieces of two texts are mostly the same."""
    if min(len(one), len(other)) <= ALIKE * max(len(one), len(other)):
        return False
    return len(one & other) > ALIKE * len(one | other)


def strings(value: object) -> Iterator[str]:
    """Every text in a value that was JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def shipped_texts() -> set[str]:
    """Every text of the other files, and every sentence of it, as `plain` has them."""
    with (ASSETS / "reviews.csv").open(encoding="utf-8", newline="") as file:
        texts = [text for text, *_ in csv.reader(file)]
    for name in ("behaviour.json", "examples.json", "lessons.json"):
        texts += strings(json.loads((ASSETS / name).read_text(encoding="utf-8")))
    return {plain(sentence) for text in texts for sentence in [text, *SENTENCE_END.split(text)]} - {""}


def test_rows_end_as_rfc_4180_says_and_no_byte_order_mark_comes_first():
    content = SENTENCES.read_bytes()
    assert content.startswith(b"text,label,kind,half\r\n")
    assert content.endswith(b"\r\n")


def test_there_are_300_and_as_many_praise_as_complain(sentences):
    assert len(sentences) == 300
    assert Counter(sentence.label for sentence in sentences) == {"positive": 124, "negative": 124, NO_VERDICT: 52}


def test_every_kind_has_enough_and_is_balanced_or_has_no_verdict(sentences):
    counts = Counter((sentence.kind, sentence.label) for sentence in sentences)
    assert {kind for kind, _ in counts} == KINDS | WITHOUT
    for kind in KINDS:
        assert counts[kind, "positive"] == counts[kind, "negative"] >= 10
        assert not counts[kind, NO_VERDICT]
    for kind in WITHOUT:
        assert counts[kind, NO_VERDICT] >= 20
        assert not counts[kind, "positive"] + counts[kind, "negative"]


def test_neighbours_are_pairs_of_one_kind_and_label_with_one_in_each_half(sentences):
    for one, other in zip(sentences[::2], sentences[1::2], strict=True):
        assert (one.kind, one.label) == (other.kind, other.label)
        assert {one.half, other.half} == set(HALVES)


def test_neither_half_has_always_the_first_of_a_pair(sentences):
    first = Counter(sentence.half for sentence in sentences[::2])
    assert min(first[half] for half in HALVES) >= 50


@pytest.mark.parametrize("label", [*LABELS, NO_VERDICT])
def test_halves_are_alike_in_length_and_style(sentences, label):
    texts = {half: [each.text for each in sentences if (each.half, each.label) == (half, label)] for half in HALVES}
    steering, reporting = (mean(len(text.split()) for text in texts[half]) for half in HALVES)
    assert abs(steering - reporting) < 1
    for style, has in STYLES.items():
        steering, reporting = (sum(map(has, texts[half])) for half in HALVES)
        assert abs(steering - reporting) <= 3, style


def test_length_and_style_do_not_tell_praise_from_complaint(sentences):
    texts = {label: [each.text for each in sentences if each.label == label] for label in LABELS}
    positive, negative = (mean(len(text.split()) for text in texts[label]) for label in LABELS)
    assert abs(positive - negative) < 1
    for style, has in STYLES.items():
        positive, negative = (sum(map(has, texts[label])) for label in LABELS)
        assert abs(positive - negative) <= 3, style


def test_no_word_gives_the_label_away_within_a_kind(sentences):
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        if sentence.label != NO_VERDICT:
            for word in set(plain(sentence.text).split()):
                counts[sentence.kind, word][sentence.label] += 1
    assert [key for key, labels in counts.items() if len(labels) == 1 and labels.total() >= GIVEAWAY] == []


def test_the_usual_words_do_not_make_up_the_file(sentences):
    counts = Counter(word for sentence in sentences for word in set(plain(sentence.text).split()))
    assert max(counts[word] for word in ("good", "bad", "great", "best", "worst", "boring", "loved", "hated")) <= 15


def test_most_are_typed_in_haste(sentences):
    texts = [sentence.text for sentence in sentences]
    assert sum(text[0].islower() for text in texts) > 0.6 * len(texts)
    assert sum(not text.endswith((".", "!", "?")) for text in texts) > 0.6 * len(texts)
    assert sum(bool(re.search(r"\b(dont|cant|its|isnt|ive|wont|didnt|thats|im)\b", text)) for text in texts) >= 40
    assert sum(STYLES["has an emoji"](text) for text in texts) >= 8


def test_all_are_short(sentences):
    lengths = [len(sentence.text.split()) for sentence in sentences]
    assert min(lengths) == 1
    assert max(lengths) <= 30
    assert max(len(SENTENCE_END.split(sentence.text)) for sentence in sentences) <= 4
    assert [sentence.text for sentence in sentences if "\n" in sentence.text] == []


def test_likeness_sees_a_changed_word_and_typos_and_leaves_other_sentences_alone():
    text = pieces("not a single bad performance in it")
    assert alike(text, pieces("not a single good performance in it"))
    assert alike(text, pieces("not a sinlge bad performance in it"))
    assert not alike(text, pieces("there is not a single joke in it that works"))


def test_no_two_are_alike(sentences):
    texts = [(sentence.text, pieces(plain(sentence.text))) for sentence in sentences]
    found = [
        (text, other)
        for place, (text, own) in enumerate(texts)
        for other, theirs in texts[:place]
        if alike(own, theirs)
    ]
    assert found == []


def test_none_is_near_a_text_of_another_file(sentences):
    others = {text: pieces(text) for text in shipped_texts()}
    assert len(others) > 500
    texts = {sentence.text: pieces(plain(sentence.text)) for sentence in sentences}
    found = [(text, other) for text, own in texts.items() for other in others if alike(own, others[other])]
    assert found == []


def test_every_sentence_can_be_read_and_nothing_of_it_is_lost(sentences):
    assert [sentence.text for sentence in sentences if check_review(sentence.text) != sentence.text] == []


def test_no_cell_could_start_a_formula(sentences):
    assert [sentence.text for sentence in sentences if sentence.text.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
