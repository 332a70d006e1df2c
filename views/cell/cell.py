"""One step of one unit as HTML: the equations of the cell with their numbers, its drawing, and its numbers as CSV.

The drawing is the well-known one of C. Olah ("Understanding LSTM Networks", 2015): memory runs along the top, gates sit
below. Here it carries numbers: each gate is a door, as open as it is now, in a tube, and what flows through the tube is
as wide as the number is large. Everything that comes from a person is escaped here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from html import escape

from model.recurrence.step import CellStep, Part
from views.drawing.downloads import csv_text
from views.drawing.labels import ARROWS, NAMES
from views.drawing.numbers import signed

MEANINGS = {
    "f": "how much of the old memory stays",
    "i": "how much of the new is let in",
    "g": "what could be written",
    "o": "how much of the memory is shown",
    "c": "the memory: what stays, and what is new",
    "h": "what the cell shows: all that leaves it",
}
PLAIN_MEANING = "what the unit remembers, and shows"
GATE_ORDER = ("f", "i", "g", "o")  # as the drawing has them, from left to right
DIGITS, DRAWN_DIGITS = 3, 2
LONGEST_TOKEN = 14  # characters of a token in the drawing
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# The drawing, in units of its own.
WIDTH, HEIGHT, PLAIN_HEIGHT = 540, 476, 320
TOP, LANE, BUS, BOTTOM = 58, 116, 384, 422  # the cell's upper edge, c's tube, the wire that all gates read, lower edge
COLUMNS = {"f": 126, "i": 202, "g": 280, "o": 362}
OUT, WALL, SPLIT = 431, 474, 498  # where tanh(c) goes down, the cell ends, and h goes up
TANH, I_DOOR, O_DOOR = 180, 214, 254
GATE_TOP, GATE_HEIGHT, GATE_WIDTH = 300, 54, 62
TUBE = 26  # inner width of a tube: what a flow of full size takes
LEAF = 7  # thickness of a door's leaf; as much of it always stands out of the wall
NODE = TUBE / 2 + LEAF + 9  # from the middle of a tube to the sign beside its door


def equations(step: CellStep, token: str, previous: str | None) -> str:
    """The six equations (of a plain RNN: the one) in MathML, the number of this step under each symbol.

    `token` is the one that is read, `previous` the one that this direction read before, None if there was none.
    """
    if not step.cell.gates:
        rows, count = _gate_equation(step.part("h")), "The equation"
    else:
        gates = (_gate_equation(step.part(symbol)) for symbol in GATE_ORDER)
        rows, count = "".join(gates) + _memory_equation(step) + _output_equation(step), "The six equations"
    return f"""<section class="gs-card gs-equations" aria-label="{count} of the cell">
<header><h2>{count} of unit {step.unit}</h2><span class="gs-note">{_where(step)}, at {_quoted(token)}</span></header>
{rows}<ul class="gs-note gs-equation-notes">{"".join(f"<li>{note}</li>" for note in _notes(step, token, previous))}</ul>
</section>"""


def diagram(step: CellStep, token: str, previous: str | None) -> str:
    """The cell as one SVG in a figure: doors as open as the gates are, flows as wide as the numbers are large.

    `token` is the one that is read, `previous` the one that this direction read before, None if there was none.
    """
    height = HEIGHT if step.cell.gates else PLAIN_HEIGHT
    parts = _drawing(step) if step.cell.gates else _plain_drawing(step)
    words = _token_texts(step, token, previous, height)
    return (
        f'<figure class="gs-cell-figure"><svg xmlns="http://www.w3.org/2000/svg" class="gs-cell-diagram" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_description(step, token)}">'
        f'{"".join(parts)}{"".join(words)}</svg><figcaption class="gs-note">{_caption(step)}</figcaption></figure>'
    )


def numbers(step: CellStep) -> list[tuple[str, float]]:
    """Every number of a step with its name, in the order in which the equations need them."""
    rows = []
    for symbol in GATE_ORDER if step.cell.gates else step.cell.symbols:
        part = step.part(symbol)
        rows += [
            (f"W_x{symbol} x_t", part.from_input),
            (f"W_h{symbol} h_(t-1)", part.from_state),
            (f"b_{symbol}", part.bias),
            (f"sum of {symbol}", part.total),
            (f"{symbol}_t", part.value),
        ]
    if not step.cell.gates:
        return [*rows, ("h_(t-1)", step.h_before)]
    c = step.state("c")
    states = [("c_(t-1)", c.before), ("c_t", c.value), ("tanh(c_t)", c.squashed)]
    return [*rows, *states, ("h_(t-1)", step.h_before), ("h_t", step.h)]


def csv_of_step(step: CellStep, token: str) -> str:
    """The numbers of a step as CSV, one a row; before them token, place (from 1), layer, direction and unit."""
    about = [("token", token), ("place", step.place + 1), ("layer", step.layer)]
    return csv_text(["name", "value"], [*about, ("direction", step.direction), ("unit", step.unit), *numbers(step)])


# Numbers and words


def _shown(symbol: str, value: float, digits: int = DIGITS) -> str:
    """The value of a gate or state: i, f, o have no sign."""
    return f"{value:.{digits}f}" if symbol in ("i", "f", "o") else signed(value, digits)


def _sign(value: float) -> str:
    """The class that colours what is above or below 0."""
    return "gs-cell-even" if not value else "gs-cell-positive" if value > 0 else "gs-cell-negative"


def _kind(shown: str) -> str:
    """The class that colours a number by the sign that it is shown with: no colour says what no sign says."""
    return {"+": "gs-cell-positive", "−": "gs-cell-negative"}.get(shown[0], "gs-cell-even")


def _function(symbol: str) -> str:
    return "tanh" if symbol in ("g", "h") else "σ"


def _openness(value: float) -> str:
    percent = round(100 * value)
    return {0: "shut", 100: "open"}.get(percent, f"open {percent} %")


def _text_of(token: str) -> str:
    """A token as text that XML can hold, on one line; a mark for white space alone."""
    return " ".join(NOT_XML.sub("�", token).split()) or "␣"


def _short(token: str) -> str:
    text = _text_of(token)
    return text if len(text) <= LONGEST_TOKEN else text[: LONGEST_TOKEN - 1] + "…"


def _quoted(token: str) -> str:
    return f"“<bdi>{escape(_text_of(token))}</bdi>”"


def _where(step: CellStep) -> str:
    return f"layer {step.layer}, {step.direction} ({ARROWS[step.direction]})"


def _above(step: CellStep) -> str:
    return "the output" if step.layer == step.layers else f"layer {step.layer + 1}"


# Equations


def _gate_equation(part: Part) -> str:
    symbol, function = part.symbol, _function(part.symbol)
    terms = (
        (_weight("x", symbol) + _sub("x", "t"), part.from_input),
        (_weight("h", symbol) + _previous("h"), part.from_state),
        (_sub("b", symbol), part.bias),
    )
    addends = "<mo>+</mo>".join(_under(term, "", value) for term, value in terms)
    spoken = "sigma" if function == "σ" else "tanh"
    label = (
        f"{NAMES[symbol]}: {spoken} of {signed(part.total, DIGITS)} is {_shown(symbol, part.value)}. The sum is "
        f"{signed(part.from_input, DIGITS)} from the input, {signed(part.from_state, DIGITS)} from the states before, "
        f"{signed(part.bias, DIGITS)} bias"
    )
    head = f"{_sub(symbol, 't')}<mo>=</mo>{_name(function)}<mo>(</mo>{addends}<mo>)</mo>"
    result = f"<mo>=</mo>{_name(function)}<mo>(</mo>{_mn('', part.total)}<mo>)</mo>{_result(symbol, part.value)}"
    return _equation(symbol, label, head, result, PLAIN_MEANING if symbol == "h" else MEANINGS[symbol])


def _memory_equation(step: CellStep) -> str:
    c = step.state("c")
    kept, new = _kept(step), _new(step)
    head = (
        f"{_sub('c', 't')}<mo>=</mo>{_under(_sub('f', 't'), 'f', step.part('f').value)}<mo>⊙</mo>"
        f"{_under(_previous('c'), 'c', c.before)}<mo>+</mo>{_under(_sub('i', 't'), 'i', step.part('i').value)}"
        f"<mo>⊙</mo>{_under(_sub('g', 't'), 'g', step.part('g').value)}"
    )
    result = f"<mo>=</mo>{_mn('c', kept)}<mspace width='0.35em'/>{_mn('c', new)}{_result('c', c.value)}"
    label = (
        f"cell state: {_shown('f', step.part('f').value)} times {signed(c.before, DIGITS)}, plus "
        f"{_shown('i', step.part('i').value)} times {signed(step.part('g').value, DIGITS)}, is "
        f"{signed(c.value, DIGITS)}"
    )
    return _equation("c", label, head, result, MEANINGS["c"])


def _output_equation(step: CellStep) -> str:
    c = step.state("c")
    shown = _under(f"{_name('tanh')}<mo>(</mo>{_sub('c', 't')}<mo>)</mo>", "h", c.squashed)
    head = f"{_sub('h', 't')}<mo>=</mo>{_under(_sub('o', 't'), 'o', step.part('o').value)}<mo>⊙</mo>{shown}"
    label = (
        f"hidden state: {_shown('o', step.part('o').value)} times tanh of {signed(c.value, DIGITS)}, which is "
        f"{signed(c.squashed, DIGITS)}, is {signed(step.h, DIGITS)}"
    )
    return _equation("h", label, head, _result("h", step.h), MEANINGS["h"])


def _equation(symbol: str, label: str, head: str, result: str, meaning: str) -> str:
    """One equation in two pieces, so that a narrow page can set them on two lines."""
    return (
        f'<div class="gs-equation" role="math" data-symbol="{symbol}" aria-label="{label}">'
        f"<p><strong>{NAMES[symbol]}</strong> {meaning}</p><div>"
        f'<math display="block">{head}</math><math display="block" class="gs-equation-result">{result}</math>'
        f"</div></div>\n"
    )


def _sub(symbol: str, index: str) -> str:
    return f"<msub><mi>{symbol}</mi><mi>{index}</mi></msub>"


def _previous(symbol: str) -> str:
    return f"<msub><mi>{symbol}</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>"


def _weight(source: str, symbol: str) -> str:
    return f"<msub><mi>W</mi><mrow><mi>{source}</mi><mi>{symbol}</mi></mrow></msub><mspace width='0.12em'/>"


def _name(function: str) -> str:
    return f"<mi>{function}</mi>"


def _mn(symbol: str, value: float) -> str:
    shown = _shown(symbol, value)
    return f'<mn class="{_kind(shown)}">{shown}</mn>'


def _under(term: str, symbol: str, value: float) -> str:
    return f"<munder><mrow>{term}<mspace depth='0.55em'/></mrow>{_mn(symbol, value)}</munder>"


def _result(symbol: str, value: float) -> str:
    return f'<mo>=</mo><mrow class="gs-equation-value">{_mn(symbol, value)}</mrow>'


def _kept(step: CellStep) -> float:
    return step.part("f").value * step.state("c").before


def _new(step: CellStep) -> float:
    return step.part("i").value * step.part("g").value


def _notes(step: CellStep, token: str, previous: str | None) -> Iterator[str]:
    if not step.cell.gates:
        yield "A plain RNN has no gates and no cell state: its hidden state is all that it remembers."
    if step.layer == 1:
        yield f"<em>x<sub>t</sub></em> is the word vector of {_quoted(token)}."
    else:
        yield (
            f"<em>x<sub>t</sub></em> is what layer {step.layer - 1} shows at {_quoted(token)}: "
            "the hidden states of both its directions."
        )
    if previous is None:
        yield "No token was read before this one: the states before it are 0."
    else:
        yield f"<em>t</em> − 1 is the token that was read before: {_quoted(previous)}."
    yield (
        f"<em>W x</em> and <em>W h</em> are the rows of unit {step.unit} times all of <em>x</em> and times the hidden "
        f"states of all {step.units} units; <em>b</em> is its bias (PyTorch's two, added up)."
    )
    if step.cell.gates:
        yield (
            "⊙ multiplies unit by unit: of one unit, two numbers. Many books write the candidate <em>g</em> as "
            "<em>C̃</em> and the cell state <em>c</em> as <em>C</em>."
        )


# Drawing


def _drawing(step: CellStep) -> Iterator[str]:
    c = step.state("c")
    f, i, g, o = (step.part(symbol).value for symbol in GATE_ORDER)
    full = _full_tube(step)
    down = f"M{OUT} {O_DOOR}V{BUS}H{WALL}"
    yield _frames(BOTTOM)
    yield _leaving(step.h, BUS)
    yield _tubes(f"M0 {LANE}H{WIDTH}", f"M{COLUMNS['g']} {GATE_TOP}V{LANE}", f"M{OUT} {LANE}V{BUS}H{WALL}")
    yield _flow(f"M0 {LANE}H{COLUMNS['f']}", "c-before", c.before, full)
    yield _flow(f"M{COLUMNS['f']} {LANE}H{COLUMNS['g']}", "kept", _kept(step), full)
    yield _flow(f"M{COLUMNS['g']} {GATE_TOP}V{I_DOOR}", "g", g, full)
    yield _flow(f"M{COLUMNS['g']} {I_DOOR}V{LANE}", "new", _new(step), full)
    yield _flow(f"M{COLUMNS['g']} {LANE}H{WIDTH}M{OUT} {LANE}V{TANH}", "c", c.value, full)
    yield _flow(f"M{OUT} {TANH}V{O_DOOR}", "tanh-c", c.squashed, full)
    yield _flow(down, "h", step.h, full)
    yield _wires()
    yield _door("f", f, COLUMNS["f"], LANE, upright=True)
    yield _door("i", i, COLUMNS["g"], I_DOOR, upright=False)
    yield _door("o", o, OUT, O_DOOR, upright=False)
    yield _node(COLUMNS["g"], LANE, 15, "+")
    for x, y in ((COLUMNS["f"], LANE + NODE), (COLUMNS["g"] - NODE, I_DOOR), (OUT - NODE, O_DOOR)):
        yield _node(x, y, 9, "×")
    for symbol, value in (("f", f), ("i", i), ("g", g), ("o", o)):
        yield _gate_box(symbol, value, COLUMNS[symbol])
    yield _pill(c.squashed)
    yield from _numbers_beside(step)


def _full_tube(step: CellStep) -> int:
    """What fills a tube: 1, or the next whole number that holds every cell state of this unit in the review."""
    return max(1, math.ceil(step.state("c").largest))


def _frames(bottom: int) -> str:
    """The cell, and what is to be seen of the same unit one step before and after."""
    place = f'y="{TOP}" height="{bottom - TOP}" rx="16"'
    return (
        f'<rect class="gs-cell-beside" x="-40" width="58" {place}/>'
        f'<rect class="gs-cell-beside" x="{SPLIT + 24}" width="60" {place}/>'
        f'<rect class="gs-cell-frame" x="42" width="{WALL - 42}" {place}/>'
    )


def _tubes(*paths: str) -> str:
    """All walls first, then all insides, so that tubes open into one another."""
    walls = "".join(f'<path class="gs-cell-wall" stroke-linejoin="round" d="{path}"/>' for path in paths)
    return walls + "".join(f'<path class="gs-cell-tube" stroke-linejoin="round" d="{path}"/>' for path in paths)


def _flow(path: str, name: str, value: float, full: float = 1.0) -> str:
    """What flows through a tube: as wide as its number is large, in the colour of its sign."""
    width = TUBE * min(1.0, abs(value) / full)
    return (
        f'<path class="gs-cell-flow {_sign(value)}" data-flow="{name}" stroke-width="{width:.2f}" '
        f'stroke-linejoin="round" d="{path}"/>'
    )


def _wires() -> str:
    """What the gates read, from below and from the left, and the wires that move the doors."""
    foot = GATE_TOP + GATE_HEIGHT
    reads = f"M0 {BUS}H{COLUMNS['o']}" + "".join(f"M{x} {BUS}V{foot + 6}" for x in COLUMNS.values())
    moves = (
        f"M{COLUMNS['f']} {GATE_TOP}V{LANE + NODE}M{COLUMNS['i']} {GATE_TOP}V{I_DOOR}H{COLUMNS['g'] - NODE}"
        f"M{COLUMNS['o']} {GATE_TOP}V{O_DOOR}H{OUT - NODE}"
    )
    heads = "".join(f"M{x} {foot + 1}l-4.5 8h9z" for x in COLUMNS.values())
    return _wire(reads) + _wire(moves) + f'<path class="gs-cell-joint" d="{heads}"/>' + _input_wire(HEIGHT, BUS)


def _wire(path: str) -> str:
    return f'<path class="gs-cell-wire" stroke-linejoin="round" d="{path}"/>'


def _input_wire(height: int, bus: int) -> str:
    return _wire(f"M76 {height - 6}V{bus}") + f'<circle class="gs-cell-joint" cx="76" cy="{bus}" r="4"/>'


def _door(symbol: str, value: float, x: int, y: int, *, upright: bool) -> str:
    """Two leaves across a tube: the gap between them is the gate's value times the tube."""
    gap = TUBE * min(1.0, max(0.0, value))
    length = (TUBE - gap) / 2 + LEAF
    far = TUBE / 2 + LEAF
    first = _leaf(x, y, -far, length, upright)
    second = _leaf(x, y, far - length, length, upright)
    return (
        f'<g class="gs-cell-door" data-gate="{symbol}" data-open="{value:.3f}" data-gap="{gap:.2f}">{first}{second}</g>'
    )


def _leaf(x: int, y: int, start: float, length: float, upright: bool) -> str:
    if upright:
        return f'<rect x="{x - LEAF / 2}" y="{y + start:.2f}" width="{LEAF}" height="{length:.2f}" rx="2"/>'
    return f'<rect x="{x + start:.2f}" y="{y - LEAF / 2}" width="{length:.2f}" height="{LEAF}" rx="2"/>'


def _node(x: float, y: float, radius: int, sign: str) -> str:
    arm = radius * 0.5
    cross = f"M{-arm} 0H{arm}M0 {-arm}V{arm}"
    turned = " rotate(45)" if sign == "×" else ""
    return (
        f'<circle class="gs-cell-node" cx="{x}" cy="{y}" r="{radius}"/>'
        f'<path class="gs-cell-sign" transform="translate({x} {y}){turned}" d="{cross}"/>'
    )


def _gate_box(symbol: str, value: float, x: int) -> str:
    """A layer of weights with its sigmoid or tanh, and what comes out of it."""
    return (
        f'<rect class="gs-cell-box" x="{x - GATE_WIDTH / 2}" y="{GATE_TOP}" width="{GATE_WIDTH}" '
        f'height="{GATE_HEIGHT}" rx="8"/>'
        + _text(x, GATE_TOP + 21, _function(symbol), "gs-cell-function")
        + _number(x, GATE_TOP + 44, symbol, value)
        + _text(x, BUS + 25, NAMES[symbol].removesuffix(" gate"), "gs-cell-name")
    )


def _pill(value: float) -> str:
    return (
        f'<rect class="gs-cell-node" x="{OUT - 38}" y="{TANH - 24}" width="76" height="48" rx="24"/>'
        + _text(OUT, TANH - 4, "tanh", "gs-cell-function")
        + _number(OUT, TANH + 16, "h", value)
    )


def _leaving(value: float, y: int) -> str:
    """h outside of the cell: up, behind the tube of c, and along to the next token."""
    width = 2.5 + 5 * min(1.0, abs(value))
    lines = f"M{WALL} {y}H{WIDTH - 9}M{SPLIT} {y}V30"
    heads = f"M{WIDTH} {y}l-13 -8v16zM{SPLIT} 18l-8 13h16z"
    kind = _sign(value)
    return (
        f'<path class="gs-cell-flow {kind}" data-flow="h-leaving" stroke-width="{width:.2f}" d="{lines}"/>'
        f'<path class="gs-cell-head {kind}" d="{heads}"/>'
    )


def _numbers_beside(step: CellStep) -> Iterator[str]:
    c = step.state("c")
    above = LANE - TUBE / 2 - 16
    yield _named(52, above, "c", "t−1", c.before, "start")
    yield _number(216, above, "c", _kept(step))
    yield _named(384, above, "c", "t", c.value, "middle")
    yield _number(COLUMNS["g"] + 22, 172, "c", _new(step), "start")
    yield _door_label(COLUMNS["f"] + 17, LANE + NODE + 5, step.part("f").value, "start")
    yield _door_label(COLUMNS["g"] - 22, I_DOOR - 15, step.part("i").value, "end")
    yield _door_label(OUT - 22, O_DOOR - 15, step.part("o").value, "end")
    for symbol in ("f", "i", "o"):
        yield _text(COLUMNS[symbol] + 8, GATE_TOP - 10, symbol, "gs-cell-symbol", "start")
    yield from _hidden(step, BUS)


def _hidden(step: CellStep, bus: int) -> Iterator[str]:
    """The hidden state where it comes in and where it goes out."""
    yield _text(2, bus - 9, f"h{_index('t−1')}", "gs-cell-symbol", "start")
    yield _named(SPLIT + 8, bus + 26, "h", "t", step.h, "middle", stacked=True)


def _door_label(x: float, y: float, value: float, anchor: str) -> str:
    return _text(x, y, _openness(value), "gs-cell-open", anchor)


def _token_texts(step: CellStep, token: str, previous: str | None, height: int) -> Iterator[str]:
    """The words around the cell: what is read, what was read before, where h goes."""
    below = "word vector" if step.layer == 1 else f"layer {step.layer - 1}"
    yield _text(92, height - 28, f"<tspan>{escape(_short(token))}</tspan>", "gs-cell-token", "start")
    yield _text(92, height - 9, f"x{_index('t')}", "gs-cell-symbol", "start")
    yield _text(116, height - 9, below, "gs-cell-small", "start")
    if previous is None:
        yield _text(2, 40, "nothing read before", "gs-cell-small", "start")
    else:
        yield _text(2, 24, "read before", "gs-cell-small", "start")
        yield _text(2, 45, f"<tspan>{escape(_short(previous))}</tspan>", "gs-cell-token", "start")
    onward = "all is read" if step.last else "to the next token"
    yield _text(WIDTH - 2, height - 9, onward, "gs-cell-small", "end")
    yield _text(SPLIT - 14, 32, f"to {_above(step)}", "gs-cell-small", "end")


def _text(x: float, y: float, content: str, kind: str, anchor: str = "middle") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{content}</text>'


def _number(x: float, y: float, symbol: str, value: float, anchor: str = "middle") -> str:
    shown = _shown(symbol, value, DRAWN_DIGITS)
    return _text(x, y, shown, f"gs-cell-number {_kind(shown)}", anchor)


def _index(index: str) -> str:
    return f'<tspan class="gs-cell-index" dy="0.35em">{index}</tspan>'


def _named(x: float, y: float, symbol: str, index: str, value: float, anchor: str, *, stacked: bool = False) -> str:
    """A state's symbol and its number, beside it or below."""
    name = f'<tspan class="gs-cell-symbol">{symbol}{_index(index)}</tspan>'
    place = f'x="{x}" dy="1em"' if stacked else 'dx="0.4em" dy="-0.22em"'
    shown = _shown(symbol, value, DRAWN_DIGITS)
    number = f'<tspan class="gs-cell-number {_kind(shown)}" {place}>{shown}</tspan>'
    return _text(x, y, name + number, "gs-cell-named", anchor)


def _plain_drawing(step: CellStep) -> Iterator[str]:
    """A plain RNN: one tanh, and h alone."""
    x, y, bus = 220, 118, 218
    path = f"M{x} {y}H{OUT}V{bus}H{WALL}"
    yield _frames(266)
    yield _leaving(step.h, bus)
    yield _wire(f"M0 {bus}H{x}V{y}") + _input_wire(PLAIN_HEIGHT, bus)
    yield _tubes(path)
    yield _flow(path, "h", step.h)
    yield (
        f'<path class="gs-cell-joint" d="M{x} {y + 29}l-4.5 8h9z"/>'
        f'<rect class="gs-cell-box" x="{x - 38}" y="{y - 28}" width="76" height="56" rx="8"/>'
        + _text(x, y - 6, "tanh", "gs-cell-function")
        + _number(x, y + 17, "h", step.h)
    )
    yield from _hidden(step, bus)


def _description(step: CellStep, token: str) -> str:
    if not step.cell.gates:
        what = "a plain RNN, without gates"
    else:
        c = step.state("c")
        doors = (f"{NAMES[symbol]} {_openness(step.part(symbol).value)}" for symbol in ("f", "i", "o"))
        what = f"{', '.join(doors)}; cell state from {signed(c.before, DIGITS)} to {signed(c.value, DIGITS)}"
    return (
        f"Unit {step.unit} of {_where(step)}, at “{escape(_text_of(token))}”: {what}; hidden state "
        f"{signed(step.h, DIGITS)}. Only the hidden state leaves the cell: to {_above(step)} and to the next token."
    )


def _caption(step: CellStep) -> str:
    if not step.cell.gates:
        return (
            "A plain RNN has no gates and no cell state: the hidden state <em>h</em> is all that is handed on. "
            "The flow is as wide as the number is large (1 fills the tube); orange is above 0, blue below."
        )
    return (
        "A flow is as wide as its number is large; orange is above 0, blue below. "
        f"A tube is full at {_full_tube(step)}. Each gate is a door in a tube: what comes is multiplied by how open "
        "it is. The cell state <em>c</em> stays in its tube from token to token; only "
        f"<em>h</em> leaves the cell: up to {_above(step)}, and on to all {step.units} units at the next token."
    )
