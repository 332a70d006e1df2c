"""Markup from Jinja2 templates, each beside the Python that fills it.

What a template is given is escaped, always: only what is `Markup` already, another template's answer, goes in as it
is. Sentences stand in the templates, in `{% trans %}` or `_("…")`, so that a catalogue can translate them. A name that
a template is not given is an error.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from model.language import gettext, joined, ngettext
from views.drawing.numbers import minus, signed

VIEWS = Path(__file__).parent.parent
_SYMBOL = re.compile(r"\*([^*\s]+)\*")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(VIEWS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {"signed": signed, "minus": minus, "json": _json, "symbols": _symbols, "joined": joined}
    return environment


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _symbols(sentence: str) -> Markup:
    """A sentence whose symbols stand between asterisks, *c* say, with them in italics."""
    return Markup(_SYMBOL.sub(r"<em>\1</em>", str(escape(sentence))))  # noqa: S704


def render(template: str, /, **values: object) -> Markup:
    """The `template`, a path below views/ such as "stage/verdict.html", filled with `values`."""
    return Markup(_environment().get_template(template).render(values))  # noqa: S704
