/* The cell in hand: its valves are moved by pointer and keys, its flows ease from one token to the next.

   A valve stays where it was put until another token or unit is looked at, or a person lets it go. The server is asked
   once for each valve that is grabbed (asked.js); every step after that is computed here, and the stage's needle
   follows. */
import { filled, number } from "../drawing/numbers.js";
import { scopeOf } from "../stage/scope.js";
import { within } from "../stage/tokens.js";
import { createEase } from "./ease.js";
import { quantities } from "./formula.js";
import { createPicture } from "./picture.js";
import { openness, supposed, tell } from "./tried.js";

const SPAN = 120; // pixels from shut to open
const FINE = 100; // places at which a pointer can put a valve
const TENTHS = 10; // at which keys put it
const SLACK = 1e-9; // of a number that is a tenth but for rounding

const UP = (opening) => (Math.floor(opening * TENTHS + SLACK) + 1) / TENTHS;
const DOWN = (opening) => (Math.ceil(opening * TENTHS - SLACK) - 1) / TENTHS;
const KEYS = { ArrowUp: UP, ArrowRight: UP, ArrowDown: DOWN, ArrowLeft: DOWN, Home: () => 0, End: () => 1 };

export function attach({ element, watch }) {
  const { store } = scopeOf(element);
  const ease = createEase();
  const answers = new Map(); // of the step that stands here, by the symbol of the gate
  let written = ""; // the step that stands here, as the server wrote it
  let step = null;
  let picture = null;
  let held = null; // { symbol, name, opening }
  let grabbed = null; // { id, x, y, opening }: where the pointer was, and how open the valve

  function take() {
    const figure = element.querySelector("[data-step]");
    const same = figure?.dataset.step === written;
    written = figure?.dataset.step ?? "";
    if (!same) {
      held = grabbed = null;
      answers.clear();
    }
    step = figure && JSON.parse(written);
    picture = figure && createPicture(figure, step);
    if (picture && held) show();
    else if (picture) ease.go(picture.draw, picture.sizes(step.now));
    suppose();
  }

  /** Tell the stage what the verdict would be, for as long as the cell is to be seen. */
  function suppose() {
    const seen = held && element.offsetParent;
    const found = seen ? supposed(element.querySelector(".gs-tried"), step, held, answers.get(held.symbol)) : null;
    if (found || store.state.supposed) store.set({ supposed: found });
  }

  function show(eased = false) {
    const now = quantities(step, held ? { [held.symbol]: held.opening } : {});
    picture.tell(now);
    (eased ? ease.go : ease.jump)(picture.draw, picture.sizes(now));
    const panel = element.querySelector(".gs-tried");
    for (const valve of element.querySelectorAll(".gs-cell-valve")) {
      const { gate } = valve.dataset;
      const own = number(step.now[gate]);
      valve.classList.toggle("gs-held", held?.symbol === gate);
      valve.setAttribute("aria-valuenow", now[gate].toFixed(2));
      const said = held?.symbol === gate && held.opening !== step.now[gate] ? panel.dataset.held : panel.dataset.itself;
      valve.setAttribute("aria-valuetext", filled(said, { opening: number(now[gate]), own }));
      const label = element.querySelector(`[data-opens="${gate}"]`);
      if (label) label.textContent = openness(panel, now[gate]);
    }
    tell(panel, step, held, held && answers.get(held.symbol));
    suppose();
  }

  function hold(valve, opening) {
    const { gate, name } = valve.dataset;
    const another = held?.symbol !== gate;
    held = { symbol: gate, name, opening: Math.max(0, Math.min(1, opening)) };
    if (another && !answers.has(gate)) store.set({ valve: { symbol: gate, ...step.where } });
    show();
  }

  function letGo() {
    held = grabbed = null;
    show(true);
  }

  const openingOf = (valve) => (held?.symbol === valve.dataset.gate ? held.opening : step.now[valve.dataset.gate]);

  element.addEventListener("pointerdown", (event) => {
    const valve = within(event, "[role=slider]");
    if (!valve || event.button) return;
    event.preventDefault();
    valve.focus({ preventScroll: true });
    valve.setPointerCapture(event.pointerId);
    grabbed = { id: event.pointerId, x: event.clientX, y: event.clientY, opening: openingOf(valve) };
    hold(valve, grabbed.opening);
  });
  // a finger on a valve does not scroll the page: touch-action is not heard in a drawing
  element.addEventListener("touchstart", (event) => within(event, "[role=slider]") && event.preventDefault(), { passive: false });
  element.addEventListener("pointermove", (event) => {
    const valve = within(event, "[role=slider]");
    if (!valve || grabbed?.id !== event.pointerId) return;
    const moved = (event.clientX - grabbed.x - (event.clientY - grabbed.y)) / SPAN;
    if (moved || held.opening !== grabbed.opening) hold(valve, Math.round((grabbed.opening + moved) * FINE) / FINE);
  });
  for (const end of ["pointerup", "pointercancel"])
    element.addEventListener(end, () => {
      grabbed = null;
    });

  element.addEventListener("keydown", (event) => {
    const valve = within(event, "[role=slider]");
    if (!valve) return;
    if (event.key in KEYS) hold(valve, KEYS[event.key](openingOf(valve)));
    else if (event.key === "Escape" && held) letGo();
    else return;
    event.preventDefault();
  });
  element.addEventListener("click", (event) => {
    if (within(event, ".gs-let-go")) letGo();
  });

  store.subscribe(element, ({ openings }, change) => {
    if ("place" in change && held && change.place !== step.where.place) letGo(); // what is held is held at this token
    if (!("openings" in change) || !step || !openings) return;
    const { symbol, ...where } = openings.valve;
    const here = Object.entries(step.where).every(([name, value]) => where[name] === value);
    if (!here || openings.logit !== step.logit) return; // what was asked of another step, or another review
    answers.set(symbol, openings);
    if (held?.symbol === symbol) show();
  });
  new ResizeObserver(suppose).observe(element); // which another tab hides
  watch("value", take);
  take();
}
