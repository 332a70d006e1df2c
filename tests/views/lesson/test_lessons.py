"""The guided lesson: complete in both languages, its views exist, and what it says of the networks is so."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pytest

from model.language import speaking
from model.network import checkpoint
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.text import encode
from views.drawing.template import VIEWS
from views.lesson.lessons import LESSONS, lesson_panel, read_lessons
from views.links import decode_view, encode_view
from views.locale.languages import LANGUAGES

CODES = [language.code for language in LANGUAGES]
COURSES = {code: read_lessons(code) for code in CODES}
STEPS = [(code, number) for code in CODES for number in range(8)]
NASTY = "<img src=x onerror=alert(1)> & \"quote' </details></section>"
CJK = re.compile(r"[\u4e00-\u9fff]")
SMALL = "small-lstm"
TURN = COURSES["en"][0].view.text


def parts(lesson):
    return lesson.title, lesson.text, lesson.question, lesson.answer


def outside_quotes(text):
    return re.sub(r"“[^”]*”", "", text)


def test_eight_steps_in_both_languages_with_one_view_each():
    assert all(len(course) == 8 for course in COURSES.values())
    for english, chinese in zip(*COURSES.values(), strict=True):
        assert english.view == chinese.view
        assert not set(parts(english)) & set(parts(chinese))


def test_an_unknown_language_is_a_key_error():
    with pytest.raises(KeyError):
        read_lessons("fr")


@pytest.mark.parametrize(("language", "number"), STEPS)
def test_texts_are_short_and_whole(language, number):
    lesson = COURSES[language][number]
    limits = {"en": (6, 70, 40, 60), "zh": (16, 140, 80, 130)}[language]
    for part, limit in zip(parts(lesson), limits, strict=True):
        assert part == part.strip() != ""
        assert "  " not in part
        assert part.count("“") == part.count("”")
        length = len(part.split()) if language == "en" else len(re.sub(r"\s", "", part))
        assert length <= limit, (length, part)
    assert lesson.question.count("?") + lesson.question.count("？") >= 1
    assert lesson.text[-1] in ".。"
    assert lesson.answer[-1] in ".。"
    assert not re.search(r"\$\{|\{\{|<|  ", "".join(parts(lesson)))  # Gradio's templates; markup


@pytest.mark.parametrize("number", range(8))
def test_chinese_is_chinese_and_english_is_not(number):
    english, chinese = (COURSES[language][number] for language in CODES)
    for part in parts(chinese):
        assert CJK.search(part)
        words = re.findall(r"[A-Za-z]{2,}", outside_quotes(part))
        assert set(words) <= {"RNN", "LSTM", "tanh", "diag", "log"}, words
        assert not re.search(r"[\u4e00-\u9fff][,;:?!.]", part)  # punctuation marks of Chinese are wide
        assert re.search(r"[A-Za-z]+ [A-Za-z]+ [A-Za-z]+", outside_quotes(part)) is None
    assert not any(CJK.search(part) for part in parts(english))


@pytest.mark.parametrize(
    "term", ["记忆细胞", "细胞状态", "遗忘门", "输入门", "输出门", "候选值", "隐藏状态", "梯度消失", "双向"]
)
def test_chinese_uses_the_terms_of_the_field(term):
    assert term in "".join("".join(parts(lesson)) for lesson in COURSES["zh"])


@pytest.mark.parametrize("number", range(8))
def test_both_languages_speak_of_the_same_words_and_symbols(number):
    found = []
    for language in CODES:
        texts = " ".join(parts(COURSES[language][number]))
        words = {word for word in re.findall(r"“([^”]*)”", texts) if word.isascii()}
        found.append((words, set(re.findall(r"(?<![A-Za-z])[cfghio]ₜ?(?![A-Za-z’])", texts))))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("step", "formula"),
    [(2, "h = o × tanh(c)"), (4, "cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ"), (5, "f = 0.5"), (8, "cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ")],
)
def test_formulas_are_the_same_in_both_languages(step, formula):
    assert all(formula in " ".join(parts(course[step - 1])) for course in COURSES.values())


@pytest.mark.parametrize("number", range(8))
def test_words_that_a_step_speaks_of_stand_in_its_review(number):
    lesson = COURSES["en"][number]
    quoted = {word for part in parts(lesson) for word in re.findall(r"“([^”]*)”", part)}
    assert quoted - {"awful"} <= set(re.findall(r"\w+", lesson.view.text))  # "awful" is what a reader puts in its place


def test_each_step_sets_a_view_that_a_link_restores():
    for lesson in COURSES["en"]:
        assert decode_view("#view=" + encode_view(lesson.view)) == lesson.view


def test_the_tabs_of_the_lesson_are_all_gone_through():
    assert {"whole", "gates", "step", "memory", "gradients"} <= {lesson.view.tab for lesson in COURSES["en"]}
    assert {lesson.view.direction for lesson in COURSES["en"]} == {"forward", "backward"}


def test_most_steps_share_one_review_of_a_bearable_length():
    texts = [lesson.view.text for lesson in COURSES["en"]]
    assert max(map(texts.count, texts)) >= 6
    for text in texts:
        assert 10 <= len(encode(text, checkpoint.load("bilstm").field).tokens) <= 25


def test_each_view_exists_on_its_checkpoint(reading):
    for lesson in COURSES["en"]:
        view = lesson.view
        found = reading(view.checkpoint, view.text)
        trace = found.gates.of(view.layer, view.direction)  # raises where there is no such layer
        assert view.place < len(found.review.tokens)
        assert view.unit < trace.h.shape[1]
        assert view.symbol in trace.quantities
        assert not found.review.unknown
        assert not found.review.omitted


@pytest.mark.parametrize(
    ("step", "word"), [(1, "dull"), (2, "dull"), (3, "dull"), (4, "wonderful"), (5, "dull"), (6, "I")]
)
def test_each_step_points_at_the_word_that_it_speaks_of(step, word):
    lesson = COURSES["en"][step - 1]
    tokens = encode(lesson.view.text, checkpoint.load(lesson.view.checkpoint).field).tokens
    assert tokens[lesson.view.place].text == word
    assert f"“{word}”" in " ".join(parts(lesson))


# what the texts say of the networks that are shipped: a new training may call for new texts


@pytest.fixture(scope="module")
def explainer():
    return Explainer()


@pytest.fixture(scope="module")
def reading(explainer):
    return lambda name="bilstm", text=TURN: explainer.explain(Question(text, name))


@pytest.fixture(scope="module")
def places(reading):
    return {token.text: place for place, token in enumerate(reading().review.tokens)}


@pytest.fixture(scope="module")
def unit(reading):
    """One unit of the small network as a function of symbol and place: what steps 2 to 5 look at."""
    trace, number = reading(SMALL).gates.of(1, "forward"), COURSES["en"][1].view.unit
    assert {(lesson.view.checkpoint, lesson.view.unit) for lesson in COURSES["en"][1:5]} == {(SMALL, number)}
    return lambda symbol: trace.values(symbol)[:, number].astype(float)


def test_step_1_a_later_word_changes_no_state_before_it_in_a_network_that_reads_forward_only(reading, places):
    view, end = COURSES["en"][0].view, places["wonderful"]
    before, after = (reading(view.checkpoint, text).gates for text in (TURN, TURN.replace("wonderful", "awful")))
    assert before.directions == ("forward",)
    changes = np.abs(before.of(1, "forward").h - after.of(1, "forward").h).max(axis=1)
    assert (changes[:end] == 0).all()
    assert changes[end] > 0.05


def test_step_6_a_later_word_changes_backward_states_alone_in_layer_1_and_both_in_layer_2(reading, places):
    before, after = reading().gates, reading(text=TURN.replace("wonderful", "awful")).gates
    end = places["wonderful"]

    def changes(layer, direction):
        return np.abs(before.of(layer, direction).h - after.of(layer, direction).h).max(axis=1)

    assert (changes(1, "forward")[:end] == 0).all()
    assert changes(1, "backward")[0] > 0.5
    assert changes(2, "forward")[0] > 0.05
    assert changes(2, "backward")[0] > 0.05


def test_first_five_steps_look_at_one_small_network_and_the_others_at_larger_ones():
    assert [lesson.view.checkpoint for lesson in COURSES["en"]] == [SMALL] * 5 + ["bilstm", "rnn", "bilstm"]


def test_step_2_h_is_a_bounded_report_on_c(reading, unit, places):
    at = places["dull"]
    assert unit("h")[at] == pytest.approx(unit("o")[at] * np.tanh(unit("c")[at]), abs=1e-5)
    assert np.abs(reading(SMALL).gates.of(1, "forward").values("c")).max() > 1  # c can, of one unit or another


def test_step_3_the_input_gate_opens_at_words_of_opinion(unit, places):
    i, f, g = unit("i"), unit("f"), unit("g")
    dull, film = places["dull"], places["film"]
    assert i[dull] > 0.8
    assert i[film] < 0.05
    assert abs(g[film]) > 0.8
    assert f[film] > 0.95
    opinions = [places[word] for word in ("dull", "clever", "wonderful")]
    assert sorted(np.argsort(i)[-3:]) == sorted(opinions)
    assert i[opinions].sum() > 3 * np.delete(i, opinions).sum()
    written = np.abs(i * g)
    assert written[opinions].sum() > 3 * np.delete(written, opinions).sum()


def test_step_4_the_sum_changes_its_sign_without_erasing(unit, places):
    at = places["wonderful"]
    c, f, i, g = (unit(symbol) for symbol in "cfig")
    kept, written = f[at] * c[at - 1], i[at] * g[at]
    assert kept < -0.1
    assert written > 0.5
    assert kept + written == pytest.approx(c[at], abs=1e-5)
    assert c[at] > 0.1
    assert f[at] > 0.9
    traces = [i[s] * g[s] * f[s + 1 : at].prod() for s in range(at)]  # what each word has left in the memory
    assert sum(traces) == pytest.approx(c[at - 1], abs=1e-4)
    assert min(range(at), key=traces.__getitem__) == places["dull"]
    assert traces[places["dull"]] < 0.5 * c[at - 1]


def test_step_5_more_than_half_of_dull_is_still_there(reading, unit, places):
    start = places["dull"] + 1
    assert 0.55 < unit("f")[start:].prod() < 0.95
    for word in ("clever", "wonderful"):
        assert unit("i")[places[word]] * unit("g")[places[word]] > 0.2
    assert unit("i")[places["dull"]] * unit("g")[places["dull"]] < -0.5
    f = reading(SMALL).gates.of(1, "forward").values("f").astype(float)
    assert (f[start : start + 5].prod(axis=0) < 0.05).sum() > 2  # some lose nearly all of it
    assert (f[start:].prod(axis=0) > 0.5).sum() > 2  # others keep it


def test_step_7_the_gradient_of_the_plain_rnn_falls_along_a_line(explainer, reading):
    for gains in gains_by_distance(rnn_steps(explainer, reading)):
        distances = range(1, 1 + len(gains))
        assert np.polyfit(distances, gains, 1)[0] < -0.3
        assert np.corrcoef(distances, gains)[0, 1] < -0.99


def test_step_7_only_the_ends_have_a_say_in_the_plain_rnn(explainer, reading):
    found = reading("rnn")
    scores = np.abs(found.attribution.scores)
    assert {int(place) for place in np.argsort(scores)[-2:]} == {0, len(scores) - 1}
    assert scores[[0, -1]].min() > 0.1
    assert scores[1:-1].max() < 0.1 * scores[[0, -1]].min()
    assert explainer.checkpoint("rnn").network.config.pooling == "last"


def test_step_7_the_plain_rnn_judges_little_better_than_guessing(explainer):
    assert 0.5 < explainer.checkpoint("rnn").report.test.accuracy < 0.6


def test_step_8_the_lstm_fades_too_but_far_more_slowly(explainer, reading):
    gates = reading().gates
    forget = gates.of(1, "forward").values("f")
    assert 0.1 < (forget > 0.9).mean() < 0.3
    assert (np.median(forget, axis=0) < 0.9).mean() > 0.7
    average, largest = gains_by_distance(lstm_steps(explainer, reading, layer=1))
    rnn_average, rnn_largest = gains_by_distance(rnn_steps(explainer, reading))
    assert average[-1] < -0.5  # it fades on average,
    assert largest[-1] > 0  # and not where it fades least
    assert rnn_average[-1] < average[-1] - 4
    assert rnn_largest[-1] < largest[-1] - 4
    assert explainer.checkpoint("bilstm").network.config.pooling == "max_mean"


def rnn_steps(explainer, reading):
    """dh_t/dh_(t-1) for t = 2, 3, …: layer 1, forward."""
    weights = explainer.checkpoint("rnn").network.layers[0].forward_rnn.weight_hh_l0.double().numpy()
    slopes = 1 - reading("rnn").gates.of(1, "forward").h.astype(float) ** 2
    return [slope[:, None] * weights for slope in slopes[1:]]


def lstm_steps(explainer, reading, layer):
    """dC_t/dC_(t-1) for t = 2, 3, …: forward, the four terms of the design."""
    module = explainer.checkpoint("bilstm").network.layers[layer - 1].forward_rnn
    w_i, w_f, w_g, _ = np.split(module.weight_hh_l0.double().numpy(), 4)
    trace = reading().gates.of(layer, "forward")
    i, f, g, o, c = (trace.values(symbol).astype(float) for symbol in "ifgoc")
    steps = []
    for t in range(1, len(c)):
        through_h = o[t - 1] * (1 - np.tanh(c[t - 1]) ** 2)
        rows = [(c[t - 1] * f[t] * (1 - f[t]), w_f), (g[t] * i[t] * (1 - i[t]), w_i), (i[t] * (1 - g[t] ** 2), w_g)]
        steps.append(np.diag(f[t]) + sum(slope[:, None] * weights for slope, weights in rows) * through_h)
    return steps


def gains_by_distance(steps):
    """log10 of the root mean square gain, and of the largest one, from the last token back over 1, 2, … tokens."""
    product, average, largest = np.eye(len(steps[0])), [], []
    for step in reversed(steps):
        product = product @ step
        average.append(np.log10(np.linalg.norm(product) / len(product) ** 0.5))
        largest.append(np.log10(np.linalg.norm(product, 2)))
    return average, largest


# the language, and the panel


class Page(HTMLParser):
    """The elements of a piece of HTML, and whether they are closed in order."""

    def __init__(self, html):
        super().__init__()
        self.elements, self._open = [], []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag


def shown(html):
    return unescape(re.sub(r"<[^>]*>", " ", html))


@pytest.mark.parametrize(("language", "number"), STEPS)
def test_a_panel_shows_all_of_a_step(language, number):
    lesson = COURSES[language][number]
    with speaking(language):
        html = lesson_panel(lesson, number + 1, 8, answered=False)
    for part in parts(lesson):
        assert part in shown(html)
    assert {"en": f"Step {number + 1} of 8", "zh": f"第 {number + 1} 步，共 8 步"}[language] in shown(html)


def test_a_panel_needs_no_script_and_labels_itself_in_its_language():
    for language, answer in (("en", "Show the answer"), ("zh", "显示答案")):
        with speaking(language):
            html = lesson_panel(COURSES[language][2], 3, 8, answered=False)
        elements = Page(html).elements
        assert elements[0][0] == "section"
        assert {"details", "summary", "h2"} <= {name for name, _ in elements}
        assert not any(attribute.startswith("on") for _, attributes in elements for attribute in attributes)
        assert answer in shown(html)


def test_the_answer_is_shut_until_it_was_shown():
    for answered in (False, True):
        elements = dict(Page(lesson_panel(COURSES["en"][0], 1, 8, answered)).elements)
        assert ("open" in elements["details"]) is answered


def test_the_bar_is_full_at_the_last_step():
    widths = [
        float(re.search(r"width:([\d.]+)%", lesson_panel(lesson, number, 8, False))[1])
        for number, lesson in enumerate(COURSES["en"], start=1)
    ]
    assert widths == [12.5, 25, 37.5, 50, 62.5, 75, 87.5, 100]


def test_texts_never_become_markup():
    lesson = replace(COURSES["en"][0], title=NASTY, text=NASTY, question=NASTY, answer=NASTY)
    html = lesson_panel(lesson, 1, 8, answered=True)
    assert [name for name, _ in Page(html).elements].count("section") == 1
    assert "<img" not in html
    assert shown(html).count(NASTY) == 4


def test_the_file_of_lessons_holds_nothing_else():
    stored = json.loads(LESSONS.read_text(encoding="utf-8"))
    assert stored.keys() == {"reviews", "lessons"}
    assert {step["view"]["review"] for step in stored["lessons"]} == stored["reviews"].keys()
    assert all(step.keys() == {"view", *CODES} for step in stored["lessons"])


def test_the_style_sheet_knows_each_class_of_the_panel_and_sets_no_colour_of_its_own():
    sheet = (VIEWS / "lesson" / "lesson.css").read_text(encoding="utf-8")
    html = lesson_panel(COURSES["en"][0], 1, 8, answered=True)
    classes = {name for _, attributes in Page(html).elements for name in attributes.get("class", "").split()}
    assert all(f".{name}" in sheet for name in classes - {"gs-card"})
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", sheet)
