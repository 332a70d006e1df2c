"""One unit across reviews: the contexts in which it is highest, in the middle and lowest, and what may be claimed."""

from __future__ import annotations

from markupsafe import Markup

from model.language import gettext, marked, ngettext
from model.reading.atlas import HIGHEST, KINDS, LOWEST, MIDDLE, Atlas, ConceptOfUnit
from model.reading.concepts import CONCEPTS
from views.drawing.labels import unit_name
from views.drawing.numbers import signed
from views.drawing.template import render

KIND_NAMES = {HIGHEST: marked("highest"), MIDDLE: marked("in the middle"), LOWEST: marked("lowest")}
RULES = {concept.name: concept.rule for concept in CONCEPTS}


def across_card(atlas: Atlas, layer: int, direction: str, unit: int) -> Markup:
    """A unit (from 0) of a layer (from 1) and direction that the atlas has."""
    found = atlas.of(layer, direction, unit)
    return render(
        "units/across.html",
        title=_title(layer, direction, unit),
        over=_over(atlas),
        mean=signed(found.mean),
        backward=direction == "backward",
        kinds=[(gettext(KIND_NAMES[kind]), found.contexts[kind]) for kind in KINDS],
        signed=signed,
        claimed=[_told(each) for each in found.concepts if each.claimed],
        others=[_told(each) for each in found.concepts if not each.claimed],
    )


def without_atlas(layer: int, direction: str, unit: int, sentence: str = "") -> Markup:
    """What stands there where the checkpoint has no atlas; the `sentence` says why it cannot be used, where there is
    one.
    """
    said = gettext("Nobody has looked yet where over many reviews this checkpoint's units are highest and lowest.")
    return render("units/no_atlas.html", title=_title(layer, direction, unit), sentence=sentence or said)


def _title(layer: int, direction: str, unit: int) -> str:
    return gettext("{name} across reviews").format(name=unit_name(layer, direction, unit))


def _over(atlas: Atlas) -> str:
    count = len(atlas.reviews)
    if atlas.source:
        said = ngettext("{count:,} text of {source}", "{count:,} texts of {source}", count)
        return said.format(count=count, source=atlas.source)
    said = ngettext("{count:,} text that comes with the page", "{count:,} texts that come with the page", count)
    return said.format(count=count)


def _told(each: ConceptOfUnit) -> str:
    """How well it tells a concept, beside what is to be had for nothing."""
    said = gettext(
        "“{concept}” ({rule}): AUC {held_out} on the half of the texts that it was not chosen by; of {count} random "
        "units half are below {median}, the best 5 % above {high}."
    )
    return said.format(
        concept=gettext(each.concept),
        rule=gettext(RULES.get(each.concept, "")),
        held_out=f"{each.held_out:.2f}",
        count=each.random_count,
        median=f"{each.random_median:.2f}",
        high=f"{each.random_high:.2f}",
    )
