"""The sheet: rows under one another on one token axis, as the staves of a score, with the tokens' names above.

All sheets on the page share the width of their columns, the chosen token and the sideways scrolling (assets/score.js).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from model.text import Token

LONGEST_NAME = 18  # characters of a token that fit above its column


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its name, a remark in small type below it, and its picture, one unit of width for each token.

    `symbol` is that of a gate trace's quantity, where the row shows one; `kind` is a class of the style sheet;
    `numbers` are texts parallel to the tokens, of which that of the marked token is shown beside the name.
    """

    name: str
    picture: str
    kind: str = ""
    note: str = ""
    symbol: str = ""
    numbers: Sequence[str] = ()


def sheet(tokens: Sequence[Token], rows: Sequence[Row], label: str) -> str:
    """The rows under the names of the tokens, in a box of their own that scrolls sideways.

    `label` says to a screen reader what the rows show. Names and pictures of rows are the caller's to escape.
    """
    names = "".join(f"<span><bdi>{escape(token.text[:LONGEST_NAME])}</bdi></span>" for token in tokens)
    return f"""<div class="gs-scroll" tabindex="0" aria-label="{escape(label)}: one column for each token. \
Arrow keys choose a token.">
<div class="gs-grid" style="--n:{len(tokens)}">
<div class="gs-row gs-names"><b></b><div>{names}</div></div>
{"".join(_row(row) for row in rows)}
<i class="gs-marker"></i></div></div>"""


def _row(row: Row) -> str:
    symbol = f' data-symbol="{row.symbol}"' if row.symbol else ""
    sign = f" <i>{row.symbol}</i>" if row.symbol else ""
    note = f"<small>{row.note}</small>" if row.note else ""
    if row.numbers:
        note += f'<output data-numbers="{escape(json.dumps(list(row.numbers), ensure_ascii=False))}"></output>'
    return f'<div class="gs-row {row.kind}"><b{symbol}>{row.name}{sign}{note}</b><div>{row.picture}</div></div>'
