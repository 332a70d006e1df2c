"""How fast, how large: one command that prints a table.

    python -m tests.benchmarks.run [CHECKPOINT]

Explaining a review (verdict, integrated gradients under 1 %, all gates, nothing kept from before) stands beside
Captum's stock `LayerIntegratedGradients` with its default 50 steps, on the same network in the same run, and beside
the machine's matrix product. The app's start, memory and traffic are those of `python app.py`.
"""

from __future__ import annotations

import copy
import math
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import httpx
import torch
from captum.attr import LayerIntegratedGradients
from gradio_client import Client

from model.attribution.attribution import attribute, subject_of
from model.attribution.integrated_gradients import FIRST_EDGES, PANEL_NODES, StraightPath
from model.memory import keep_memory
from model.network import checkpoint
from model.network.checkpoint import Checkpoint
from model.network.classify import classify_encoded
from model.network.network import RecurrentNetwork
from model.reading.comparison import compare
from model.reading.explainer import Explainer
from model.reading.explanation import Question
from model.recurrence.clamps import Clamp
from model.recurrence.openings import Valve
from model.recurrence.patching import MAX_PATCHED
from model.recurrence.replay import trace_gates
from model.recurrence.step import cell_step
from model.text import PADDING_ID, EncodedReview, encode
from tests.benchmarks.texts import long_example
from views.cell.diagram import diagram
from views.cell.equations import equations
from views.compare.comparison import comparison
from views.drawing.running import running_verdict
from views.gradients.arrivals import arrivals_card
from views.gradients.race import race_card
from views.memory.kept import memory_card
from views.what_if.before_after import gates_card

ROOT = Path(__file__).parent.parent.parent
SIZES = (25, 100, 250, 1_000)
WINDOWS = 5  # different pieces of text for each size
MEBIBYTE = 2**20
SETTLED = 12  # seconds after the start, in which what it alone needed is given back

keep_memory()  # as the app does


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: median and 95th percentile."""

    p50: float
    p95: float


def reviews(loaded: Checkpoint, tokens: int) -> list[EncodedReview]:
    """Pieces of `tokens` tokens, cut at different places from the long example, repeated where it is too short."""
    text = long_example()
    whole = encode(text, loaded.field)
    found = []
    for window in range(WINDOWS):
        places = [(window * 47 + place) % len(whole.ids) for place in range(tokens)]
        found.append(
            EncodedReview(
                text, tuple(whole.tokens[place] for place in places), tuple(whole.ids[place] for place in places), 0, 0
            )
        )
    return found


def measure(calls: list[Callable[[], object]], repeats: int) -> Timing:
    """Time each call `repeats` times; the caller has warmed them up."""
    times = []
    for _ in range(repeats):
        for call in calls:
            started = time.perf_counter()
            call()
            times.append(time.perf_counter() - started)
    return Timing(statistics.median(times), sorted(times)[math.ceil(0.95 * len(times)) - 1])


def warmed_up(call: Callable[[], object]) -> float:
    """Seconds at the median of five, after one that is not counted."""
    call()
    return measure([call], 5).p50


def explain(loaded: Checkpoint, review: EncodedReview) -> float:
    """Everything that the page shows of a review, whose verdict comes with the gates; gives back the relative delta."""
    network = loaded.network
    trace_gates(network, network.embed(torch.tensor([review.ids])))
    return attribute(network, review.ids).relative_delta


def stock(loaded: Checkpoint) -> Callable[[EncodedReview], float]:
    """Captum's layer variant as its tutorial for text calls it; gives back the relative delta."""
    network = copy.deepcopy(loaded.network).requires_grad_()
    algorithm = LayerIntegratedGradients(
        lambda ids: network(ids, torch.full((len(ids),), ids.shape[1])), network.embedding
    )

    def call(review: EncodedReview) -> float:
        ids = torch.tensor([review.ids])
        padding = torch.full_like(ids, PADDING_ID)
        scores = algorithm.attribute(ids, padding)
        with torch.no_grad():
            logits = network(torch.cat([ids, padding]), torch.full((2,), ids.shape[1]))
        difference = float(logits[0] - logits[1])
        return abs(float(scores.sum()) - difference) / abs(difference)

    return call


def matrix_peak() -> float:
    """GFLOP/s of the product of two 1024 × 1024 float32 matrices."""
    size = 1024
    left, right = torch.randn(size, size), torch.randn(size, size)
    return 2 * size**3 / measure([lambda: left @ right], 30).p50 / 1e9


def explaining(name: str) -> None:
    loaded = checkpoint.load(name)
    call_stock = stock(loaded)
    print(f"threads {torch.get_num_threads()}, matrix product {matrix_peak():.0f} GFLOP/s\n")
    print("| tokens | explain p50 | p95 | nodes | largest delta | stock p50 | its delta | explain / stock |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for tokens in SIZES:
        few = 1 if tokens > 250 else 3
        pieces = reviews(loaded, tokens)[: 2 if tokens > 250 else WINDOWS]
        repeats = {25: 8, 100: 4, 250: 2}.get(tokens, 1)
        found = [attribute(loaded.network, piece.ids) for piece in pieces]
        ours = measure([lambda piece=piece: explain(loaded, piece) for piece in pieces], repeats)
        off = max(call_stock(piece) for piece in pieces[:few])
        theirs = measure([lambda piece=piece: call_stock(piece) for piece in pieces[:few]], 1)
        nodes = statistics.median(each.steps for each in found)
        delta = max(each.relative_delta for each in found)
        print(
            f"| {tokens:,} | {ours.p50:.3f} s | {ours.p95:.3f} s | {nodes:.0f} | {100 * delta:.2f} % | "
            f"{theirs.p50:.3f} s | {100 * off:.0f} % | {ours.p50 / theirs.p50:.2f} |",
            flush=True,
        )


def steps(name: str) -> None:
    """What part of the matrix product's peak each step of an explanation reaches, on 250 tokens.

    Counted are the products alone: 2 (inputs + units) rows for each token, layer and direction; a gradient takes three
    times a reading, since oneDNN computes those of the weights, too, which nobody asked for.
    """
    loaded = checkpoint.load(name)
    network, review = loaded.network, reviews(loaded, 250)[0]
    subject = subject_of(network, review.ids)
    path = StraightPath(subject)
    edges, ends = list(pairwise(FIRST_EDGES)), (0.0, 1.0)
    nodes = PANEL_NODES * len(edges)
    calls: dict[str, tuple[Callable[[], object], int]] = {
        "verdict": (lambda: classify_encoded(loaded, review), 1),
        "gates, beside the reading that they are held against": (lambda: trace_gates(network, subject.embedded), 2),
        "logits of baseline and review": (lambda: path.logits(ends), len(ends)),
        f"gradients at {nodes} places": (lambda: path.panels(edges), 3 * nodes),
    }
    peak, once = matrix_peak(), products(network) * len(review.ids) / 1e9
    print(f"\n| step, 250 tokens | time | GFLOP/s | of the matrix product's {peak:.0f} |\n| --- | ---: | ---: | ---: |")
    for step, (call, readings) in calls.items():
        seconds = warmed_up(call)
        speed = readings * once / seconds
        print(f"| {step} | {seconds:.3f} s | {speed:.0f} | {speed / peak:.0%} |", flush=True)


def products(network: RecurrentNetwork) -> int:
    """Floating-point operations of the products that reading one token takes."""
    weights = (each for name, each in network.named_parameters() if "_rnn.weight" in name)
    return 2 * sum(each.numel() for each in weights)


def lessons(name: str) -> None:
    """What the lessons compute of a review that is explained, each from nothing, beside the verdict alone."""
    print("\n| tokens | verdict | step | memory | gradient flow | race | clamp | every prefix | compare |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for tokens in (25, 100, 250, 1_000):
        pieces = [lesson_calls(name, number, tokens) for number in range(4)]
        times = [measure(calls, 1).p50 for calls in zip(*pieces, strict=True)]
        print(f"| {tokens:,} | " + " | ".join(f"{each:.3f} s" for each in times) + " |", flush=True)


def lesson_calls(name: str, number: int, tokens: int) -> list[Callable[[], object]]:
    """The calls that answer a click, in the order of the table; `number` picks another piece of text."""
    explainer = Explainer()
    words = reviews(explainer.checkpoint(name), tokens)[number].tokens
    text = " ".join(token.text for token in words)
    explanation, other = (explainer.explain(Question(each, name, "saliency")) for each in (text, text + " Great."))
    tokens_read = explanation.review.tokens
    explainer.preactivations(explanation, 2, "forward")  # step through is measured on what is computed already
    for other_name in explainer.names:
        explainer.checkpoint(other_name)  # gradients and the race are measured of networks that are loaded already
    place = len(tokens_read) // 2

    def step() -> str:
        sums = explainer.preactivations(explanation, 2, "forward")
        found = cell_step(sums, explanation.gates.of(2, "forward"), place, 17)
        return diagram(found, "word", "word") + equations(found, "word", "word")

    return [
        lambda: explainer.classify(text, name),
        step,
        lambda: memory_card(explanation, explainer.memory(explanation, 2, "forward"), place, 17),
        lambda: arrivals_card(explanation, explainer.gradients(explanation, 2, "forward")),
        lambda: race_card(explainer.race(explanation)),
        lambda: gates_card(explanation, explainer.intervene(explanation, (Clamp("f", 0.0, 1),)), 2, "forward"),
        lambda: running_verdict(explanation, explainer.prefixes(explanation)),
        lambda: comparison(compare(explanation, other), 2, "forward", "f"),
    ]


def inside(name: str) -> None:
    """What is asked of the inside of a network, each from nothing, beside the verdict alone."""
    print("\n| tokens | verdict | units that tell | units below the last layer | a valve | states put in, both ways |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for tokens in SIZES:
        pieces = [inside_calls(name, number, tokens) for number in range(4)]
        times = [measure(calls, 1).p50 if calls[0] else None for calls in zip(*pieces, strict=True)]
        cells = [f"{each:.3f} s" if each is not None else f"over {MAX_PATCHED} tokens, refused" for each in times]
        print(f"| {tokens:,} | {' | '.join(cells)} |", flush=True)


def inside_calls(name: str, number: int, tokens: int) -> list[Callable[[], object] | None]:
    """The calls in the order of the table; None for what a review of this length is refused."""
    explainer = Explainer()
    words = [token.text for token in reviews(explainer.checkpoint(name), tokens)[number].tokens]
    edited = [*words]
    edited[tokens // 2] = "dreadful"
    reading, other = (explainer.read(Question(" ".join(each), name)) for each in (words, edited))
    valve = Valve("f", 1, "forward", 17, tokens // 2)

    def swapped() -> object:
        return explainer.patched(reading, other), explainer.patched(other, reading)

    return [
        lambda: explainer.classify(reading.question.text, name),
        lambda: explainer.six_units(reading),
        lambda: explainer.passing_on(reading, 24),
        lambda: explainer.openings(reading, valve),
        swapped if len(reading.review.tokens) == len(other.review.tokens) <= MAX_PATCHED else None,
    ]


def serving(name: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    address = f"http://127.0.0.1:{port}/"
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not answers(address):
            time.sleep(0.02)
        print(f"\nstart until the page answers: {time.perf_counter() - started:.1f} s")
        time.sleep(SETTLED)
        print(f"memory at rest: {memory(process.pid, 'VmRSS')}")
        loaded = checkpoint.load(name)
        long = reviews(loaded, 250)[0]
        text = " ".join(token.text for token in long.tokens)
        using(address, text)
        client = Client(address, verbose=False, analytics_enabled=False)
        asking(client, loaded)
        for each in (text, text, " ".join([text] * 4), text):
            client.predict(text=each, api_name="/explain")
        client.close()
        print(f"memory under use, 250 and 1,000 tokens: {memory(process.pid, 'VmHWM')} at most")
    finally:
        process.terminate()
        process.wait()


def asking(client: Client, loaded: Checkpoint) -> None:
    """How much longer /explain takes than what it computes, in turn on the same reviews, of which it knows none."""
    served, bare = [], []
    for review in reviews(loaded, 280)[:WINDOWS]:
        text = " ".join(token.text for token in review.tokens)
        served.append(measure([lambda text=text: client.predict(text=text, api_name="/explain")], 1).p50)
        bare.append(measure([lambda review=review: explain(loaded, review)], 3).p50)
    times = statistics.median(one / other for one, other in zip(served, bare, strict=True))
    print(
        f"/explain of 280 tokens: {statistics.median(served):.2f} s, {times:.2f} times what it computes, which alone "
        f"takes {statistics.median(bare):.2f} s"
    )


def answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def memory(pid: int, kind: str) -> str:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return "not known on this system"
    line = next(line for line in status.read_text().splitlines() if line.startswith(kind))
    return f"{int(line.split()[1]) * 1024 / MEBIBYTE:.0f} MiB"


STEP = """() => new Promise((done) => {
  const started = performance.now();
  const words = () => document.querySelector(".gs-equations").textContent;
  const before = words();
  const wait = () => (words() === before ? requestAnimationFrame(wait) : done((performance.now() - started) / 1000));
  document.querySelector(".gs-next").click();
  wait();
})"""  # seconds from the click until the next token's equations stand on the page
SCRUB = """() => new Promise((done) => {
  const started = performance.now();
  const curve = document.querySelector(".gs-curve");
  curve.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => done((performance.now() - started) / 1000)));
})"""  # seconds from the key until the stage and the staves are painted with another token

READ = """() => new Promise((done) => {
  const started = performance.now();
  const asked = () => document.querySelector(".gs-stage").dataset.asked;
  const numbers = () => document.querySelector(".gs-staves").dataset.numbers;
  const before = [asked(), numbers()];
  const drawn = () => asked() !== before[0] && numbers() !== before[1];
  const wait = () => requestAnimationFrame(() => (drawn() ? done((performance.now() - started) / 1000) : wait()));
  document.querySelector("#gs-analyse").click();
  wait();
})"""  # seconds from the click until verdict and gates of another review stand on the page


def using(address: str, text: str) -> None:
    """What the browser receives after the button is pressed, and how long a step through the cell takes there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.goto(address)
        page.locator(".gs-stage:not([data-pending])").wait_for()
        session = page.context.new_cdp_session(page)
        received = []
        session.on("Network.dataReceived", lambda event: received.append(event["dataLength"]))
        session.send("Network.enable")
        page.locator("#gs-review textarea").fill(text)
        page.locator("#gs-analyse").click()
        page.get_by_text("250 tokens").first.wait_for(timeout=60_000)
        page.locator(".gs-stage:not([data-pending])").wait_for(timeout=60_000)
        page.wait_for_timeout(8_000)  # until it has read itself
        print(f"bytes sent to the page for 250 tokens: {sum(received):,}")
        scrubs = [page.evaluate(SCRUB) for _ in range(40)]
        print(f"the stage by key, to the next picture: {statistics.median(scrubs):.3f} s, at most {max(scrubs):.3f} s")
        words, reads = text.split(), []
        for turned in range(1, 8):
            page.locator("#gs-review textarea").fill(" ".join(words[-turned:] + words[:-turned]))
            reads.append(page.evaluate(READ))
            page.locator(".gs-stage:not([data-pending])").wait_for(timeout=60_000)
            page.wait_for_timeout(2_000)
        print(f"verdict and gates, from click to page: {statistics.median(reads):.3f} s, at most {max(reads):.3f} s")
        page.get_by_role("tab", name="Step through").click()
        page.locator(".gs-equations").wait_for()
        page.wait_for_timeout(1_000)
        times = [page.evaluate(STEP) for _ in range(20)]
        print(
            f"a step through the cell, from click to page: {statistics.median(times):.3f} s, at most {max(times):.3f} s"
        )
        browser.close()


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "bilstm"
    explaining(name)
    steps(name)
    lessons(name)
    inside(name)
    serving(name)


if __name__ == "__main__":
    main()
