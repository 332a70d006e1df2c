"""A view that comes from elsewhere, fitted to the checkpoints that are here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.errors import ReviewError
from model.language import gettext
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence.clamps import Clamp, check_clamps
from views.links import View


@dataclass(frozen=True, slots=True)
class Fitted:
    """A view that can be shown here, and a sentence for each part of the one asked for that cannot."""

    view: View
    missing: tuple[str, ...]


def fitted(view: View, explainer: Explainer) -> Fitted:
    """The nearest view that the checkpoints here can show: one of them reads, with a layer and a unit that it has.

    Of Compare, `other_checkpoint` is named; where it is not here, the first checkpoint reads the second review too.
    """
    missing = []
    if not view.text.strip():
        missing.append(gettext("There is no review in this view."))
    checkpoint = view.checkpoint
    if checkpoint not in explainer.names:
        checkpoint = explainer.default
        said = gettext("The checkpoint of this view is not here; {checkpoint} reads the review instead.")
        missing.append(said.format(checkpoint=checkpoint))
    network = explainer.checkpoint(checkpoint).network.config
    layer, unit = min(view.layer, network.layers), min(view.unit, network.hidden_size - 1)
    direction = view.direction if view.direction in network.directions else network.directions[0]
    if layer < view.layer:
        said = gettext("Layer {asked} of this view is not here; layer {layer} is shown instead.")
        missing.append(said.format(asked=view.layer, layer=layer))
    if direction != view.direction:
        missing.append(gettext("The network of this view reads forward only: that direction is shown."))
    if unit < view.unit:
        said = gettext("Unit {asked} of this view is not here; unit {unit} is shown instead.")
        missing.append(said.format(asked=view.unit, unit=unit))
    other = view.other_checkpoint
    if view.tab == "compare":
        other = other or checkpoint
        if other not in explainer.names:
            other = checkpoint
            said = gettext("The second checkpoint of this view is not here; {checkpoint} reads B instead.")
            missing.append(said.format(checkpoint=checkpoint))
    found = replace(view, checkpoint=checkpoint, layer=layer, direction=direction, unit=unit, other_checkpoint=other)
    try:
        held = _held(found, explainer)
    except ReviewError as error:
        held = ()
        missing.append(gettext("Nothing is held, as it was in this view: {reason}").format(reason=error))
    if view.tab == "errors":
        missing.append(gettext("A link holds no file: load it again to see its reviews."))
    return Fitted(replace(found, held=held), tuple(missing))


def _held(view: View, explainer: Explainer) -> tuple[Clamp, ...]:
    """What is held of the review. Raises `ReviewError` where it cannot be."""
    if view.held:
        read = explainer.read(Question(view.text, view.checkpoint))
        check_clamps(view.held, explainer.checkpoint(view.checkpoint).network.config, len(read.review.tokens))
    return view.held
