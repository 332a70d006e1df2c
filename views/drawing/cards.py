"""Cards that hold a sentence alone."""

from __future__ import annotations

from markupsafe import Markup

from views.drawing.template import render


def empty_card(sentence: str) -> Markup:
    """What stands where nothing is drawn yet."""
    return render("drawing/empty.html", sentence=sentence)


def card_with_remark(changed: str, blank: str = "") -> str:
    """A template of Gradio's for a card below a sentence, which is seen where a text was changed since; `blank` is the
    one where nothing is left of the text.
    """
    return render("drawing/changed.html", changed=changed, blank=blank)
