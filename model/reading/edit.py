"""What became of a review's tokens when its text was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.reading.alignment import Pair, align


@dataclass(frozen=True, slots=True)
class Edit:
    """A text before and after, as tokens, aligned in `pairs`: left is before, right is after."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    pairs: tuple[Pair, ...]

    @classmethod
    def between(cls, before: Sequence[str], after: Sequence[str]) -> Edit:
        """The edit that lies between two texts' tokens."""
        return cls(tuple(before), tuple(after), align(before, after))

    @property
    def same_review(self) -> bool:
        """Whether half of the tokens or more are those of the text before; else it is taken for another review."""
        same = sum(
            pair.left is not None and pair.right is not None and self.before[pair.left] == self.after[pair.right]
            for pair in self.pairs
        )
        return same >= len(self.after) / 2

    def place_after(self, place: int) -> int | None:
        """Where the token stands now that stood at `place` before, itself or what replaced it; None if nowhere."""
        return next((pair.right for pair in self.pairs if pair.left == place), None)
