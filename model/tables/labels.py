"""What the labels of a column count as: each value with how often it stands, how the whole was read, what is unclear.

The reading itself is done in `model.tables.label_reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.language import gettext, marked, ngettext

POSITIVE, NEGATIVE = 1, 0
NO_LABEL = -1
UNKNOWN_LABEL = -2  # of a value that is no label: its row is skipped
LABEL_NAMES = {
    POSITIVE: marked("positive"),
    NEGATIVE: marked("negative"),
}  # what has no label, each place names for itself
MEANING_NAMES = {**LABEL_NAMES, NO_LABEL: marked("none"), UNKNOWN_LABEL: marked("not known: skipped")}
ANSWERS = {"positive": POSITIVE, "negative": NEGATIVE, "none": NO_LABEL}  # what a person can say of a value
REST = "*"  # in `CountsAs`: all values that would be asked otherwise
LISTED = 50  # values of a column that are listed one by one
ASKED = 6  # values that a question names

CountsAs = Mapping[str, int]  # the one spelling of a value (`model.tables.words.key_of`) -> 1, 0 or `NO_LABEL`


@dataclass(frozen=True, slots=True)
class LabelValue:
    """One value of a label column. `value` is the spelling that an answer names, `shown` how the file writes it.

    `meaning`: 1, 0, `NO_LABEL`, or `UNKNOWN_LABEL` where its rows are skipped. `certain`: the column leaves no doubt;
    `answered`: a person said so. One that is neither has no label until it is said what it counts as.
    """

    value: str
    shown: str
    count: int
    meaning: int
    certain: bool
    answered: bool = False

    @property
    def words(self) -> str:
        """What it counts as, in the language that is spoken."""
        return gettext(MEANING_NAMES[self.meaning])


@dataclass(frozen=True, slots=True)
class LabelReading:
    """How the labels of a file were read.

    `column` is the column they come from, `scale` in a few words how it was read, `sentence` the same to be shown.
    `values`: the values that are to be asked and the most frequent others, at most `LISTED`; `more` counts those that
    are not listed. `positive`, `negative`, `unlabelled` and `skipped` count rows. `question` is empty where everything
    is clear; `must`: without an answer the file is not read, since what is clear would not be enough. `notes`:
    sentences about answers that fit no value.
    """

    column: str
    scale: str
    values: tuple[LabelValue, ...]
    more: int
    positive: int
    negative: int
    unlabelled: int
    skipped: int
    question: str = ""
    must: bool = False
    notes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """How the column was read, and what its rows came to."""
        said = gettext(
            "Column '{column}': {scale}. {positive:,} positive, {negative:,} negative, {unlabelled:,} without a label."
        ).format(
            column=self.column,
            scale=gettext("as was said of its values") if any(each.answered for each in self.values) else self.scale,
            positive=self.positive,
            negative=self.negative,
            unlabelled=self.unlabelled,
        )
        if not self.skipped:
            return said
        skipped = ngettext("{count:,} row is skipped.", "{count:,} rows are skipped.", self.skipped)
        return f"{said} {skipped.format(count=self.skipped)}"

    @property
    def asked(self) -> tuple[LabelValue, ...]:
        """The values of which a person has to say what they count as, where there is a question."""
        if not self.question:
            return ()
        return tuple(value for value in self.values if not value.certain and not value.answered)

    def meanings(self) -> str:
        """What each listed value counts as, in one line: "0 = negative (12); 1 = positive (9)"."""
        each = [f"{value.shown or '∅'} = {value.words} ({value.count:,})" for value in self.values]
        return "; ".join([*each, *(["…"] if self.more else [])])
