"""Samples of audits as a browser keeps them: by file, columns and checkpoint, the latest ones; a reload loses none.

What comes back from a browser is checked as a file of notes is.
"""

from __future__ import annotations

from dataclasses import asdict

from model.errors import DataError
from model.workbench.audit_plan import read_plan
from model.workbench.workbench import Workbench, digest_of

MOST = 20  # samples that a browser keeps


def with_sample(kept: object, bench: Workbench) -> dict[str, object]:
    """What the browser is to keep: the sample of this file as well, in place of the one before."""
    samples = dict(kept) if isinstance(kept, dict) else {}
    samples.pop(_key(bench), None)
    if bench.sample:
        samples[_key(bench)] = asdict(bench.sample) | {"rows": list(bench.sample.rows)}
    return dict(list(samples.items())[-MOST:])


def restore_sample(kept: object, bench: Workbench) -> None:
    """Give a file that has no sample the one that the browser kept of it, if it did."""
    if bench.sample or not isinstance(kept, dict):
        return
    try:
        plan = read_plan(kept.get(_key(bench)))
        if plan:
            bench.keep_sample(plan)
    except DataError:
        return  # it is as if none had been kept: a new one can be drawn


def _key(bench: Workbench) -> str:
    return f"{digest_of(bench.table)} {bench.scores.checkpoint}"
