"""The token axis: tracks under one another, as the staves of a score, with the tokens' names above.

All token axes on the page share the width of their columns, the chosen token and the sideways scrolling
(views/drawing/columns.js).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from model.text import Token
from views.drawing.template import render

LONGEST_NAME = 18  # characters of a token that fit above its column


@dataclass(frozen=True, slots=True)
class Track:
    """One track: its name, a remark in small type below it, and its picture, one unit of width for each token.

    `symbol` is that of a gate trace's quantity, where the track shows one; `kind` is a class of the style sheet;
    `strips` are the names of what stands one below the other in it, where it is of strips; `numbers` are texts parallel
    to the tokens, of which that of the marked token is shown beside the name.
    """

    name: str
    picture: Markup
    kind: str = ""
    note: str = ""
    symbol: str = ""
    strips: Sequence[str] = ()
    numbers: Sequence[str] = ()


def token_axis(tokens: Sequence[Token], tracks: Sequence[Track], label: str) -> Markup:
    """The tracks under the names of the tokens, in a box of their own that scrolls sideways.

    `label` says to a screen reader what the tracks show. A picture is `Markup`; so are names and notes that hold any.
    """
    return render("drawing/token_axis.html", tokens=tokens, tracks=tracks, label=label, longest=LONGEST_NAME)
