"""A visitor of the page without a browser: presses Analyse as the page's own script does, and waits for all of it.

The page's events are read from its configuration. Pressing a button joins the queue with what the components hold; the
answer comes over a stream of events, changes what components hold, and lets the events follow that wait for it.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

TIMEOUT = httpx.Timeout(600, connect=60)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one event: its outputs by component, or the sentence that refused it. Seconds are since it was
    sent; `places` are those in the queue that were told meanwhile.
    """

    event: int
    outputs: dict[int, Any]
    refused: str
    seconds: float
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The page's configuration: its components and events."""

    components: dict[int, dict[str, Any]]
    events: dict[int, dict[str, Any]]

    @classmethod
    def of(cls, config: dict[str, Any]) -> Layout:
        """The page in English, from what the server says of all its pages."""
        page = config["page"][""]
        components = {each["id"]: each for each in config["components"] if each["id"] in page["components"]}
        events = [each for each in config["dependencies"] if each["id"] in page["dependencies"]]
        return cls(components, {each["id"]: each for each in events if each["backend_fn"]})

    def component(self, **props: str) -> int:
        """The only component that has these properties."""
        (found,) = (
            number
            for number, each in self.components.items()
            if all(each["props"].get(name) == value for name, value in props.items())
        )
        return found

    def clicked(self, component: int) -> int:
        """The event of a button."""
        (found,) = (number for number, each in self.events.items() if [component, "click"] in each["targets"])
        return found

    def after(self, event: int) -> Iterator[int]:
        """The events that follow one that succeeded."""
        return (number for number, each in self.events.items() if each.get("trigger_after") == event)


@dataclass(slots=True)
class Visitor:
    """One who has opened the page at `address`; `held` is what components hold that are not as they were."""

    client: httpx.AsyncClient
    address: str
    layout: Layout
    session: str = field(default_factory=lambda: secrets.token_hex(6))
    held: dict[int, Any] = field(default_factory=dict)

    async def analyse(self, text: str) -> list[Answer]:
        """Type a review, press Analyse, and wait for it and for all that follows."""
        self.held[self.layout.component(elem_id="gs-review")] = text
        pressed = self.layout.clicked(self.layout.component(elem_id="gs-analyse"))
        answers = [await self.press(pressed)]
        if not answers[0].refused:
            answers += [await self.press(event) for event in self.layout.after(pressed)]
        return answers

    async def press(self, event: int) -> Answer:
        """Send one event and wait for its answer."""
        started = time.monotonic()
        inputs = self.layout.events[event]["inputs"]
        sent = {"fn_index": event, "session_hash": self.session, "data": [self._value(each) for each in inputs]}
        joined = await self.client.post(f"{self.address}/gradio_api/queue/join", json=sent, timeout=TIMEOUT)
        if joined.status_code != httpx.codes.OK:
            return Answer(event, {}, f"{joined.status_code}: {joined.text}", time.monotonic() - started, ())
        places: list[int] = []
        async for message in self._messages():
            if message.get("event_id") != joined.json()["event_id"]:
                continue
            if message["msg"] == "estimation":
                places.append(message["rank"] + 1)
            if message["msg"] == "process_completed":
                return self._answer(event, message, time.monotonic() - started, tuple(places))
        return Answer(event, {}, "the stream ended without an answer", time.monotonic() - started, tuple(places))

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        address = f"{self.address}/gradio_api/queue/data"
        async with self.client.stream("GET", address, params={"session_hash": self.session}, timeout=TIMEOUT) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

    def _answer(self, event: int, message: dict[str, Any], seconds: float, places: tuple[int, ...]) -> Answer:
        if not message["success"]:
            return Answer(event, {}, str(message["output"].get("error")), seconds, places)
        outputs = dict(zip(self.layout.events[event]["outputs"], message["output"]["data"], strict=True))
        for component, value in outputs.items():
            if isinstance(value, dict) and value.get("__type__") == "update":
                self.held |= {component: value["value"]} if "value" in value else {}
            else:
                self.held[component] = value
        return Answer(event, outputs, "", seconds, places)

    def _value(self, component: int) -> Any:
        """What it holds; what the server holds itself (a state) is not sent."""
        found = self.layout.components[component]
        if found["type"] == "state":
            return None
        return self.held.get(component, found["props"].get("value"))
