"""Gradients of small networks, and what they must be: Jacobians by hand in numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from model.reading.explainer import Explainer
from model.reading.explanation import Question
from tests.conftest import save_checkpoint

TEXT = "Not a good film, but great!"
BOTH = pytest.mark.parametrize("direction", ["forward", "backward"])
CELLS = pytest.mark.parametrize("name", ["bilstm", "rnn"])


def measured(explainer, name="bilstm", layer=2, direction="forward", text=TEXT, weights="trained"):
    explanation = explainer.explain(Question(text, name))
    return explanation, explainer.gradients(explanation, layer, direction, weights)


def number(text):
    return float(text.replace("−", "-"))


def numbers_of(row):
    return [number(shown) if shown else None for shown in row.numbers]


def step_matrices(explainer, explanation, layer, direction):
    """For each token (in the order of reading) but the first: the terms of its Jacobian, by hand in numpy."""
    network = explainer.checkpoint(explanation.question.checkpoint).network
    weights = network.layers[layer - 1].recurrence(direction).weight_hh_l0.double().numpy()
    trace = explanation.gates.of(layer, direction)
    order = slice(None) if direction == "forward" else slice(None, None, -1)
    h = trace.h[order].astype(float)
    if not trace.cell.gates:
        return [[np.diag(1 - h[t] ** 2) @ weights] for t in range(1, len(h))]
    i, f, g, o, c = (trace.values(symbol)[order].astype(float) for symbol in "ifgoc")
    w_i, w_f, w_g, _ = np.split(weights, 4)
    steps = []
    for t in range(1, len(h)):
        shown = np.diag(o[t - 1] * (1 - np.tanh(c[t - 1]) ** 2))
        steps.append(
            [
                np.diag(f[t]),
                np.diag(c[t - 1] * f[t] * (1 - f[t])) @ w_f @ shown,
                np.diag(g[t] * i[t] * (1 - i[t])) @ w_i @ shown,
                np.diag(i[t] * (1 - g[t] ** 2)) @ w_g @ shown,
            ]
        )
    return steps


def factor(matrix):
    """Root mean square over all directions."""
    return math.sqrt((matrix**2).sum() / len(matrix))


def at_tokens(values, direction):
    """Values of the steps, in reading order of the text; None at the token that is read first."""
    return [None, *values] if direction == "forward" else [*values[::-1], None]


def gains(explainer, explanation, layer, direction):
    """The products of all steps from the last one back, by distance."""
    product, found = np.eye(5), []
    for terms in reversed(step_matrices(explainer, explanation, layer, direction)):
        product = product @ sum(terms)
        found.append(product)
    return found


def small_explainer(folder, **settings):
    """The explainer of a single checkpoint."""
    save_checkpoint(folder / settings.get("cell", "lstm"), **settings)
    return Explainer(folder)
