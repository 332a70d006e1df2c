"""Answers what Gradio itself would meet with an empty error or a fault: calls of endpoints with too few fields or
unknown names, and events that the page has not or that are sent without all they take.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from starlette.types import ASGIApp, Receive, Scope, Send

from model.language import gettext, joined
from views.api.refusal import Refusal
from views.api.sent import SENT, Sent, replayed


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of an endpoint in order: those that a caller must send, then those that have a default."""

    required: tuple[str, ...]
    defaults: Mapping[str, object]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.required, *self.defaults)


class Positional(BaseModel):
    """A call with its fields in order; what else Gradio's clients send beside them is passed on."""

    model_config = ConfigDict(extra="allow")

    data: list[object]


class Guard:
    """ASGI middleware for POST …/call/NAME with `{"data": […]}`: fills defaults in, refuses the rest with a sentence;
    and for POST …/queue/join or …/run/predict, refused where the page has no such event or it takes more values.

    It stands behind `Looked`, which read the body. `endpoints` maps each name to its fields.
    """

    def __init__(self, app: ASGIApp, endpoints: Mapping[str, Fields]) -> None:
        """Stand before `app`."""
        self._app, self._endpoints = app, endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, changed or not, or answer it."""
        if SENT in scope and scope["path"].endswith(("/queue/join", "/run/predict")) and (refusal := _no_event(scope)):
            await refusal.answer(scope, receive, send)
            return
        if SENT not in scope or "/call/" not in scope["path"]:
            await self._app(scope, receive, send)
            return
        name = scope["path"].rpartition("/")[2]
        answer = self._check(name, scope[SENT], by_name="/call/v2/" in scope["path"])
        if isinstance(answer, Refusal):
            await answer.answer(scope, receive, send)
            return
        headers = [(key, value) for key, value in scope["headers"] if key != b"content-length"]
        headers.append((b"content-length", str(len(answer)).encode()))
        await self._app({**scope, "headers": headers}, replayed(answer, receive), send)

    def _check(self, name: str, sent: Sent, by_name: bool) -> bytes | Refusal:
        """The body to go on with."""
        known = self._endpoints.get(name)
        if known is None:
            names = joined(self._endpoints)
            return Refusal(404, gettext("There is no endpoint of that name; there are: {names}.").format(names=names))
        return _check_names(known, sent) if by_name else _fill(known, sent.content)


def _no_event(scope: Scope) -> Refusal | None:
    """Why an event cannot be: its number is that of none of Gradio's page, or of one that the browser alone computes,
    or is missing where it must be, or it takes more values than were sent.
    """
    event, values = scope[SENT].field("fn_index"), scope[SENT].field("data")
    no_such = Refusal(404, gettext("This page has no such event: load it anew."))
    if not isinstance(event, int):
        return no_such if scope["path"].endswith("/run/predict") else None
    known = scope["app"].get_blocks().fns
    if event not in known or known[event].fn is None:
        return no_such
    if isinstance(values, list) and len(values) < len(known[event].inputs):
        return Refusal(422, gettext("This event takes more values: load the page anew."))
    return None


def _fill(known: Fields, stored: object) -> bytes | Refusal:
    """A call by position with the defaults of what it leaves out."""
    least, most = len(known.required), len(known.names)
    refusal = gettext('Send {{"data": [{names}, …]}} with {least} to {most} fields.')
    try:
        call = Positional.model_validate(stored)
    except ValidationError:
        call = Positional(data=[])
    if not least <= len(call.data) <= most:
        return Refusal(422, refusal.format(names=joined(known.required), least=least, most=most))
    call.data += list(known.defaults.values())[len(call.data) - least :]
    return json.dumps(call.model_dump()).encode()


def _check_names(known: Fields, sent: Sent) -> bytes | Refusal:
    """A call by name as it is: Gradio fills its defaults in."""
    try:
        _by_name(known).model_validate(sent.content if isinstance(sent.content, dict) else {})
    except ValidationError as error:
        return Refusal(422, _sentence(error, known))
    return sent.body


def _by_name(known: Fields) -> type[BaseModel]:
    """What a call by name looks like; what its values may be, the endpoint itself says."""
    fields: dict[str, tuple[object, object]] = dict.fromkeys(known.required, (object, ...))
    fields |= {field: (object, default) for field, default in known.defaults.items()}
    return create_model("Named", __config__=ConfigDict(extra="forbid"), **fields)  # type: ignore[call-overload]


def _sentence(error: ValidationError, known: Fields) -> str:
    """What is wrong with the fields of a call: the first that is missing, or one that there is not."""
    missing = [str(each["loc"][0]) for each in error.errors() if each["type"] == "missing"]
    if missing:
        return gettext("The field '{name}' is missing.").format(name=missing[0])
    return gettext("There is an unknown field; the fields are: {names}.").format(names=joined(known.names))
