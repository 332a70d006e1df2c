"""What the tabs about one review have in common: each is a panel, drawn when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gradio.components import Component

Drawing = dict[Component, object]  # what Gradio takes: components, and what they show now


@dataclass(frozen=True, slots=True)
class Focus:
    """Where a person looks: layer (from 1), direction, and the place of the chosen token."""

    layer: int
    direction: str
    place: int


@dataclass(frozen=True, slots=True)
class Panel:
    """A tab. `draw(explanation, focus, *values of inputs)` gives back what its outputs show.

    `later` is drawn after that, in an event of its own: what takes longer than a person waits for a click. A panel
    with `follows_token` is drawn anew when another token is chosen; the others are only marked in the browser.
    """

    name: str
    inputs: Sequence[Component]
    outputs: Sequence[Component]
    draw: Callable[..., Drawing]
    later: Callable[..., Drawing] | None = None
    later_outputs: Sequence[Component] = field(default=())
    follows_token: bool = False
