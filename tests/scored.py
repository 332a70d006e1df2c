"""Small tables of reviews with made verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from model.tables.labels import NO_LABEL
from model.tables.table import Columns, ReviewTable
from model.workbench.scoring import Scores

COUNTS = ("tokens", "omitted", "unknown", "negations", "contrasts", "capitals", "questions")


def made_table(labels: Sequence[int], texts: Sequence[str] | None = None, ratings: object = np.nan) -> ReviewTable:
    """Rows with these labels, "review 0", "review 1", … unless texts are given."""
    rows = len(labels)
    return ReviewTable(
        name="made.csv",
        digest="0" * 64,
        columns=Columns(("text", "label"), "text", "label"),
        texts=tuple(texts or (f"review {row}" for row in range(rows))),
        labels=np.array(labels, dtype=np.int8),
        ratings=np.broadcast_to(np.asarray(ratings, dtype=np.float32), rows),
        lines=np.arange(rows) + 2,
        bad=(),
        bad_count=0,
    )


def made_scores(logits: Sequence[float], reviews: Sequence[Sequence[int]] | None = None, **arrays: object) -> Scores:
    """Verdicts on reviews of these ids, one token each unless they are given; other arrays are 0 unless given."""
    rows = len(logits)
    reviews = reviews or [[2]] * rows
    lengths = np.array([len(review) for review in reviews], dtype=np.int32)
    counts = {name: np.zeros(rows, dtype=np.int32) for name in COUNTS} | {"tokens": lengths}
    found = Scores(
        checkpoint="bilstm",
        half=False,
        logits=np.array(logits, dtype=np.float32),
        **counts,
        forget=np.full(rows, np.nan, dtype=np.float32),
        saturated=np.full(rows, np.nan, dtype=np.float32),
        states=np.zeros((rows, 4), dtype=np.float16),
        ids=np.concatenate([np.array(review, dtype=np.uint16) for review in reviews] or [np.empty(0, np.uint16)]),
        offsets=np.cumsum([0, *lengths], dtype=np.int64),
    )
    given = {name: np.asarray(values).astype(getattr(found, name).dtype) for name, values in arrays.items()}
    return replace(found, **given)


def random_scored(rows: int, seed: int, vocabulary: int = 19) -> tuple[ReviewTable, Scores]:
    """A table, about a fifth of it unlabelled, and verdicts that are mostly right; all traits differ."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([NO_LABEL, 0, 1], rows, p=[0.2, 0.4, 0.4])
    logits = rng.normal(np.where(labels == 1, 1, -1), 2)
    reviews = [rng.integers(0, vocabulary, rng.integers(1, 30)) for _ in range(rows)]
    few = {name: rng.poisson(1, rows) for name in ("unknown", "negations", "contrasts", "capitals", "questions")}
    many = {"omitted": rng.choice([0, 90, 300, 2_000], rows), "states": rng.normal(size=(rows, 4))}
    gates = {name: rng.random(rows) for name in ("forget", "saturated")}
    stars = rng.choice([1, 2, 3, 4.5, np.nan], rows)
    return made_table(labels, ratings=stars), made_scores(logits, reviews, **few, **many, **gates)
