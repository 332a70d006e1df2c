"""A class that presses Analyse at once, against a server of its own: one command that prints a table.

    python -m tests.load.crowd [--visitors 200] [--within 10] [--rounds 1] [--compared 20]

Each visitor types a review of their own, presses Analyse at some moment within so many seconds, and waits for all that
follows; as often as there are rounds. Every answer is checked: its verdict against the network's own, computed here,
and of some visitors each byte against what a server of which nobody else asks anything says. What was refused is
counted by its sentence.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

from model.network import checkpoint
from model.network.classify import classify
from tests.conftest import started
from tests.load.visitor import TIMEOUT, Answer, Layout, Visitor

NOUNS = ("plot", "ending", "cast", "camera", "music", "dialogue", "pace", "story", "first half", "hero")
SAID = ("dull", "wonderful", "not bad at all", "a mess", "better than I feared", "far too long", "moving", "flat")
ROUNDED = 0.006  # logits; two digits are shown
JOINED = (", and", ", but", ". Then", "; still,", ", although")
_ASKED = re.compile(r'(?<=asked=\\")\w+|(?<="asked": ")\w+')  # another one each time
_LOGIT = re.compile(r"Logit ([−+]?[\d.]+):")


def review(seed: int) -> str:
    """A review like nobody else's, of 20 to 200 words or so."""
    chance = random.Random(seed)
    parts = [f"Number {seed}"]
    for _ in range(chance.randint(4, 30)):
        parts.append(f"{chance.choice(JOINED)} the {chance.choice(NOUNS)} was {chance.choice(SAID)}")
    return "".join(parts) + "."


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visitor was answered, event by event, and how much of that is wrong."""

    text: str
    answers: list[Answer]

    @property
    def verdict_seconds(self) -> float:
        """From pressing Analyse to the verdict and the gates."""
        return self.answers[0].seconds

    @property
    def whole_seconds(self) -> float:
        """To the last of what follows."""
        return sum(answer.seconds for answer in self.answers)

    @property
    def refusals(self) -> list[str]:
        """The sentences of what was refused."""
        return [answer.refused for answer in self.answers if answer.refused]

    def drawn(self) -> str:
        """All outputs of all events, without what is another each time."""
        return _ASKED.sub("", json.dumps([list(answer.outputs.values()) for answer in self.answers]))


async def crowd(address: str, texts: Sequence[str], within: float) -> list[Visit]:
    """One visitor a text, each at a moment of their own within so many seconds."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(limits=limits) as client:
        layout = Layout.of((await client.get(f"{address}/config", timeout=TIMEOUT)).json())
        moments = sorted(random.Random(0).uniform(0, within) for _ in texts)

        async def visit(text: str, moment: float) -> Visit:
            await asyncio.sleep(moment)
            return Visit(text, await Visitor(client, address, layout).analyse(text))

        return await asyncio.gather(*map(visit, texts, moments))


async def one_by_one(address: str, texts: Sequence[str]) -> list[Visit]:
    """The same, each after the last."""
    return [visit for text in texts for visit in await crowd(address, [text], 0)]


def wrong(visits: Sequence[Visit], alone: Sequence[Visit]) -> int:
    """How many verdicts are not the network's, and how many visits are not what the server says to one alone."""
    loaded = checkpoint.load("bilstm")
    count = 0
    for visit in visits:
        if visit.answers[0].refused:
            continue
        shown = _LOGIT.findall(json.dumps(list(visit.answers[0].outputs.values()), ensure_ascii=False))
        logit = classify(loaded, visit.text).logit
        count += not any(abs(float(each.replace("−", "-")) - logit) < ROUNDED for each in shown)
    said = {visit.text: visit for visit in visits}
    whole = [each for each in alone if not said[each.text].refusals]
    return count + sum(each.drawn() != said[each.text].drawn() for each in whole)


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """The address and the process of an app of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        started([sys.executable, "app.py"], Path(folder) / "log") as (address, process),
    ):
        yield address.rstrip("/"), process.pid


def memory(process: int) -> float:
    """MB that a process holds."""
    (pages,) = re.findall(r"^VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    return int(pages) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load.crowd", description=__doc__.partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=200)
    parser.add_argument("--within", type=float, default=10, help="seconds in which all of them press")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--compared", type=int, default=20, help="visitors whose answers are compared byte by byte")
    options = parser.parse_args()
    held, visits = [], list[Visit]()
    with server() as (address, process):
        asyncio.run(one_by_one(address, ["A fine film."]))
        started = time.monotonic()
        for number in range(options.rounds):
            texts = [review(number * options.visitors + each) for each in range(options.visitors)]
            visits += asyncio.run(crowd(address, texts, options.within))
            held.append(memory(process))
        seconds = time.monotonic() - started
    with server() as (address, _):
        alone = asyncio.run(one_by_one(address, [visit.text for visit in visits[: options.compared]]))
    first = [visit.verdict_seconds for visit in visits if not visit.answers[0].refused]
    whole = [visit.whole_seconds for visit in visits if not visit.refusals]
    refusals = Counter(sentence for visit in visits for sentence in visit.refusals)
    rows = {
        "visitors, seconds in which they press, rounds": f"{options.visitors}, {options.within:g}, {options.rounds}",
        "answered whole": f"{len(whole):,} of {len(visits):,}",
        "wrong or mixed up": f"{wrong(visits, alone):,}",
        "to the verdict and gates, median, 95 %, longest": spread(first),
        "to all that follows": spread(whole),
        "visitors a second": f"{len(visits) / seconds:.1f}",
        "memory after each round": ", ".join(f"{each:,.0f}" for each in held) + " MB",
    }
    print("| | |\n| --- | ---: |")
    print("\n".join(f"| {name} | {value} |" for name, value in rows.items()))
    for sentence, count in refusals.most_common():
        print(f"refused {count:,} times: {sentence}")


def spread(seconds: Sequence[float]) -> str:
    """Median, 95 % and maximum of seconds."""
    if not seconds:
        return "–"
    return ", ".join(f"{each:.1f}" for each in np.quantile(seconds, (0.5, 0.95, 1))) + " s"


if __name__ == "__main__":
    main()
