"""What was found out on a file beside its mistakes: against a second checkpoint, by hypotheses, by corrected labels.

Each finding is a table of numbers as text with a sentence on how they are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.language import gettext
from model.workbench.audit import Audit
from model.workbench.corrected import Correction
from model.workbench.hypotheses import Trial
from model.workbench.mcnemar import Interval, Paired
from model.workbench.slices import LEVEL, corrected
from model.workbench.versus import Versus
from model.workbench.workbench import Workbench
from views.drawing.numbers import signed
from views.errors.audit import DESIGN_NAMES, share_rows
from views.errors.corrected import measure_rows
from views.errors.parts import slice_name, sorted_by

MOST_SLICES = 12  # that stand out between two checkpoints; the page has all


@dataclass(frozen=True, slots=True)
class Table:
    """A table of numbers as text; the first column names the rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A heading, what the numbers below it are, and the numbers."""

    title: str
    note: str
    table: Table


def find_findings(bench: Workbench) -> tuple[Finding, ...]:
    """Of all that was asked of the file, in the order of the page."""
    return tuple(_findings(bench))


def percent(fraction: float | None, digits: int = 1) -> str:
    """A fraction as text; a dash for none."""
    return "–" if fraction is None else f"{100 * fraction:.{digits}f}\u00a0%"


def chance(p: float | None) -> str:
    """A p or q as text; a dash for none."""
    return "–" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def between(low: float, high: float, digits: int = 1) -> str:
    """An interval of fractions as text, in percent."""
    said = gettext("{low} to {high}")
    return said.format(low=f"{100 * low:.{digits}f}", high=percent(high, digits))


def _findings(bench: Workbench) -> Iterator[Finding]:
    correction, audit = bench.correction, bench.audit
    if correction.said.altering:
        yield _corrected(correction)
    if audit and audit.fits:
        yield _audited(audit)
    if bench.versus:
        yield _against(bench.versus)
    if bench.trials:
        yield _tested(bench.trials)


def _corrected(found: Correction) -> Finding:
    note = gettext("The same verdicts counted with the labels as they were corrected; unclear ones are left out.")
    head = (gettext("measure"), gettext("labels of the file"), gettext("labels corrected"), gettext("difference"))
    rows = ((e.name, e.before, e.after, e.difference) for e in measure_rows(found.before, found.after))
    return Finding(gettext("Corrected labels"), note, Table(head, tuple(rows)))


def _audited(found: Audit) -> Finding:
    note = gettext("{design}, seed {seed}: {gone:,} of {total:,} reviews gone through. 95 % intervals.").format(
        design=gettext(DESIGN_NAMES[found.plan.design]),
        seed=found.plan.seed,
        gone=found.gone,
        total=len(found.plan.rows),
    )
    head = (gettext("share"), gettext("value"), gettext("interval"))
    known = ((each.name, each.share) for each in share_rows(found) if each.share)
    rows = ((name, percent(one.value), between(one.low, one.high)) for name, one in known)
    return Finding(gettext("Audit of the labels"), note, Table(head, tuple(rows)))


def _against(found: Versus) -> Finding:
    """Over all rows, and in the slices that stand out."""
    title = gettext("{second} against {first}").format(second=found.second, first=found.first)
    note = gettext(
        "Both read the same rows. Intervals are Tango's, p is of McNemar's exact test. Of {count} slices those are "
        "listed, at most {most}, in which q is below {level:g} (Benjamini-Hochberg)."
    ).format(count=len(found.slices), most=MOST_SLICES, level=LEVEL)
    head = (
        gettext("reviews"),
        gettext("count"),
        found.first,
        found.second,
        gettext("fixed"),
        gettext("broken"),
        gettext("difference in points"),
        "p",
        "q",
    )
    rows = [(gettext("all with a label"), *_pair(found.paired), "–")]
    for each in [each for each in found.slices if each.stands_out][:MOST_SLICES]:
        name = gettext(": ").join((sorted_by(each.dimension), slice_name(each.dimension, each.name)))
        rows.append((name, *_pair(each.paired), chance(each.q)))
    return Finding(title, note, Table(head, tuple(rows)))


def _pair(pair: Paired) -> tuple[str, ...]:
    return (
        f"{pair.rows:,}",
        percent(pair.before),
        percent(pair.after),
        f"{pair.fixed:,}",
        f"{pair.broken:,}",
        _points(pair.net),
        chance(pair.p),
    )


def _tested(trials: Sequence[Trial]) -> Finding:
    note = gettext(
        "Each was done to the reviews that passed the filters, at most as many as are given, and to a matched control. "
        "Intervals are Tango's, those of the difference to the control MOVER's; p is of McNemar's exact test on the "
        "slice, q corrects it for all that were tested (Benjamini-Hochberg)."
    )
    head = (
        gettext("hypothesis"),
        gettext("read"),
        gettext("fixed"),
        gettext("broken"),
        gettext("change in points"),
        gettext("control: fixed"),
        gettext("broken"),
        gettext("less control"),
        "p",
        "q",
    )
    rows = []
    for trial, q in zip(trials, corrected([each.group.paired.p for each in trials]), strict=True):
        pair, control = trial.group.paired, trial.control.paired if trial.control else None
        beside = (f"{control.fixed:,}", f"{control.broken:,}") if control else ("–", "–")
        name, read = gettext(trial.intervention.name), f"{len(trial.group.rows):,}"
        counts = (f"{pair.fixed:,}", f"{pair.broken:,}", _points(pair.net))
        rows.append((name, read, *counts, *beside, _points(trial.apart), chance(pair.p), chance(q)))
    return Finding(gettext("Hypotheses tested"), note, Table(head, tuple(rows)))


def _points(found: Interval | None) -> str:
    """A difference of accuracies with its interval, in percentage points."""
    if found is None:
        return "–"
    said = gettext("{difference} ({low} to {high})")
    low, high = signed(100 * found.low, 1), signed(100 * found.high, 1)
    return said.format(difference=signed(100 * found.difference, 1), low=low, high=high)
