"""Where gradients pass: how much of a review lies where the curves of the cell are steep, in words beside the chart."""

from __future__ import annotations

from markupsafe import Markup

from model.language import gettext, joined
from model.reading.explanation import Gradients
from model.recurrence.preactivations import BIN_EDGES
from views.drawing.downloads import csv_text, save_buttons
from views.drawing.template import render


def curves_card(gradients: Gradients) -> Markup:
    """The sentence beside the curves, and the numbers of their histograms."""
    return render(
        "gradients/curves.html",
        weights=gradients.weights,
        sentence=flat_sentence(gradients),
        save=save_buttons("gatescope-pre-activations", preactivations_csv(gradients), "gs-curves"),
    )


def flat_sentence(gradients: Gradients) -> str:
    """Which share of this review's pre-activations lies where their curve is nearly flat."""
    summed = gradients.preactivations
    shares = [
        gettext("{percent:.0f} % of {symbol}").format(percent=100 * summed.flat_share(symbol), symbol=symbol)
        for symbol in summed.symbols
    ]
    sentence = gettext(
        "{shares} lie where the curve has less than a tenth of its steepest slope: hardly any gradient gets through "
        "the curve there."
    )
    return sentence.format(shares=joined(shares))


def preactivations_csv(gradients: Gradients) -> str:
    """The bars of the chart: how many pre-activations of each gate lie in each bin; the outermost hold all beyond."""
    summed = gradients.preactivations
    counts = [summed.bin_counts(symbol).tolist() for symbol in summed.symbols]
    return csv_text(["from", "to", *summed.symbols], zip(BIN_EDGES[:-1], BIN_EDGES[1:], *counts, strict=True))
