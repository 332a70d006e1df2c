"""What can be taken away from the page: pictures as PNG (drawn by pictures.js), numbers as CSV."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from model.tables.csv_cells import without_formula
from model.text import Token
from views.drawing.template import render


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV (RFC 4180). Floats have six digits; no text starts a formula; None and NaN are empty."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([without_formula(name) for name in header])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return file.getvalue()


def token_csv(tokens: Sequence[Token], columns: Mapping[str, Iterable[object]]) -> str:
    """A row for each token: its place from 1, its text, and its value in each column, which is parallel to them."""
    rows = zip(range(1, len(tokens) + 1), (token.text for token in tokens), *columns.values(), strict=True)
    return csv_text(["place", "token", *columns], rows)


def _cell(value: object) -> object:
    if isinstance(value, str):
        return without_formula(value)
    if value is None or value != value:
        return ""
    return f"{value:.6g}" if not isinstance(value, int) else value


def csv_link(text: str, name: str, label: str = "CSV") -> Markup:
    """A link that saves `text` as the file `name`.csv; the file is in the link itself."""
    file = base64.b64encode(text.encode("utf-8-sig")).decode()
    return render("drawing/csv_link.html", file=file, name=name, label=label)


def png_button(name: str, chart: str = "") -> Markup:
    """A button that saves the picture around it as `name`.png, or the chart of the component with the id `chart`."""
    return render("drawing/png_button.html", name=name, chart=chart)


def save_buttons(name: str, csv: str, chart: str = "") -> Markup:
    """Both, side by side: the picture and its numbers."""
    return render("drawing/save_buttons.html", png=png_button(name, chart), csv=csv_link(csv, name))
