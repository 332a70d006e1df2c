"""HTML of the Gradient flow tab: what each step makes of a gradient, and what of it arrives at each token."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np

from model.language import gettext
from model.network.cells.registry import STATES
from model.reading.explanation import Explanation, Gradients
from model.recurrence.arriving import StateGradients
from model.recurrence.jacobians import GradientFlow
from views.drawing.charts import BAR_EDGES, bar_heights
from views.drawing.downloads import csv_text, save_buttons, token_csv
from views.drawing.labels import NAMES
from views.drawing.numbers import minus
from views.drawing.token_axis import Track, token_axis
from views.drawing.tracks import Line, line_track

STEP_SCALE = (-2.0, 0.5)  # log10 of the factor of one step; beyond it the line runs along the edge
ARRIVAL_SCALE = (-12.0, 1.0)  # log10 of a gradient of the logit
FAR = 40  # tokens: the distance of which the page speaks in words
FLAT = 0.1  # of a curve's steepest slope: flatter than that, hardly any gradient gets through


def steps_sheet(explanation: Explanation, gradients: Gradients) -> str:
    """The Jacobian of each step as its terms, and their sum: log10 of the average factor, token by token."""
    flow = gradients.flows[0].flow
    tokens = explanation.review.tokens
    named = [(gettext(term.about.label), gettext(term.about.note), term.norms) for term in flow.terms]
    rows = [_log_track(*each, len(tokens), STEP_SCALE) for each in named]
    if len(rows) > 1:
        rows.append(_log_track("all together", "one whole step", flow.step_norms, len(tokens), STEP_SCALE))
    what = gettext(flow.cell.chain)
    return f"""<section class="gs-card gs-picture" aria-label="One step back">
<header><h2>One step back: {what}</h2>{_weights_badge(gradients)}</header>
<p class="gs-note">By what factor each token changes a gradient on its way back to the token before: root mean
square over all directions. The grey line is 1: nothing is lost. Layer {flow.layer}, {flow.direction}.</p>
{token_axis(tokens, rows, "One step back")}
<footer><p class="gs-note">{_range(STEP_SCALE)}.</p>
{save_buttons("gatescope-gradient-steps", steps_csv(explanation, flow))}</footer></section>"""


def _log_track(
    name: str, note: str, values: np.ndarray, tokens: int, scale: tuple[float, float], *beside: Line
) -> Track:
    lines = [Line(np.arange(tokens), _log10(values)), *beside]
    picture = line_track(lines, tokens, *scale, middle=0)
    return Track(name, picture, "gs-log", note, numbers=[_factor(value) for value in values])


def _log10(values: np.ndarray) -> np.ndarray:
    """log10 of what is not negative: NaN stays, 0 becomes far below every scale."""
    with np.errstate(divide="ignore"):
        return np.maximum(np.log10(values), -400)


def _factor(value: float) -> str:
    """A factor as people read it: 0.42, 3.1e−9; "" for NaN."""
    if np.isnan(value):
        return ""
    digits, _, exponent = f"{value:.2g}".partition("e")
    return minus(f"{digits}e{int(exponent)}" if exponent else digits)


def _range(scale: tuple[float, float]) -> str:
    return f"Each row: from {_power(scale[0])} to {_power(scale[1])}, logarithmic"


def _power(exponent: float) -> str:
    return f"10<sup>{minus(f'{exponent:g}')}</sup>"


def _weights_badge(gradients: Gradients) -> str:
    return f'<span class="gs-badge">{gradients.weights} weights</span>'


def decay_sentence(gradients: Gradients) -> str:
    """What the chain of steps leaves over a distance, in words, and how fast it is lost."""
    parts = []
    for each in gradients.flows:
        flow = each.flow
        rate = flow.gain.rate
        name = f"the {gettext(flow.cell.name)} ({escape(each.checkpoint)})"
        if len(flow.gain.distances) == 0:
            continue
        distance = int(min(FAR, flow.gain.distances[-1]))
        keeps = f"{name} keeps <strong>{_tiny(flow.gain.log10_at(distance))}</strong> of the signal"
        by = "" if rate is None else f" (best fit: times {_factor(rate)} for each token)"
        parts.append(f"after {distance} token{'s' if distance > 1 else ''} {keeps}{by}")
    if not parts:
        return "A review of a single token has no steps back."
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}. Layer {gradients.flows[0].flow.layer}, {gradients.weights} weights."


def _tiny(log10: float) -> str:
    """10 to a power as text, also where no float holds it."""
    if log10 == -np.inf:
        return "nothing"
    if log10 > -300:
        return _factor(10**log10)
    return _power(np.floor(log10))


def decay_card(gradients: Gradients) -> str:
    """The sentence beside the chart of the decay, and its numbers."""
    return f"""<section class="gs-card" aria-label="Over the distance">
<header><h2>Over the distance: vanishing or not</h2>
{_weights_badge(gradients)}</header><p class="gs-said">{decay_sentence(gradients)}</p>
<p class="gs-note">The product of all steps back from the last token read: solid, what is left on average over all
directions; dashed, the most that any direction keeps. On this scale a steady loss is a straight line. The
best fit (dotted) is such a line through all distances; it need not start at 1, so its factor times itself for each
token is not just what is kept. The LSTM's chain
follows the cell state and leaves out the way through the output gate.</p>
{save_buttons("gatescope-gradient-decay", decay_csv(gradients), "gs-decay")}</section>"""


def arrivals_sheet(explanation: Explanation, gradients: Gradients) -> str:
    """What really arrives at each token: gradients of the logit, beside what the chain of steps alone would bring."""
    tokens = explanation.review.tokens
    flow = gradients.flows[0].flow
    states = gradients.arriving.of(flow.layer, flow.direction)
    chain = Line(np.arange(len(tokens)), chain_alone(gradients), "gs-dashed")
    watched = [("at the word", "its vector", gradients.arriving.embedding)]
    watched += [(f"at {symbol}", NAMES[symbol], states.values(symbol)) for symbol in states.norms]
    rows = [_log_track(*each, len(tokens), ARRIVAL_SCALE) for each in watched[:-1]]
    name, note, values = watched[-1]  # the state that the chain of steps hands on
    rows.append(_log_track(name, f"{note}, dashed: chain alone", values, len(tokens), ARRIVAL_SCALE, chain))
    return f"""<section class="gs-card gs-picture" aria-label="What arrives">
<header><h2>What really arrives: the gradient of the logit at each token</h2>{_weights_badge(gradients)}</header>
<p class="gs-note">{_shortcut(explanation, gradients)}</p>
{token_axis(tokens, rows, "What arrives")}
<footer><p class="gs-note">{_range(ARRIVAL_SCALE)}, in logits for each unit of the state.</p>
{save_buttons("gatescope-gradient-arrivals", arrivals_csv(explanation, gradients))}</footer></section>"""


def chain_alone(gradients: Gradients) -> np.ndarray:
    """log10 of what the average factors would bring to each token from the one read last, (tokens,)."""
    flow = gradients.flows[0].flow
    states = gradients.arriving.of(flow.layer, flow.direction)
    values = states.values(flow.cell.memory)
    ordered = np.concatenate([[0.0], flow.gain.log10_gain])  # by distance from the token read last
    last = values[-1] if flow.direction == "forward" else values[0]
    chain = _log10(np.array([last]))[0] + ordered
    return chain[::-1] if flow.direction == "forward" else chain


def _shortcut(explanation: Explanation, gradients: Gradients) -> str:
    flow = gradients.flows[0].flow
    last = max(trace.layer for trace in explanation.gates.traces)
    if flow.layer < last:
        return (
            f"Layer {flow.layer} is also read by layer {flow.layer + 1} at every token, so gradients reach it by more "
            "ways than the chain of its own steps (dashed)."
        )
    if gradients.pooling == "max_mean":
        return (
            "This network's verdict looks at the maximum and the mean over all tokens, so each token has a short way "
            "to it, beside the chain of steps (dashed: what that alone would bring)."
        )
    return (
        "This network's verdict looks at the last state of each direction only: what arrives at a token has come all "
        "the way along the chain of steps (dashed: the average over all directions)."
    )


def flat_sentence(gradients: Gradients) -> str:
    """Which share of this review's pre-activations lies where their curve is nearly flat."""
    shares = [f"{100 * share:.0f} % of {symbol}" for symbol, share in _flat(gradients)]
    return (
        f"{', '.join(shares)} lie where the curve has less than a tenth of its steepest slope: hardly any gradient "
        "gets through there."
    )


def _flat(gradients: Gradients) -> Iterator[tuple[str, float]]:
    for packed in gradients.preactivations.packed:
        symbol = packed.symbol
        values = gradients.preactivations.of(symbol).astype(np.float64)
        slope = packed.curve.slope(values) / packed.curve.slope(np.zeros(1))  # 1 at its steepest
        yield symbol, float((slope < FLAT).mean())


def curves_card(gradients: Gradients) -> str:
    """The sentence beside the curves, and the numbers of their histograms."""
    return f"""<section class="gs-card" aria-label="Where gradients pass">
<header><h2>The curves of the cell, their slopes, and where this review lies on them</h2>
{_weights_badge(gradients)}</header><p class="gs-said">{flat_sentence(gradients)}</p>
{save_buttons("gatescope-pre-activations", preactivations_csv(gradients), "gs-curves")}</section>"""


def steps_csv(explanation: Explanation, flow: GradientFlow) -> str:
    """One row for each token: the average factor of each term and of their sum."""
    columns = {term.name: term.norms.tolist() for term in flow.terms}
    return token_csv(explanation.review.tokens, columns | {"sum": flow.step_norms.tolist()})


def decay_csv(gradients: Gradients) -> str:
    """One row for each checkpoint and distance: log10 of the average factor, and of the largest where it is known."""
    rows = []
    for each in gradients.flows:
        bound = dict(zip(each.flow.bound.distances.tolist(), each.flow.bound.log10_gain.tolist(), strict=True))
        for distance, gain in zip(each.flow.gain.distances.tolist(), each.flow.gain.log10_gain.tolist(), strict=True):
            rows.append([each.checkpoint, each.flow.cell.key, distance, gain, bound.get(distance)])
    return csv_text(["checkpoint", "cell", "distance (tokens)", "log10 average", "log10 largest"], rows)


def arrivals_csv(explanation: Explanation, gradients: Gradients) -> str:
    """One row for each token: norms of the gradient at the word vector, h and c, and log10 of the chain alone."""
    flow = gradients.flows[0].flow
    states = gradients.arriving.of(flow.layer, flow.direction)
    columns = {
        "word vector": gradients.arriving.embedding.tolist(),
        **{symbol: _blank_or(states, symbol) for symbol in STATES},
        "log10 chain alone": chain_alone(gradients).tolist(),
    }
    return token_csv(explanation.review.tokens, columns)


def _blank_or(states: StateGradients, symbol: str) -> list[float] | list[None]:
    """What arrives at a state, blanks where the cell has no such state."""
    return states.values(symbol).tolist() if symbol in states.norms else [None] * len(states.h)


def preactivations_csv(gradients: Gradients) -> str:
    """The bars of the chart: how many pre-activations of each gate lie in each bin; the outermost hold all beyond."""
    summed = gradients.preactivations
    counts = [bar_heights(summed, symbol).tolist() for symbol in summed.symbols]
    return csv_text(["from", "to", *summed.symbols], zip(BAR_EDGES[:-1], BAR_EDGES[1:], *counts, strict=True))
