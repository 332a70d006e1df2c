"""A rewrite of one's own: a regular expression and what is put in place of what it finds.

The expression is RE2's (Cox 2010): it is matched in time linear in the text, in bounded memory, and what cannot be
matched so, as a look ahead, is no part of it. What cannot be read is refused before anything is rewritten, and so is
one that takes too long on a single review.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from model.errors import ReviewError
from model.language import gettext
from model.text import MAX_CHARACTERS
from model.workbench.rewrites import Rewriting

LONGEST = 200  # characters, of a pattern and of a replacement
SECONDS = 1.0  # of computing, on a single review
MEMORY = 1 << 20  # bytes that a pattern may take once it is read

_PIECE = re.compile(r"\\(?:(?P<number>\d)|g<(?P<name>\w+)>|(?P<sign>[nt\\])|(?P<other>.|$))", re.DOTALL)
_SIGNS = {"n": "\n", "t": "\t", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class _Group:
    """A group of the pattern, by number; 0 is all that was found."""

    number: int


def pattern_rewriting(pattern: str, replacement: str) -> Rewriting:
    r"""Put `replacement` in place of all that `pattern` finds; \1 to \9 and \g<name> stand for its groups, \0 for all.

    Raises `ReviewError` for what cannot be read; what is given back raises it for a text on which it takes too long.
    """
    compiled = _compiled(pattern)
    template = _template(replacement, compiled)

    def rewrite(text: str) -> str:
        until, pieces, end, length = time.thread_time() + SECONDS, list[str](), 0, 0
        for found in compiled.finditer(text):
            if pieces and found.start() == found.end() == end:  # nothing, right behind what was found before
                continue
            put = (found.group(each.number) or "" if isinstance(each, _Group) else each for each in template)
            pieces += [text[end : found.start()], *put]
            end, length = found.end(), length + sum(map(len, pieces[-1 - len(template) :]))
            if time.thread_time() > until:
                sentence = gettext("The pattern takes more than {seconds:g} s on a single review: make it simpler.")
                raise ReviewError(sentence.format(seconds=SECONDS))
            if length > MAX_CHARACTERS:  # it will be refused as too long
                break
        return "".join([*pieces, text[end:]])

    return rewrite


def _compiled(pattern: str) -> Any:
    """The pattern as RE2 reads it, whose Python part is not typed."""
    import re2  # not at the top: most who look at a file never write one

    if not isinstance(pattern, str) or not pattern:
        raise ReviewError(gettext("Write a pattern, a regular expression, to say what is replaced."))
    _check_length(pattern)
    options = re2.Options()
    options.log_errors, options.max_mem = False, MEMORY
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0] if error.args else ""
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        sentence = gettext(
            "This pattern cannot be read ({reason}): it is a regular expression of RE2, without look-ahead."
        )
        raise ReviewError(sentence.format(reason=said)) from None


def _check_length(written: str) -> None:
    if len(written) > LONGEST:
        sentence = gettext("A pattern and its replacement have at most {most} characters each; this has {count:,}.")
        raise ReviewError(sentence.format(most=LONGEST, count=len(written)))


def _template(replacement: str, compiled: Any) -> tuple[str | _Group, ...]:
    """What is put in place of a find: text, and groups of the pattern."""
    if not isinstance(replacement, str):
        raise ReviewError(gettext("A replacement must be text; it may be empty."))
    _check_length(replacement)
    found, end = list[str | _Group](), 0
    for piece in _PIECE.finditer(replacement):
        found += [replacement[end : piece.start()], _put(piece, compiled)]
        end = piece.end()
    return (*found, replacement[end:])


def _put(piece: re.Match[str], compiled: Any) -> str | _Group:
    if piece["sign"]:
        return _SIGNS[piece["sign"]]
    name = piece["number"] or piece["name"] or ""
    number = int(name) if name.isdecimal() else compiled.groupindex.get(name, -1)
    if not 0 <= number <= compiled.groups:
        sentence = gettext("There is no group '{name}' in the pattern: '{written}' stands for nothing.")
        raise ReviewError(sentence.format(name=name, written=piece.group()))
    return _Group(number)
