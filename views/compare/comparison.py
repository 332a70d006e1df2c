"""Two readings side by side as HTML: both verdicts on one scale, the tokens aligned in columns, all changes, the CSV.

The sides are called A (above) and B (below).
"""

from __future__ import annotations

from markupsafe import Markup

from model.reading.changes import gate_change
from model.reading.comparison import Comparison
from views.compare.pairs import aligned
from views.compare.scales import score_scale
from views.compare.table import changes_table
from views.compare.verdicts import verdicts


def comparison(compared: Comparison, layer: int, direction: str, symbol: str) -> Markup:
    """Verdicts, aligned tokens and table of one comparison, for a layer (from 1), a direction and a quantity.

    Where a side lacks the quantity the hidden state is shown, and the page says so.
    """
    score, gate = score_scale(compared), gate_change(compared, symbol, layer, direction)
    return Markup("\n").join(
        (
            verdicts(compared, score),
            aligned(compared, score, gate, symbol),
            changes_table(compared, score, gate, layer, direction),
        )
    )
