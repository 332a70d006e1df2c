"""Cards that hold a sentence alone."""

from __future__ import annotations

from markupsafe import Markup

from views.drawing.template import render


def sentence_card(sentence: str) -> Markup:
    """A plain sentence in place of a picture."""
    return render("drawing/sentence.html", sentence=sentence)


def card_with_remark(changed: str, blank: str = "") -> str:
    """A template of Gradio's for a card below a sentence, which is seen where a text was changed since; `blank` is the
    one where nothing is left of the text.
    """
    return render("drawing/changed.html", changed=changed, blank=blank)
