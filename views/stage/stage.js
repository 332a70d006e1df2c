/* The stage: the needle, the curve and the sentence follow the playhead; it reads by itself once after each analysis.

   The playhead is the chosen token of the store, so that every view below follows it. All numbers are in the page: no
   step asks the server. */
import { scopeOf } from "./scope.js";
import { announce } from "./sheet.js";
import { choose, count } from "./tokens.js";

const WHOLE = 4000; // milliseconds for a whole review where no other pace is chosen
const FASTEST = 16; // milliseconds between two drawings; a longer review goes several tokens at once
const REST = 900; // milliseconds at the end, before the playhead comes to the token to look at

const still = matchMedia("(prefers-reduced-motion: reduce)");

export function attach({ element, watch }) {
  const scope = scopeOf(element);
  const { store } = scope;
  let moments = null; // what is known of the stage that stands here: see views/stage/stage.py
  let timer = 0;
  let resting = true; // nobody moved the playhead: it stands at the word to look at, and the whole verdict counts
  const part = (selector) => element.querySelector(selector);

  /** The stage was drawn, or what it shows at each token has come: whichever is later begins the reading. */
  function take() {
    const stage = part(".gs-stage");
    const known = store.state.moments;
    if (!stage || !known || known.asked !== stage.dataset.asked || known === moments) return;
    moments = known;
    const points = known.curve.flatMap((value, place) => [place + 0.5, (100 * (1 - value)).toFixed(1)]).join(" ");
    for (const line of stage.querySelectorAll(".gs-curve polyline")) line.setAttribute("points", points);
    stop();
    if (still.matches || known.curve.length < 2 || !known.play) show(store.state.place);
    else start(true);
  }

  function show(place) {
    const stage = part(".gs-stage");
    if (!moments || !stage || stage.dataset.asked !== moments.asked || !(place in moments.curve)) return;
    const { curve, said, verdicts } = moments;
    const judged = resting ? curve.length - 1 : place;
    stage.style.setProperty("--read", (place + 1) / curve.length);
    stage.style.setProperty("--p", curve[place]);
    part(".gs-now strong").textContent = verdicts[judged];
    part(".gs-now output").textContent = curve[judged].toFixed(2);
    part(".gs-so-far").hidden = judged === curve.length - 1;
    const meter = part(".gs-now .gs-meter");
    meter.style.setProperty("--at", curve[judged]);
    meter.setAttribute("aria-label", `P(positive) = ${curve[judged].toFixed(2)}`);
    const slider = part(".gs-curve");
    slider.setAttribute("aria-valuenow", place + 1);
    slider.setAttribute("aria-valuetext", said[place]);
    if (!timer) part(".gs-said").textContent = resting ? `${stage.dataset.first} ${said[place]}` : said[place];
    for (const token of stage.querySelectorAll(".gs-token"))
      token.classList.toggle("gs-unread", Boolean(timer) && Number(token.dataset.place) > place);
    keepInSight(stage, place);
  }

  function keepInSight(root, place) {
    const text = root.querySelector(".gs-text");
    const token = text.querySelector(`[data-place="${place}"]`);
    if (!token) return;
    const [inner, outer] = [token.getBoundingClientRect(), text.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) text.scrollTop += inner.top - outer.top - outer.height / 3;
  }

  /** Read from the beginning, or from the playhead; `toEnd` comes back to the token to look at afterwards. */
  function start(fromTheBeginning) {
    const last = count(scope.root) - 1;
    let place = fromTheBeginning || store.state.place >= last ? -1 : store.state.place;
    const pace = Number(part(".gs-pace-of-stage").value);
    const each = pace ? 1000 / pace : Math.min(250, WHOLE / (last + 1));
    const stride = Math.max(1, Math.round(FASTEST / each));
    timer = setInterval(() => {
      place = Math.min(place + stride, last);
      store.set({ place, pointed: null, by: "reading" });
      if (place < last) return;
      stop();
      timer = setTimeout(() => {
        stop();
        resting = true;
        store.set({ by: "server", pointed: null, place: Number(part(".gs-stage").dataset.chosen) });
      }, REST);
    }, Math.max(FASTEST, each));
    label();
  }

  function stop() {
    clearInterval(timer);
    clearTimeout(timer);
    timer = 0;
    label();
  }

  function label() {
    const button = part(".gs-read");
    if (!button) return;
    button.textContent = timer ? button.dataset.pause : button.dataset.play;
    button.setAttribute("aria-pressed", String(Boolean(timer)));
  }

  const halt = () => {
    if (!timer) return;
    stop();
    choose(scope, store.state.place);
  };

  element.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    if (on(".gs-read")) timer ? halt() : start(false);
    else if (on(".gs-step-on, .gs-step-back")) {
      stop();
      choose(scope, store.state.place + (on(".gs-step-on") ? 1 : -1));
    }
  });
  const scrub = (event) => {
    const box = part(".gs-curve").getBoundingClientRect();
    const tokens = count(scope.root);
    stop();
    choose(scope, Math.floor(((event.clientX - box.left) / box.width) * tokens));
  };
  element.addEventListener("pointerdown", (event) => {
    const curve = event.target.closest?.(".gs-curve");
    if (!curve) return;
    curve.setPointerCapture(event.pointerId);
    scrub(event);
  });
  element.addEventListener("pointermove", (event) => {
    const curve = event.target.closest?.(".gs-curve");
    if (curve?.hasPointerCapture(event.pointerId)) scrub(event);
  });
  element.addEventListener("keydown", (event) => {
    if (!event.target.closest?.(".gs-curve")) return;
    if (event.key === " ") {
      event.preventDefault();
      part(".gs-read").click();
      return;
    }
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
    const ends = { Home: 0, End: count(scope.root) - 1 };
    if (!(event.key in steps) && !(event.key in ends)) return;
    event.preventDefault();
    stop();
    choose(scope, event.key in ends ? ends[event.key] : store.state.place + steps[event.key]);
  });
  store.subscribe(element, ({ place, pointed }, change) => {
    if (change.by === "person" && timer) stop();
    if (change.by === "person" || change.by === "reading") resting = false;
    if ("moments" in change) take();
    else show(pointed ?? place);
  });
  announce({ element, watch }, () => {
    stop();
    moments = null;
    resting = true;
  });
  element.addEventListener("gs-drawn", take);
  take();
}
