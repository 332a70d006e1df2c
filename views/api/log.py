"""How the log of calls is written: a line of JSON or of text for each, on standard error."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import asdict
from datetime import datetime, timezone

from views.api.calls import LOGGER, Call

KINDS = ("off", "text", "json")


def write_log(kind: str) -> None:
    """Begin to write: of `KINDS` "off" writes what failed alone."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if kind == "json" else TextLines())
    LOGGER.handlers[:] = [handler]
    LOGGER.propagate = False
    LOGGER.setLevel(logging.ERROR if kind == "off" else logging.INFO)


class JsonLines(logging.Formatter):
    """A call as an object with its fields, and `time` in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        call = _call_of(record)
        fields = {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(call).items()}
        return json.dumps({"time": _time_of(record)} | fields)


class TextLines(logging.Formatter):
    """A call as words."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; of what failed a second one, which says where."""
        call = _call_of(record)
        read = f"{', '.join(call.checkpoints) or '-'}: {call.tokens} tokens"
        line = f"{_time_of(record)} {call.outcome} {call.called} {read}, {call.waited:.3f} s + {call.worked:.3f} s"
        if call.error is None:
            return line
        return f"{line}\nTraceback: {' > '.join(call.arose)} > {call.error}"


def _call_of(record: logging.LogRecord) -> Call:
    if not isinstance(record.msg, Call):
        raise TypeError(type(record.msg))
    return record.msg


def _time_of(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
