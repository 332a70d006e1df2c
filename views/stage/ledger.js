/* The ledger on the stage: inks the words anew for what is asked (views/stage/ledger.py), as the playhead moves. */
import { scopeOf } from "./scope.js";

const SVG = "http://www.w3.org/2000/svg";
const FULL = 255;
const NAMED = 3; // words in the sentence
const LEAST = 0.02; // a share that is worth naming
const [THIN, THICK] = [1, 5]; // pixels of an arc: nothing, and a full colour's worth

export function attach({ element, props, trigger, watch }) {
  const { root, store } = scopeOf(element);
  let inks = null;
  const tokens = () => [...root.querySelectorAll(".gs-stage .gs-token")];

  function take() {
    inks = props.value ? { ...props.value } : null;
    if (inks?.shares) inks.shares = Uint8Array.from(atob(inks.shares), (character) => character.charCodeAt(0));
    show(store.state.pointed ?? store.state.place);
  }

  function show(place) {
    const stage = root.querySelector(".gs-stage");
    const said = stage?.querySelector(".gs-said-ledger");
    if (!said) return;
    const shown = inks && inks.asked === stage.dataset.asked ? inks : null;
    stage.classList.toggle("gs-inked", Boolean(shown));
    said.hidden = !shown;
    if (!shown) {
      arcs(stage, {});
      for (const token of tokens()) token.style.removeProperty("--ink");
      return;
    }
    if (shown.shares) held(shown, place, said);
    else coloured(shown, place, said);
    arcs(stage, shown);
  }

  function held({ shares, tokens: words, sentence, nothing }, place, said) {
    const row = shares.subarray(place * words.length, (place + 1) * words.length);
    const most = Math.max(1, ...row);
    for (const [number, token] of tokens().entries()) {
      token.style.setProperty("--ink", (row[number] / most).toFixed(3));
      token.dataset.sign = "0";
    }
    const largest = [...row.keys()].sort((one, other) => row[other] - row[one]).slice(0, NAMED);
    const named = largest.filter((number) => row[number] >= LEAST * FULL);
    const list = named.map((number) => `“${words[number]}” (${Math.round((100 * row[number]) / FULL)} %)`).join(", ");
    said.textContent = named.length ? sentence.replace("{token}", () => words[place]).replace("{words}", () => list) : nothing;
  }

  function coloured({ weights, said: sentences, sentence }, place, said) {
    for (const [number, token] of tokens().entries()) {
      token.style.setProperty("--ink", Math.abs(weights[number]).toFixed(3));
      token.dataset.sign = String(Math.sign(weights[number]));
    }
    said.textContent = sentence ?? sentences[place] ?? "";
  }

  /** Arcs from the chosen word to those that it changes most, above the text and scrolling with it. */
  function arcs(stage, { place: from, arcs: ends = [] }) {
    const text = stage.querySelector(".gs-text");
    text.querySelector(".gs-arcs")?.remove();
    const start = text.querySelector(`[data-place="${from}"]`);
    if (!start || !ends.length) return;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "gs-arcs");
    svg.setAttribute("aria-hidden", "true");
    text.append(svg); // first, since it makes room above the first line
    svg.style.height = `${text.scrollHeight}px`;
    const top = (token) => [token.offsetLeft + token.offsetWidth / 2, token.offsetTop];
    for (const { to, sign, size } of ends) {
      const [[x, y], [otherX, otherY]] = [start, text.querySelector(`[data-place="${to}"]`)].map(top);
      const rise = Math.min(y, otherY) - Math.min(26, 8 + Math.abs(otherX - x) / 12);
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", ["M", x, y, "C", x, rise, otherX, rise, otherX, otherY].join(" "));
      path.dataset.sign = sign;
      path.style.strokeWidth = `${THIN + (THICK - THIN) * Math.sqrt(size)}px`;
      svg.append(path);
    }
  }

  store.subscribe(root.querySelector("#gs-reading") ?? element, ({ place, pointed }, { by }) => {
    show(pointed ?? place);
    // what a word does to the others is asked anew for each, when place.js has taken the word over
    if (by === "person" && inks?.arcs && inks.place !== place) queueMicrotask(() => trigger("input"));
  });
  watch("value", take);
  take();
}
