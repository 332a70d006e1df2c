/* The stage: the needle, the curve and the sentence follow the playhead; it reads by itself once after each analysis.

   The playhead is the chosen token of the store, so that every view below follows it. All numbers are in the page: no
   step asks the server. */
import { paint } from "./paint.js";
import { listenToPlayhead } from "./playhead.js";
import { createReading } from "./read.js";
import { scopeOf } from "./scope.js";
import { announce } from "./sheet.js";
import { choose, count } from "./tokens.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");

export function attach({ element, watch }) {
  const scope = scopeOf(element);
  const { store } = scope;
  let moments = null; // what is known of the stage that stands here: see views/stage/stage.py
  let resting = true; // the playhead stands at the word to look at, and the whole verdict counts
  let moved = false; // by a person
  const part = (selector) => element.querySelector(selector);
  const reading = createReading({ scope, part, ended: () => isScored() && rest() });
  const isScored = () => part(".gs-stage").dataset.pending === undefined;

  /** What belongs to the stage that stands here; null while it is not there. */
  function of(found) {
    return found && found.asked === part(".gs-stage")?.dataset.asked ? found : null;
  }

  /** The stage was drawn, or what it shows at each token has come: whichever is later begins the reading. */
  function take() {
    const known = of(store.state.moments);
    if (!known || known === moments) return;
    moments = known;
    moments.said = of(store.state.scores)?.said ?? known.said;
    const heights = known.curve.map((value) => (100 * (1 - value)).toFixed(1));
    const points = (
      heights.length > 1 ? heights.flatMap((height, place) => [place + 0.5, height]) : [0, heights[0], 1, heights[0]]
    ).join(" ");
    for (const line of element.querySelectorAll(".gs-curve polyline")) line.setAttribute("points", points);
    reading.stop();
    if (still.matches || known.curve.length < 2 || !known.play || moved) show(store.state.place);
    else reading.start(true);
  }

  /** What each word did is known now: colour the words, and come to the one to look at if nobody looks elsewhere. */
  function colour() {
    const scores = of(store.state.scores);
    if (!scores || isScored()) return;
    paint(part(".gs-stage"), scores);
    if (moments) moments.said = scores.said;
    if (!reading.goes() && !moved) rest();
  }

  function rest() {
    resting = true;
    store.set({ by: "scores", pointed: null, place: Number(part(".gs-stage").dataset.chosen) });
  }

  function show(place) {
    const stage = part(".gs-stage");
    if (!moments || !of(moments) || !(place in moments.curve)) return;
    const { curve, said, verdicts } = moments;
    const judged = resting ? curve.length - 1 : place;
    const { pointed, supposed } = store.state;
    if (supposed && pointed === null && !reading.goes()) tell(supposed.probability, wordFor(supposed.probability), supposed.said);
    else tell(curve[judged], verdicts[judged]);
    part(".gs-now").toggleAttribute("data-whole", judged === curve.length - 1);
    const slider = part(".gs-curve");
    slider.style.setProperty("--read", (place + 1) / curve.length);
    slider.style.setProperty("--p", curve[place]);
    slider.setAttribute("aria-valuenow", place + 1);
    slider.setAttribute("aria-valuetext", said[place]);
    const first = resting && stage.dataset.first ? `${stage.dataset.first} ` : "";
    if (!reading.goes()) part(".gs-said").textContent = first + said[place];
    for (const token of stage.querySelectorAll(".gs-token"))
      token.classList.toggle("gs-unread", reading.goes() && Number(token.dataset.place) > place);
    keepInSight(stage, place);
  }

  /** The needle and its word; of a verdict that would be, `supposed` says under what. */
  function tell(probability, verdict, supposed = "") {
    const now = part(".gs-now");
    now.toggleAttribute("data-supposed", Boolean(supposed));
    part(".gs-supposed").textContent = supposed;
    const word = part(".gs-now strong");
    word.textContent = verdict;
    word.toggleAttribute("data-long", verdict.length > Number(word.dataset.short));
    part(".gs-now output").textContent = probability.toFixed(2);
    const meter = part(".gs-now .gs-meter");
    meter.style.setProperty("--at", probability);
    meter.setAttribute("aria-label", [`${meter.dataset.name} = ${probability.toFixed(2)}`, supposed].join(" ").trim());
  }

  function wordFor(probability) {
    const words = JSON.parse(part(".gs-now").dataset.words);
    return words.find(([above]) => probability > above)[1];
  }

  function keepInSight(root, place) {
    const text = root.querySelector(".gs-text");
    const token = text.querySelector(`[data-place="${place}"]`);
    if (!token) return;
    const [inner, outer] = [token.getBoundingClientRect(), text.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) text.scrollTop += inner.top - outer.top - outer.height / 3;
  }

  listenToPlayhead(element, {
    count: () => count(scope.root),
    place: () => store.state.place,
    toggle() {
      if (!reading.goes()) return reading.start(false);
      reading.stop();
      choose(scope, store.state.place);
    },
    go: (place) => choose(scope, place),
  });
  store.subscribe(element, ({ place, pointed }, change) => {
    if (change.by === "person") {
      reading.stop();
      moved = true;
    }
    if (change.by === "person" || change.by === "reading") resting = false;
    if ("moments" in change) take();
    else if ("scores" in change) colour();
    else show(pointed ?? place);
  });
  announce({ element, watch }, () => {
    reading.stop();
    moments = null;
    resting = true;
    moved = false;
  });
  // what is scrolled or stepped to by keyboard is not hidden below it
  const covered = () => document.documentElement.style.setProperty("--gs-covered", `${element.offsetHeight}px`);
  new ResizeObserver(covered).observe(element);
  const drawn = () => {
    if (!part(".gs-stage")) return;
    colour();
    take();
  };
  element.addEventListener("gs-drawn", drawn);
  drawn();
}
