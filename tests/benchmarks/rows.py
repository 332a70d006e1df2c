"""How long a list of many scored rows takes to narrow, to sort and to turn: one command that prints a table.

    python -m tests.benchmarks.rows [--rows 100000]

What the server does between a filter's event and the markup of the page of rows that is sent, on made rows of a dozen
words with two columns of their own; the worst of five times.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from model.workbench.filters import orders, page, select
from model.workbench.workbench import Workbench, open_notes
from tests.scored import random_scored
from views.errors.filters_tab import free
from views.errors.reviews_tab import PAGE
from views.errors.rows import review_list

WORDS = [
    "film",
    "good",
    "bad",
    "plot",
    "actor",
    "dull",
    "fine",
    "not",
    "great",
    "waste",
    "the",
    "a",
    "of",
    "and",
    "but",
    "never",
]
VOCABULARY = {word: number for number, word in enumerate(WORDS, start=2)}


def made(rows: int) -> Workbench:
    """Rows about nothing, a fifth of them without a label; a column of names, and one of prices."""
    table, scores = random_scored(rows, seed=0)
    rng = np.random.default_rng(1)
    texts = tuple(" ".join(words) for words in rng.choice(WORDS, (rows, 12)))
    names = tuple(f"Reviewer {number}" for number in rng.integers(rows, size=rows))
    prices = tuple(f"{price:.2f}" for price in rng.uniform(1, 99, rows))
    table = replace(table, texts=texts, own={"reviewer": names, "price": prices})
    return Workbench(table, scores, open_notes(None, "a" * 24, table, scores.checkpoint))


def worst(work: Callable[[], object], times: int = 5) -> float:
    """Seconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return max(taken)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rows", description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    bench = made(parser.parse_args().rows)
    everything = free(bench)

    def listed(**chosen: object) -> None:
        filters = replace(everything, **chosen)
        rows = select(bench.table, bench.scores, filters.filter(VOCABULARY), filters.order, bench.categories)
        review_list(bench, page(rows, 1, PAGE), -1)

    rows = np.arange(len(bench.table.texts))
    last = len(rows) // PAGE
    times = {
        "turn to the last page": worst(lambda: review_list(bench, page(rows, last, PAGE), -1)),
        "search in the text": worst(lambda: listed(search="bad plot")),
        "mistakes alone": worst(lambda: listed(outcomes=[0, 1])),
        "confidence of 60 to 70 %": worst(lambda: listed(low=60, high=70)),
    }
    times |= {f"sort: {order}": worst(lambda order=order: listed(order=order)) for order in orders(bench.table)}
    print(f"| {len(rows):,} rows | seconds |\n| --- | ---: |")
    print("\n".join(f"| {name} | {seconds:.3f} |" for name, seconds in times.items()))


if __name__ == "__main__":
    main()
