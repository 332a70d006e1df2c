"""Settings that a command line changes, each as "name=value"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar, cast

from model.errors import DataError
from model.language import gettext

KINDS = (bool, int, float, str)  # of settings that one word can say

Settings = TypeVar("Settings")


def changed(settings: Settings, changes: Sequence[str], within: Mapping[str, Sequence[str]] | None = None) -> Settings:
    """A dataclass of settings, with some changed.

    `within` names settings that lie one deeper, by the field that holds them. Raises `DataError` for a change that
    cannot be made.
    """
    inside = {name: holder for holder, names in (within or {}).items() for name in names}
    kinds = _kinds(settings) | {name: _kinds(getattr(settings, holder))[name] for name, holder in inside.items()}
    for change in changes:
        name, _, value = change.partition("=")
        try:
            parsed = {"true": True, "false": False}[value] if kinds[name] is bool else kinds[name](value)
            if not isinstance(parsed, str) and parsed < 0:
                raise ValueError(f"{name} must not be negative")
            values: dict[str, Any] = {name: parsed}
            if holder := inside.get(name):
                values = {holder: replace(getattr(settings, holder), **values)}
            settings = replace(cast("Any", settings), **values)
        except (KeyError, ValueError) as error:
            said = gettext("'{change}' cannot be set; settings are {names}, with a value each.")
            raise DataError(said.format(change=change, names=", ".join(kinds))) from error
    return settings


def _kinds(settings: Any) -> dict[str, Callable[[str], Any]]:
    """The types of a dataclass's plain settings, by name."""
    found = {each.name: type(getattr(settings, each.name)) for each in fields(settings)}
    return {name: kind for name, kind in found.items() if kind in KINDS}
