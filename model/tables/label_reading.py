"""Read the labels of a column: what each of its values counts as, decided by the column as a whole.

What says what it means goes first: the names that a file declares for its classes, words, "9/10". Numbers are read on
the scale that the name of the column and all its numbers allow (`model.tables.scales`). Where that leaves a doubt, a
person is asked; what they say of a value goes before everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from model.language import gettext, ngettext
from model.tables.hints import Hint, Role, hint_of, plain_name
from model.tables.labels import (
    ASKED,
    LABEL_NAMES,
    LISTED,
    NEGATIVE,
    NO_LABEL,
    POSITIVE,
    REST,
    UNKNOWN_LABEL,
    CountsAs,
    LabelReading,
    LabelValue,
)
from model.tables.scales import BINARY, FEW, Choice, Scale, of_stars, scales_of
from model.tables.values import Counted, Values
from model.tables.words import Said, said_by

ASKED_LENGTH = 40  # characters of a value in a sentence
_PAIRS = (("p", "n"), ("+", "-"), ("++", "--"))  # clear where both stand
_NEUTRAL = ("neutral", "is_neutral", "neu", "mixed")  # where it has a column of its own, "not positive" is not negative
_FIRM = ("true", "false")  # the other words for yes and no need a column that asks something


class Kind(Enum):
    """How a number is written, which is read on a scale of its own."""

    PLAIN = "4"
    STARS = "4 stars"
    INDEXED = "LABEL_4"
    OWN = "4/5"  # says its own maximum

    @classmethod
    def of(cls, said: Said) -> Kind:
        """That of a value which is a number."""
        if said.most is not None:
            return cls.OWN
        return cls.INDEXED if said.indexed else cls.STARS if said.stars else cls.PLAIN


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value of one column counts as. `names`: of the numbers that the file itself names; `half`: it is a flag
    whose "no" may be neutral.
    """

    role: Role
    choices: Mapping[Kind, Choice] = field(default_factory=dict)
    names: Mapping[str, Said] = field(default_factory=dict)
    pairs: Mapping[str, int] = field(default_factory=dict)
    counts_as: CountsAs = field(default_factory=dict)
    half: bool = False

    def meaning(self, said: Said) -> int:
        """1, 0, `NO_LABEL`, also where it is unclear, or `UNKNOWN_LABEL`."""
        found = self.answer(said)
        found = self.judged(said) if found is None else found
        return NO_LABEL if found is None else found

    def answer(self, said: Said) -> int | None:
        """What a person said of it; None where nobody did."""
        if said.key in self.counts_as:
            return self.counts_as[said.key]
        unclear = self.judged(said) in (None, UNKNOWN_LABEL)
        return self.counts_as.get(REST) if unclear else None

    def judged(self, said: Said) -> int | None:
        """As `meaning`, without what a person said; None where it is unclear."""
        said = self.named(said)
        if said.meaning is not None:
            return said.meaning
        if said.flag is not None or said.key in self.pairs:
            return self.pairs.get(said.key, self._flag(said))
        if said.number is None:
            return NO_LABEL if self.role is Role.RATING and self.scales else UNKNOWN_LABEL
        found = self._number(said)
        return NO_LABEL if found == UNKNOWN_LABEL and self.role is Role.RATING else found

    def named(self, said: Said) -> Said:
        """The name that the file gives a number, with the number's own key."""
        return replace(self.names[said.key], key=said.key) if said.key in self.names else said

    @property
    def scales(self) -> tuple[Scale, ...]:
        """All scales that its numbers can be on."""
        return tuple(scale for choice in self.choices.values() for scale in choice.scales)

    def choice(self, said: Said) -> Choice:
        """The scales that a number can be on."""
        return self.choices.get(Kind.of(said), Choice(()))

    def rating(self, said: Said) -> float:
        """The stars that a value says; NaN where it says none, or where the column is of no stars."""
        scales = self.choice(said).scales
        stars = said.most is not None or (scales and scales[0].stars)
        known = said.number is not None and self._number(said) != UNKNOWN_LABEL
        return float(said.number) if stars and known and said.number is not None else float("nan")

    def _flag(self, said: Said) -> int | None:
        if self.half and not said.flag:
            return None
        if self.role is Role.NO:
            return NEGATIVE if said.flag else POSITIVE
        firm = self.role is not Role.FLAG and said.key in _FIRM
        return int(bool(said.flag)) if self.role is Role.YES or firm else None

    def _number(self, said: Said) -> int | None:
        if said.number is None:
            return UNKNOWN_LABEL
        if said.most is not None:
            return of_stars(said.most).meaning(said.number)
        found = self.choice(said).meaning(said.number)
        if found in (POSITIVE, NEGATIVE) and (self.role is Role.FLAG or (self.half and found == NEGATIVE)):
            return None
        return POSITIVE - found if self.role is Role.NO and found in (POSITIVE, NEGATIVE) else found


@dataclass(frozen=True, slots=True)
class Read:
    """The labels of a column: what is told of them, and the rule that says it of each value."""

    reading: LabelReading
    rule: Rule


def read_labels(
    column: str,
    values: Values,
    counts_as: CountsAs | None = None,
    declared: Mapping[str, str] | None = None,
    beside: Sequence[str] = (),
) -> Read:
    """Read a column by its name and all its values; `counts_as` go before everything, then names that are `declared`.

    `declared` holds the file's own names of numbers, "0" -> "negative", whether they stand in it or not; `beside` the
    names of all columns.
    """
    hint = hint_of(column)
    rule = _rule(hint, values, counts_as or {}, declared or {})
    flag = hint.role in (Role.YES, Role.NO)
    rule = replace(rule, half=flag and any(plain_name(name) in _NEUTRAL for name in beside))
    judged = [_value(rule, each) for each in values]
    counts = dict.fromkeys((POSITIVE, NEGATIVE, NO_LABEL, UNKNOWN_LABEL), 0)
    for each in judged:
        counts[each.meaning] += each.count
    counts[UNKNOWN_LABEL] += values.more
    asked = _asked(judged, values)
    listed = _listed(judged, asked)
    reading = LabelReading(
        column, _scale(rule, values), listed, len(judged) - len(listed),
        counts[POSITIVE], counts[NEGATIVE], counts[NO_LABEL], counts[UNKNOWN_LABEL],
        _question(column, asked, rule), bool(asked) and not _enough(rule, judged),
        _unused(column, judged, counts_as or {}),
    )  # fmt: skip
    return Read(reading, rule)


def _rule(hint: Hint, values: Values, counts_as: CountsAs, declared: Mapping[str, str]) -> Rule:
    names = {number: said_by(name) for number, name in declared.items()}
    saids = [Counted(names.get(each.said.key, each.said), each.count) for each in values]
    present = {each.said.key for each in values}
    saids += [Counted(said, 1) for number, said in names.items() if number not in present]
    keys = {each.said.key for each in saids}
    pairs = {word: sign for pair in _PAIRS if keys.issuperset(pair) for word, sign in zip(pair, (1, 0), strict=True)}
    choices = {kind: _choice(hint, saids, kind) for kind in Kind}
    return Rule(hint.role, choices, names, pairs, counts_as)


def _choice(hint: Hint, saids: Sequence[Counted], kind: Kind) -> Choice:
    """The scales of the numbers of one kind; those of the others count only where they are most of all."""
    counts: dict[float, int] = {}
    for each in saids:
        if Kind.of(each.said) is kind and each.said.number is not None:
            counts[each.said.number] = counts.get(each.said.number, 0) + each.count
    if not counts or kind is Kind.OWN:
        return Choice(())
    rows = sum(each.count for each in saids if each.said.number is not None)
    own = [each for each in saids if each.said.most is not None]
    if 2 * sum(each.count for each in own) > rows and len({each.said.most for each in own}) == 1:
        hint = replace(hint, most=own[0].said.most)
    starred = sum(each.count for each in saids if Kind.of(each.said) is Kind.STARS)
    worded = sum(each.count for each in saids if each.said.meaning in LABEL_NAMES)
    if max(counts.values()) == 1 and sum(counts.values()) * FEW <= worded:
        return Choice(())  # slips among words
    if kind is Kind.PLAIN and hint.role is Role.LABEL and set(counts) == {1.0} and worded * FEW > sum(counts.values()):
        return Choice((BINARY,))  # among words, 1 needs no 0 beside it
    return scales_of(counts, hint, kind is Kind.INDEXED, kind is Kind.STARS or 2 * starred > rows)


def _value(rule: Rule, counted: Counted) -> LabelValue:
    said = counted.said
    judged = rule.judged(said)
    answered = rule.answer(said) is not None
    name = rule.names.get(said.key)
    shown = f"{said.shown} ({name.shown})" if name else said.shown
    certain = judged not in (None, UNKNOWN_LABEL)
    return LabelValue(said.key, shown, counted.count, rule.meaning(said), certain, answered)


def _asked(judged: Sequence[LabelValue], values: Values) -> list[LabelValue]:
    """The values that a person has to be asked about, the most frequent first.

    A word that stands once among many is a slip, and its row skipped; where such rows are many, it is asked.
    """
    open_ = [each for each in judged if not each.certain and not each.answered]
    unknown = [each for each in open_ if each.meaning == UNKNOWN_LABEL]
    rows, filled = sum(each.count for each in unknown) + values.more, max(values.rows - values.empty, 1)
    many = rows > filled / 2 or (rows > filled / 10 and any(each.count > 1 for each in unknown))
    asked = [each for each in open_ if each.meaning != UNKNOWN_LABEL or many]
    return sorted(asked, key=lambda each: (-each.count, each.value))


def _enough(rule: Rule, judged: Sequence[LabelValue]) -> bool:
    """Whether a file can be read without an answer: of stars, the low ones are clear whatever the highest is."""
    known = [each for each in judged if each.value]
    open_end = any(choice.open_end for choice in rule.choices.values())
    return open_end and len(known) > 2 and any(each.meaning >= 0 for each in known)


def _listed(judged: Sequence[LabelValue], asked: Sequence[LabelValue]) -> tuple[LabelValue, ...]:
    """The values that are asked, and the most frequent others, in the order of their spelling."""
    first = {each.value for each in asked}
    ranked = sorted(judged, key=lambda each: (each.value not in first, -each.count, each.value))[:LISTED]
    return tuple(sorted(ranked, key=_place))


def _place(value: LabelValue) -> tuple[bool, float, str]:
    number = said_by(value.value).number
    return number is None, number or 0.0, value.value


def _scale(rule: Rule, values: Values) -> str:
    """How the column was read, in a few words."""
    saids = [rule.named(each.said) for each in values if each.said.key]
    parts = [gettext("the file's own names of its classes")] if rule.names else []
    if any(said.meaning is not None for said in saids) and not rule.names:
        parts.append(gettext("words as what they say"))
    if any(said.most is not None for said in saids):
        parts.append(
            gettext("ratings of their own maximum, up to 40 % negative, 70 % and more positive (of five: 80 %)")
        )
    if any(said.flag is not None for said in saids):
        parts.append(gettext("yes and no"))
    if any(said.number is not None and said.most is None for said in saids):
        scales = [scale.words() for scale in rule.scales if scale.least != scale.most]
        parts.append(gettext(" or ").join(scales) or gettext("numbers of no known scale"))
    if rule.role is Role.NO and parts:
        parts.append(gettext("turned round, since the column says what is negative"))
    return gettext("; ").join(parts) or gettext("no label known")


def _unused(column: str, judged: Sequence[LabelValue], counts_as: CountsAs) -> tuple[str, ...]:
    """A sentence for each answer about a value that does not stand in the column."""
    known = {each.value for each in judged}
    sentence = gettext("The value '{value}' does not stand in the column '{column}'.")
    return tuple(
        sentence.format(value=value[:ASKED_LENGTH], column=column)
        for value in counts_as
        if value not in known and value != REST
    )


def _question(column: str, asked: Sequence[LabelValue], rule: Rule) -> str:
    """What has to be said before the labels can be trusted; empty where all is clear."""
    if not asked:
        return ""
    named = ", ".join(f"'{each.shown[:ASKED_LENGTH]}' ({each.count:,})" for each in asked[:ASKED])
    more = len(asked) - ASKED
    if more > 0:
        named = ngettext("{named} and {count:,} more", "{named} and {count:,} more", more).format(
            named=named, count=more
        )
    sentence = gettext(
        "It is not clear what these labels of the column '{column}' count as: {named}. Say of each whether it is"
        " positive, negative or none."
    )
    question = sentence.format(column=column, named=named)
    scales = [scale.words() for scale in rule.scales if scale.least != scale.most]
    if len(scales) < 2:
        return question
    could = gettext("It could be one of these: {scales}.").format(scales=gettext("; ").join(scales))
    return f"{question} {could}"
