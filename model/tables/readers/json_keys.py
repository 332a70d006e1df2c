"""The columns of JSON objects: their keys, or, where the reviews stand in objects inside, the keys that lead to values.

So Label Studio has them, with the text under "data" and the label in a list of lists of choices, and the rows that the
data set server of Hugging Face sends.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from model.tables.columns import TEXT_NAMES

Path = tuple[str, ...]  # the keys that lead to a value
_DEPTH = 6
_WORDS = 3  # in a text, at least


def paths_of(objects: Sequence[Mapping[str, object]]) -> dict[Path, str]:
    """Each column's path and name: the keys of the objects, unless a text stands only in objects inside them."""
    own: dict[Path, str] = {(key,): key for each in objects for key in each}
    named, worded = (any(_has(each, fits, 1) for each in objects) for fits in (_is_named_text, _is_worded))
    deeper = any(_has(each, _is_named_text, _DEPTH) for each in objects) or (
        not worded and any(_has(each, _is_worded, _DEPTH) for each in objects)
    )
    if named or not deeper:
        return own
    inside = list(dict.fromkeys(path for each in objects for path in _leaves(each, ())))
    last = Counter(path[-1] for path in inside)
    return {path: path[-1] if last[path[-1]] == 1 else ".".join(path) for path in inside}


def has_text(found: Mapping[str, object], depth: int = _DEPTH) -> bool:
    """Whether an object holds a text under a name that texts have, or of several words; `depth` 1: it itself."""
    return _has(found, _is_named_text, depth) or _has(found, _is_worded, depth)


def has_name_of_text(key: str) -> bool:
    """Whether a key is a name that texts have."""
    return re.sub(r"[\W_]+", "_", key.lower()).strip("_") in TEXT_NAMES


def is_text(key: str, value: object) -> bool:
    """Whether a value is a text: by its key, or by several words."""
    return _is_named_text(key, value) or _is_worded(key, value)


def value_at(found: object, path: Path) -> object:
    """The value that a path leads to, None where there is none. Of a list, what its elements agree on, or all of it."""
    for place, key in enumerate(path):
        if isinstance(found, list):
            return _agreed([value_at(each, path[place:]) for each in found])
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return _agreed(found) if isinstance(found, list) and len(path) > 1 else found


def _agreed(values: Sequence[object]) -> object:
    known = [each for each in values if each is not None]
    if not known:
        return None
    return known[0] if all(each == known[0] for each in known) else known


def _has(found: Mapping[str, object], fits: Callable[[str, object], bool], depth: int) -> bool:
    """Whether a value fits that so many keys lead to at most."""
    return any(fits(path[-1], value_at(found, path)) for path in _leaves(found, ()) if len(path) <= depth)


def _leaves(value: object, path: Path) -> list[Path]:
    """The paths to what is neither object nor list of objects, in the order of the file."""
    if isinstance(value, dict) and len(path) < _DEPTH:
        return [leaf for key, each in value.items() for leaf in _leaves(each, (*path, key))]
    if isinstance(value, list) and len(path) < _DEPTH and any(isinstance(each, dict) for each in value):
        return list(dict.fromkeys(leaf for each in value for leaf in _leaves(each, path)))
    return [path] if path else []


def _is_named_text(key: str, value: object) -> bool:
    return isinstance(value, str) and has_name_of_text(key)


def _is_worded(key: str, value: object) -> bool:
    return isinstance(value, str) and len(value.split()) >= _WORDS
