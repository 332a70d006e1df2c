"""Units that swing to and fro by themselves: what they hold comes round again, whatever words are read meanwhile.

A recurrence can have a cycle of its own (Pascanu, Mikolov & Bengio 2013, section 2.3, "On the difficulty of training
recurrent neural networks"): then a change of the unit at a word is no answer to that word.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

AGAIN = 0.95  # correlation of what a unit holds with what it held a round before, from which it comes round again
COMPARED = 10  # tokens at least that are compared with those a round before
LONGEST, ROUNDS = 32, 2.5  # tokens of a round at most, and how many rounds of it the review must be long
REPEATED = 0.5  # share of the tokens that are those of a round before, from which words may be behind it


def own_period(memory: np.ndarray, words: Sequence[str]) -> int:
    """After how many tokens what a unit holds, (tokens,), comes round again all through a review of `words`.

    At least 2; 0 where it does not, where fewer than `ROUNDS` rounds or `COMPARED` tokens show it, and where the words
    themselves repeat like that.
    """
    period = _period(memory.astype(np.float64))
    repeats = [word == before for word, before in zip(words[period:], words, strict=False)]
    return 0 if period and np.mean(repeats) >= REPEATED else period


def _period(memory: np.ndarray) -> int:
    """The first lag at whose correlation there is a peak of `AGAIN` or more, behind one below 0; 0 without one."""
    tokens = len(memory)
    longest = min(LONGEST, int(tokens / ROUNDS), tokens - COMPARED)
    found = [_correlation(memory[lag:], memory[:-lag]) for lag in range(1, longest + 2)]
    for lag in range(2, longest + 1):
        here, after = found[lag - 1], found[lag]
        if here >= AGAIN and here >= after and min(found[: lag - 1]) < 0:
            return lag
    return 0


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Pearson's; 0 where one of them does not change."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size else 0.0
