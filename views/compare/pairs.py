"""Two readings side by side as HTML: both verdicts on one scale, the tokens aligned in columns, all changes, the CSV.

The sides are called A (above) and B (below). A column is a pair of tokens with bars for what changed; columns wrap as
words do, so that a long review is read like a text. Everything that comes from a person is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from model.network.classify import Prediction
from model.reading.alignment import Pair
from model.reading.comparison import Comparison, Means
from model.reading.explanation import Explanation
from views.drawing.downloads import csv_link, csv_text, png_button
from views.drawing.labels import ARROWS, NAMES
from views.drawing.numbers import difference, minus, signed
from views.drawing.tracks import GATES, SCORE_LIMIT, bar_limit

SUMMED_UP = 3  # changes that the sentence names
REACHED = 12  # columns, those of the largest changes, that the tab key reaches
PRINTED = 0.1  # of the scale: a change from here on has its number beside its bar
QUIET = 0.05  # of the scale: smaller changes of a token that stayed may be folded away
AROUND = 2  # columns beside what changed that are never folded away
SHORTEST = 4  # columns: a shorter stretch is not worth folding
FOLDED = 40  # pairs from which on folding is offered; done at once where most of them are quiet
FROM_BASELINE = 0.05  # logits: a smaller change of the baseline's verdict is not worth a sentence
NOTHING = 0.005  # logits, or logits per unit: what the page's two digits do not show


@dataclass(frozen=True, slots=True)
class _Score:
    """How scores are shown: `limit` is the score of the fullest colour and of a full bar; saliency has no sign."""

    limit: float
    signless: bool

    @property
    def unit(self) -> str:
        return "logits per unit" if self.signless else "logits"

    def text(self, value: float) -> str:
        return f"{value:.3f}" if self.signless else signed(value, 3)

    def change(self, value: float) -> str:
        return signed(value, 3 if self.signless else 2)


@dataclass(frozen=True, slots=True)
class _Gate:
    """The quantity that is shown. `means`, `change` and `distance` are parallel to the pairs; `limit` is a full bar."""

    symbol: str
    where: str
    limit: float
    means: Means
    change: np.ndarray
    distance: np.ndarray


def comparison(compared: Comparison, layer: int, direction: str, symbol: str) -> str:
    """Verdicts, aligned tokens and table of one comparison, for a layer (from 1), a direction and a quantity.

    Where a side lacks the quantity (a plain RNN has h alone) the hidden state is shown, and the page says so.
    """
    score, gate = _score_scale(compared), _gate(compared, layer, direction, symbol)
    return "\n".join(
        (
            _verdicts(compared, score),
            _aligned(compared, score, gate, symbol),
            _table(compared, score, gate, layer, direction),
        )
    )


def _score_scale(compared: Comparison) -> _Score:
    sides = (compared.left.attribution, compared.right.attribution)
    if sides[0].method == "saliency":
        return _Score(max(bar_limit(side) for side in sides), signless=True)
    return _Score(SCORE_LIMIT, signless=False)


def _gate(compared: Comparison, layer: int, direction: str, symbol: str) -> _Gate | None:
    """What is shown of the gates; None if a network has no such layer."""
    shown = symbol if symbol in compared.common_quantities else "h"
    try:
        means = compared.means(shown, layer, direction)
    except KeyError:
        return None
    distance = compared.distance(shown, layer, direction)
    limit = 0.5 if shown in GATES else 2.0 if shown == "c" else 1.0
    return _Gate(shown, f"layer {layer}, {ARROWS[direction]}", limit, means, means.right - means.left, distance)


def _verdicts(compared: Comparison, score: _Score) -> str:
    """Both verdicts on one meter, what lies between them, and what it comes from."""
    sides = tuple(zip("AB", (compared.left, compared.right), strict=True))
    predictions = tuple(side.prediction for _, side in sides)
    low, high = sorted(100 * each.probability for each in predictions)
    spoken = " and ".join(f"{name} {side.prediction.probability:.2f}" for name, side in sides)
    markers = "".join(
        f'<i class="gs-mark-{name.lower()}" style="left:{100 * side.prediction.probability:.1f}%"><b>{name}</b></i>'
        for name, side in sides
    )
    return f"""<section class="gs-card gs-verdict gs-compare-verdict" aria-label="Both verdicts">
<h2>Two verdicts on one scale</h2>
<div class="gs-compare-sides">{"".join(_side(name, side) for name, side in sides)}{_between(compared)}</div>
<div class="gs-meter gs-meter-two" role="img" aria-label="P(positive): {spoken}">
<span style="left:{low:.1f}%;width:{high - low:.1f}%"></span>{markers}</div>
<div class="gs-ends-label"><span>negative</span><span>in doubt</span><span>positive</span></div>
<p class="gs-compare-sum">{" ".join(_sentences(compared, score))}</p></section>"""


def _side(name: str, side: Explanation) -> str:
    prediction = side.prediction
    return f"""<div><p class="gs-label"><b class="gs-side-name">{name}</b> <strong>{_verdict_word(prediction)}</strong>
<span>P(positive) = {prediction.probability:.2f}</span></p>
<p class="gs-note">{" · ".join(_remarks(side))}</p></div>"""


def _verdict_word(prediction: Prediction) -> str:
    return f"In doubt, leaning {prediction.label}" if prediction.doubtful else prediction.label.capitalize()


def _remarks(side: Explanation) -> Iterator[str]:
    review = side.review
    yield f"logit {signed(side.prediction.logit)}"
    yield f"checkpoint {escape(side.question.checkpoint)}"
    unknown = f", {len(review.unknown):,} unknown" if review.unknown else ""
    yield f"{len(review.tokens):,} token{'s' if len(review.tokens) != 1 else ''}{unknown}"
    if review.omitted:
        yield f"⚠ cut: {review.omitted:,} tokens in the middle were left out"


def _between(compared: Comparison) -> str:
    before, after = compared.left.prediction, compared.right.prediction
    return (
        '<div><p class="gs-label"><b class="gs-side-name">A → B</b> '
        f"<strong>{difference(before.probability, after.probability)}</strong> <span>in P(positive)</span></p>"
        f'<p class="gs-note">{_logits(compared)} logits</p></div>'
    )


def _logits(compared: Comparison) -> str:
    return difference(compared.left.prediction.logit, compared.right.prediction.logit)


def _sentences(compared: Comparison, score: _Score) -> Iterator[str]:
    """What changed most, and how much of it stands on the words that differ."""
    shift = compared.shift
    largest = [place for place in np.argsort(-np.abs(shift), kind="stable")[:SUMMED_UP] if abs(shift[place]) > NOTHING]
    if not largest:
        yield "No token's score changed."
        return
    named = "; ".join(_named(compared, place, score) for place in largest)
    yield f"The largest change{'s' if len(largest) > 1 else ''} of a score, in {score.unit}: {named}."
    yield from _sums(compared, score)


def _sums(compared: Comparison, score: _Score) -> Iterator[str]:
    """Which tokens the change comes from, and what is not the tokens' but the baseline's."""
    shift, same, baseline = compared.shift, compared.same, compared.baseline_change
    if compared.left.attribution.delta is not None and baseline is not None and abs(baseline) >= FROM_BASELINE:
        missed = compared.logit_change - float(shift.sum()) - baseline
        error = f", and {signed(missed)} is the method's error" if abs(missed) >= FROM_BASELINE else ""
        yield (
            f"Of the {_logits(compared)} logits between the verdicts the tokens explain "
            f"{score.change(float(shift.sum()))}; {signed(baseline)} lie between the verdicts on the two "
            f"baselines{error}."
        )
    if score.signless or same.all() or not same.any():
        return
    context = " though their words are the same: the network reads each word with those around it"
    yield (
        f"In all, the tokens that differ shift the sum of the scores by {score.change(float(shift[~same].sum()))}, "
        f"those that stayed by {score.change(float(shift[same].sum()))}"
        f"{context if np.abs(shift[same]).max() > NOTHING else ''}."
    )


def _named(compared: Comparison, place: int, score: _Score) -> str:
    """One pair in a sentence: its words, where they stand, and the change."""
    pair = compared.pairs[place]
    left, right = _token(compared.left, pair.left), _token(compared.right, pair.right)
    change = f"<b>{score.change(float(compared.shift[place]))}</b>"
    if pair.left is None:
        return f"{_quoted(right)} (only in B, token {pair.right + 1}) {change}"
    if pair.right is None:
        return f"{_quoted(left)} (only in A, token {pair.left + 1}) {change}"
    if left.lower() == right.lower():
        return f"{_quoted(right)} (token {_places(pair)}) {change}"
    return f"{_quoted(left)} → {_quoted(right)} (token {_places(pair)}) {change}"


def _places(pair: Pair) -> str:
    return f"{pair.left + 1}" if pair.left == pair.right else f"{pair.left + 1} of A, {pair.right + 1} of B"


def _token(side: Explanation, place: int | None) -> str:
    return "" if place is None else side.review.tokens[place].text


def _quoted(text: str) -> str:
    return f'<bdi class="gs-compare-word">{escape(text)}</bdi>'


def _aligned(compared: Comparison, score: _Score, gate: _Gate | None, symbol: str) -> str:
    """The aligned tokens, column by column, with a key, a legend and a line for the numbers of one column."""
    quiet = _quiet(compared, score, gate)
    fold = ""
    if len(compared.pairs) >= FOLDED and quiet.any():
        checked = " checked" if quiet.mean() > 0.5 else ""
        fold = f'<label class="gs-compare-fold"><input type="checkbox"{checked}> Only what changed</label>'
    return f"""<section class="gs-card gs-compare gs-picture" aria-label="Both reviews, token by token">
<header><h2>What changed, token by token</h2>{fold}{png_button("gatescope-compare")}
<span class="gs-compare-legends">{_legend(score)}</span></header>
<div class="gs-pairs-holder"><div class="gs-pairs" role="list" dir="auto">{_key(gate)}\
{"".join(_columns(compared, score, gate, quiet))}</div>
<p class="gs-note gs-pairs-hint">Point at, tap or tab to a column for its numbers.</p></div>
<ul class="gs-note gs-compare-notes">{_notes(compared, score, gate, symbol)}</ul></section>"""


def _legend(score: _Score) -> str:
    if score.signless:
        scale = f'0 <i class="gs-scale-plain"></i> {score.limit:.2g} {score.unit}'
    else:
        scale = f'−{score.limit:g} <i class="gs-scale-score"></i> +{score.limit:g} logits'
    return (
        f'<span class="gs-legend">{scale}</span>'
        '<span class="gs-legend"><b>≠</b> replaced</span><span class="gs-legend"><b>+</b> only in B</span>'
        '<span class="gs-legend"><b>−</b> only in A</span>'
        '<span class="gs-legend gs-unknown gs-legend-unknown">unknown</span>'
    )


def _key(gate: _Gate | None) -> str:
    """The first column: what the lines of each column are."""
    lane = "" if gate is None else f'<span class="gs-lane">{NAMES[gate.symbol]} <em>{gate.symbol}</em></span>'
    names = [f'<span class="gs-key-line"><b class="gs-side-name">{name}</b></span>' for name in "AB"]
    return (
        f'<span class="gs-pair gs-pair-key" role="listitem">{names[0]}<span class="gs-tie"></span>{names[1]}'
        f'<span class="gs-lane">attribution</span>{lane}</span>'
    )


def _notes(compared: Comparison, score: _Score, gate: _Gate | None, symbol: str) -> str:
    notes = [_score_note(score)]
    if gate is None:
        notes.append("One of the two networks has no such layer, so there is no gate to compare.")
    else:
        notes.append(_gate_note(compared, gate))
        if gate.symbol != symbol:
            notes.append("A plain RNN has no gates and no cell state: the hidden state <em>h</em> of both is shown.")
    return "".join(f"<li>{note}</li>" for note in notes)


def _score_note(score: _Score) -> str:
    full = f"{score.limit:.2g} {score.unit}" if score.signless or score.limit != 1 else "1 logit"
    return (
        f"Upper bar: change of the attribution from A to B, up for a rise; a full bar is {full} or more. "
        "For a token on one side only it is all that this token adds or takes away."
    )


def _gate_note(compared: Comparison, gate: _Gate) -> str:
    name = f"{NAMES[gate.symbol]} <em>{gate.symbol}</em> ({gate.where})"
    note = f"Lower bar: change of the {name}, mean over units; a full bar is {gate.limit:g}."
    if not compared.same_checkpoint:
        return f"{note} The units of two networks have nothing to do with one another, so only their means compare."
    note += " The pale bar around it is how far the units moved, up or down (root mean square)."
    moved = np.nan_to_num(gate.distance)
    if not len(moved) or moved.max() < 0.0005:
        return f"{note} Here no unit moved."
    place = int(moved.argmax())
    word = _quoted(_token(compared.right, compared.pairs[place].right))
    return f"{note} They moved most at {word} (token {_places(compared.pairs[place])}): {moved[place]:.2f}."


def _quiet(compared: Comparison, score: _Score, gate: _Gate | None) -> np.ndarray:
    """Which pairs may be folded away, (pairs,) boolean: nothing to see, and nothing beside them."""
    loud = ~compared.same | (np.abs(compared.shift) >= QUIET * score.limit)
    if gate is not None:
        moved = np.maximum(np.nan_to_num(gate.distance), np.abs(np.nan_to_num(gate.change)))
        loud |= moved >= 2 * QUIET * gate.limit
    reach = np.convolve(loud, np.ones(2 * AROUND + 1), mode="full")[AROUND : AROUND + len(loud)]
    quiet = reach < 0.5
    for start, end in _stretches(quiet):
        if end - start < SHORTEST:
            quiet[start:end] = False
    return quiet


def _stretches(marked: np.ndarray) -> Iterator[tuple[int, int]]:
    """Start (inclusive) and end (exclusive) of each run of True in (pairs,) booleans."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(int)))
    yield from ((int(start), int(end)) for start, end in edges.reshape(-1, 2))


def _columns(compared: Comparison, score: _Score, gate: _Gate | None, quiet: np.ndarray) -> Iterator[str]:
    """The columns, with a word where a review was cut, and one that stands for a stretch that is folded away."""
    shift = compared.shift
    reached = set(np.argsort(-np.abs(shift), kind="stable")[:REACHED].tolist())
    folded = {start: end - start for start, end in _stretches(quiet)}
    painter = _Painter(compared, score, gate, shift)
    for place, pair in enumerate(compared.pairs):
        for name, side, own in (("A", compared.left, pair.left), ("B", compared.right, pair.right)):
            if side.review.omitted and own == side.review.head:
                yield f'<span class="gs-cut" role="listitem">{name}: {side.review.omitted:,} tokens left out</span>'
        if place in folded:
            yield f'<span class="gs-cut gs-folded" role="listitem">… {folded[place]:,} alike …</span>'
        yield painter.column(place, quiet=bool(quiet[place]), reached=place in reached)


class _Painter:
    """Draws columns. The arrays of a comparison are made once here, not for each column."""

    def __init__(self, compared: Comparison, score: _Score, gate: _Gate | None, shift: np.ndarray) -> None:
        self.compared, self.score, self.gate, self.shift = compared, score, gate, shift
        self.same = compared.same
        self.scores = (compared.left_scores, compared.right_scores)
        self.unknown = tuple(set(side.review.unknown) for side in (compared.left, compared.right))

    def column(self, place: int, quiet: bool, reached: bool) -> str:
        """One pair of tokens with its bars. `quiet` ones may be folded away; the tab key gets to `reached` ones."""
        pair = self.compared.pairs[place]
        tie, kind = self._tie(place)
        shift = float(self.shift[place])
        number = f"<small>{self.score.change(shift)}</small>" if abs(shift) >= PRINTED * self.score.limit else ""
        return (
            f'<span class="gs-pair {kind}{" gs-quiet" if quiet else ""}" role="listitem" '
            f'tabindex="{0 if reached else -1}" aria-label="{escape(self._numbers(place))}">'
            f'{self._word(0, pair.left, place)}<span class="gs-tie">{tie}</span>{self._word(1, pair.right, place)}'
            f'<span class="gs-lane">{_bar(shift, self.score.limit)}{number}</span>'
            f"{self._gate_lane(place)}</span>"
        )

    def _tie(self, place: int) -> tuple[str, str]:
        """The sign between both tokens, and the class of the column."""
        pair = self.compared.pairs[place]
        if pair.left is None:
            return "+", "gs-pair-new"
        if pair.right is None:
            return "−", "gs-pair-gone"
        return ("", "gs-pair-same") if self.same[place] else ("≠", "gs-pair-other")

    def _word(self, index: int, own: int | None, place: int) -> str:
        if own is None:
            return '<span class="gs-none"></span>'
        side = (self.compared.left, self.compared.right)[index]
        value = float(self.scores[index][place])
        sign = "gs-plain" if self.score.signless else "gs-pos" if value > 0 else "gs-neg"
        unknown = " gs-unknown" if own in self.unknown[index] else ""
        weight = min(1.0, abs(value) / self.score.limit)
        text = escape(side.review.tokens[own].text)
        return f'<bdi class="gs-word {sign}{unknown}" style="--w:{weight:.3f}">{text}</bdi>'

    def _gate_lane(self, place: int) -> str:
        if self.gate is None:
            return ""
        change, distance = float(self.gate.change[place]), float(self.gate.distance[place])
        if np.isnan(change):
            return '<span class="gs-lane gs-lane-none"></span>'
        moved = ""
        if not np.isnan(distance):
            moved = f'<i class="gs-moved" style="--v:{min(1.0, distance / self.gate.limit):.3f}"></i>'
        return f'<span class="gs-lane">{moved}{_bar(change, self.gate.limit)}</span>'

    def _numbers(self, place: int) -> str:
        """The numbers of a column as text, of which each token is kept apart from what stands around it."""
        pair = self.compared.pairs[place]
        words = [
            f"{name} “\u2068{_token(side, own)}\u2069” {self.score.text(float(scores[place]))}"
            + (", unknown word" if own in unknown else "")
            for name, side, own, scores, unknown in zip(
                "AB",
                (self.compared.left, self.compared.right),
                (pair.left, pair.right),
                self.scores,
                self.unknown,
                strict=True,
            )
            if own is not None
        ]
        shift = difference(*(float(scores[place]) for scores in self.scores), 3)
        text = f"{' → '.join(words)}: {shift}" if len(words) == 2 else f"Only in {words[0]}"
        text += f" {self.score.unit}"
        return text + self._gate_numbers(place)

    def _gate_numbers(self, place: int) -> str:
        if self.gate is None:
            return ""
        means = [float(side[place]) for side in (self.gate.means.left, self.gate.means.right)]
        text = f" · {self.gate.symbol} {' → '.join(minus(f'{mean:.3f}') for mean in means if not np.isnan(mean))}"
        distance = float(self.gate.distance[place])
        return text if np.isnan(distance) else f"{text}, units moved by {distance:.3f}"


def _bar(value: float, limit: float) -> str:
    """A bar from the middle of its lane; one that goes beyond the scale is marked."""
    share = value / limit
    kind = f"{'gs-rise' if value > 0 else 'gs-fall'}{' gs-beyond' if abs(share) > 1 else ''}"
    return f'<i class="{kind}" style="--v:{min(1.0, abs(share)):.3f}"></i>'


def _table(compared: Comparison, score: _Score, gate: _Gate | None, layer: int, direction: str) -> str:
    """All pairs with their numbers, behind a line that opens them, and the link that saves them as CSV."""
    head = ["#", "A", "attribution", "#", "B", "attribution", "change"]
    if gate is not None:
        head += [f"{gate.symbol} A", f"{gate.symbol} B", "change", "units moved by"]
    cells = "".join(f'<th scope="col">{name}</th>' for name in head)
    means = "" if gate is None else f" {gate.symbol}: mean over units, {gate.where}."
    return f"""<section class="gs-card gs-table gs-compare-table" aria-label="Table of changes">
<header><p>Attribution in {score.unit}; change from A to B.{means}</p>
{csv_link(csv_table(compared, layer, direction), "gatescope-compare", f"Download CSV (layer {layer}, {direction})")}
</header><details><summary>All numbers, pair by pair</summary>
<div class="gs-table-scroll" tabindex="0" aria-label="Table of changes, scrolls"><table>
<thead><tr>{cells}</tr></thead><tbody>{"".join(_table_rows(compared, score, gate))}</tbody></table></div></details>
</section>"""


def _table_rows(compared: Comparison, score: _Score, gate: _Gate | None) -> Iterator[str]:
    left_scores, right_scores = compared.left_scores, compared.right_scores
    columns = [] if gate is None else [gate.means.left, gate.means.right]
    for place, pair in enumerate(compared.pairs):
        numbers = "".join(f"<td>{_cell(column[place], signless=True)}</td>" for column in columns)
        if gate is not None:
            numbers += f"<td>{_change(*(column[place] for column in columns))}</td>"
            numbers += f"<td>{_cell(gate.distance[place], signless=True)}</td>"
        yield (
            f"<tr>{_table_token(compared.left, pair.left)}<td>{_cell(left_scores[place], score.signless)}</td>"
            f"{_table_token(compared.right, pair.right)}<td>{_cell(right_scores[place], score.signless)}</td>"
            f"<td>{_change(left_scores[place], right_scores[place])}</td>{numbers}</tr>"
        )


def _table_token(side: Explanation, place: int | None) -> str:
    if place is None:
        return "<td></td><th>–</th>"
    return f"<td>{place + 1}</td><th scope='row'><bdi>{escape(_token(side, place))}</bdi></th>"


def _cell(value: float, signless: bool = False) -> str:
    if np.isnan(value):
        return "–"
    return minus(f"{value:.3f}") if signless else signed(float(value), 3)


def _change(left: float, right: float) -> str:
    return "–" if np.isnan(left + right) else difference(float(left), float(right), 3)


def csv_table(compared: Comparison, layer: int, direction: str) -> str:
    """One row for each pair: places, tokens, whether known, attributions and their change; then, for each quantity
    that both networks have in that layer and direction, both means over the units, their change, and the units'
    root mean square difference. What a side lacks is empty.
    """
    arrays: dict[str, np.ndarray] = {}
    for symbol in compared.common_quantities:
        gate = _gate(compared, layer, direction, symbol)
        if gate is None:
            break
        name = f"layer{layer}.{direction}.{symbol}"
        arrays[f"{name}.A"], arrays[f"{name}.B"] = gate.means.left, gate.means.right
        arrays[f"{name}.change"], arrays[f"{name}.moved"] = gate.change, gate.distance
    header = [f"{name}.{side}" for side in "AB" for name in ("place", "token", "known", "attribution")]
    changes = compared.score_change
    unknown = [set(side.review.unknown) for side in (compared.left, compared.right)]
    rows = (
        [
            *_csv_side(compared.left, pair.left, unknown[0]),
            *_csv_side(compared.right, pair.right, unknown[1]),
            float(changes[place]),
            *(float(array[place]) for array in arrays.values()),
        ]
        for place, pair in enumerate(compared.pairs)
    )
    return csv_text([*header, "attribution.change", *arrays], rows)


def _csv_side(side: Explanation, place: int | None, unknown: set[int]) -> list[object]:
    if place is None:
        return [None, None, None, None]
    return [place + 1, _token(side, place), "no" if place in unknown else "yes", side.attribution.scores[place]]
