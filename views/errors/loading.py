"""What was read of a file, what was skipped, and how far reading and scoring have come."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from model.language import gettext, ngettext
from model.tables.labels import NO_LABEL
from model.tables.table import ReviewTable
from model.workbench.scoring import Scores, probabilities
from model.workbench.so_far import SoFar
from views.drawing.template import render
from views.errors.parts import label_name, snippet

SHOWN_BAD = 200  # skipped rows that are listed
TIMED = 0.05  # seconds from which on a rate says something


def loaded_card(table: ReviewTable, scores: Scores, seconds: float, lasting: bool) -> Markup:
    """What was read and scored, how exactly, what was skipped, and whether notes last."""
    columns = table.columns
    used = [gettext("text: {name}").format(name=columns.text)]
    used += [gettext("label: {name}").format(name=columns.label)] if columns.label else []
    used += [gettext("stars: {name}").format(name=columns.rating)] if columns.rating else []
    return render(
        "errors/loaded.html",
        table=table,
        labelled=int((table.labels != NO_LABEL).sum()),
        checkpoint=scores.checkpoint,
        seconds=seconds,
        rate=len(table.texts) / seconds if seconds >= TIMED else None,
        columns=gettext("; ").join(used),
        half=scores.half,
        lasting=lasting,
        bad=table.bad[:SHOWN_BAD],
        other_encoding=any(bad.reason.startswith(gettext("not UTF-8")) for bad in table.bad),
        more=table.bad_count - min(len(table.bad), SHOWN_BAD),
    )


def brought_sentence(table: ReviewTable) -> str:
    """What is read on the folded form from which the file came."""
    count = len(table.texts)
    reviews = ngettext("{count:,} review", "{count:,} reviews", count).format(count=count)
    return gettext("{name}, {reviews}: load others").format(name=table.name, reviews=reviews)


def progress_card(what: str, share: float, remark: str = "") -> Markup:
    """A bar and what is going on; `share` in [0, 1]."""
    return render("errors/progress.html", what=what, percent=f"{100 * share:.0f}", remark=remark)


def scoring_card(done: int, total: int, seconds: float) -> Markup:
    """How far scoring has come, its rate, and the time left."""
    rate = done / seconds if seconds else 0.0
    left = (total - done) / rate if rate else 0.0
    remark = gettext("counting tokens")
    if done:
        remark = gettext("{rate:,.0f} reviews/s, {duration} left").format(rate=rate, duration=_duration(left))
    what = gettext("{done:,} of {total:,} reviews").format(done=done, total=total)
    return progress_card(what, done / total if total else 1.0, remark)


def so_far_card(table: ReviewTable, found: SoFar) -> Markup:
    """What the rows say that are scored already; nothing before the first."""
    if not found.rows:
        return Markup()
    low, high = found.interval or (0.0, 0.0)
    return render(
        "errors/so_far.html",
        accuracy=found.accuracy,
        low=low,
        high=high,
        labelled=found.labelled,
        positive=found.positive,
        negative=found.rows - found.positive,
        rows=[
            {
                "line": int(table.lines[each.row]),
                "snippet": snippet(table.texts[each.row]),
                "label": label_name(int(table.labels[each.row])),
                "mark": "✗" if found.labelled else "·",
                "probability": float(probabilities(np.array(each.logit))),
            }
            for each in found.listed
        ],
    )


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 100:
        return gettext("{seconds} s").format(seconds=whole)
    return gettext("{minutes} min {seconds} s").format(minutes=whole // 60, seconds=whole % 60)
