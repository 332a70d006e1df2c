"""Where a person looks, in what a review and the network that reads it have."""

from __future__ import annotations

import gradio as gr

from model.language import gettext, ngettext
from model.reading.edit import Edit
from model.reading.explanation import Reading
from views.links import View
from views.panel import Focus, PageValues, unit_looked_at, whole


def focus_of(reading: Reading, page: PageValues, said_before: bool = False) -> Focus:
    """Where to look; what this review or this network has not is said, if it was not yet, and the nearest that there is
    shown instead.
    """
    found = _nearest(reading, page)
    if not said_before:
        _say_what_is_missing(reading, page, found)
    return found


def place_in_another_text(
    reading: Reading, kept: View | None, before: Reading | None, place: float | None
) -> int | None:
    """The token to choose: what a link says of this text; else where the token at `place` of the review `before` stands
    now. None where it does not, or the review is another one: then the scores will say it.
    """
    if kept and kept.text == reading.question.text:
        return kept.place
    if before is None:
        return None
    edit = Edit.between(*([token.text for token in side.review.tokens] for side in (before, reading)))
    if not edit.same_review:
        return None
    here = edit.place_after(whole(place))
    if here is None:
        gr.Info(
            gettext("The chosen token is no longer in the review: the one that did most is chosen instead."),
            title=gettext("Token"),
        )
    return here


def _nearest(reading: Reading, page: PageValues) -> Focus:
    trace = reading.gates.nearest(page.layer, page.direction)
    place = min(max(whole(page.place), 0), len(reading.review.tokens) - 1)
    unit = unit_looked_at(reading, page.layer, page.direction, page.unit)
    return Focus(trace.layer, trace.direction, place, min(max(unit, 0), trace.h.shape[1] - 1))


def _say_what_is_missing(reading: Reading, page: PageValues, found: Focus) -> None:
    layers, directions = reading.gates.layers, reading.gates.directions
    if page.layer > layers:
        said = ngettext(
            "This network has {layers} layer: layer {layers} is shown instead of {layer}.",
            "This network has {layers} layers: layer {layers} is shown instead of {layer}.",
            layers,
        )
        gr.Warning(said.format(layers=layers, layer=page.layer), title=gettext("Layer"))
    if page.direction not in directions:
        said = gettext("This network reads forward only: that direction is shown.")
        gr.Warning(said, title=gettext("Direction"))
    tokens, place = len(reading.review.tokens), whole(page.place)
    if place >= tokens:
        said = gettext("The review has {tokens:,} tokens: the last one is shown instead of token {asked:,}.")
        gr.Warning(said.format(tokens=tokens, asked=place + 1), title=gettext("Token"))
    units = reading.gates.traces[0].h.shape[1]
    unit = unit_looked_at(reading, page.layer, page.direction, page.unit)
    if found.unit != unit:
        said = gettext("This layer has {units} units, numbered from 0: unit {shown} is shown instead of {unit}.")
        gr.Warning(said.format(units=units, shown=found.unit, unit=unit), title=gettext("Unit"))
