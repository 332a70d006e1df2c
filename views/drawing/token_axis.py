"""The sheet: rows under one another on one token axis, as the staves of a score, with the tokens' names above.

All sheets on the page share the width of their columns, the chosen token and the sideways scrolling (assets/score.js).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from model.text import Token
from views.drawing.template import render

LONGEST_NAME = 18  # characters of a token that fit above its column


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its name, a remark in small type below it, and its picture, one unit of width for each token.

    `symbol` is that of a gate trace's quantity, where the row shows one; `kind` is a class of the style sheet;
    `numbers` are texts parallel to the tokens, of which that of the marked token is shown beside the name.
    """

    name: str
    picture: Markup
    kind: str = ""
    note: str = ""
    symbol: str = ""
    numbers: Sequence[str] = ()


def sheet(tokens: Sequence[Token], rows: Sequence[Row], label: str) -> Markup:
    """The rows under the names of the tokens, in a box of their own that scrolls sideways.

    `label` says to a screen reader what the rows show. A picture is `Markup`; so are names and notes that hold any.
    """
    return render("drawing/token_axis.html", tokens=tokens, rows=rows, label=label, longest=LONGEST_NAME)
