/* The staves: the map of units tells its values, a click on a quantity chooses it. */
import { filled, number } from "../drawing/numbers.js";
import { draw } from "../stage/paint.js";
import { scopeOf } from "../stage/scope.js";
import { announce } from "../stage/sheet.js";
import { placeOf, within } from "../stage/tokens.js";
import { forget, numbersOf } from "./numbers.js";

export function attach(component) {
  const { element } = component;
  const { root, store } = scopeOf(element);
  element.addEventListener("pointermove", (event) => tell(event, element));
  element.addEventListener("click", (event) => {
    const symbol = within(event, "[data-symbol]:not(.gs-staves)")?.dataset.symbol;
    if (symbol && placeOf(event, root) < 0) root.querySelector(`.gs-quantity input[value="${symbol}"]`)?.click();
  });
  announce(component, () => {
    forget(element);
    score();
  });
  store.subscribe(element, (chosen, change) => {
    if ("scores" in change) score();
  });

  /** Staves that were drawn before there were scores take them over when they are there. */
  function score() {
    const staves = element.querySelector(".gs-staves[data-pending]");
    const { scores, asked } = store.state;
    if (!staves || !scores || scores.asked !== asked) return;
    const { values, signed, unit } = scores;
    Object.assign(numbersOf(element), { scores: values, signed, unit });
    draw(staves, scores);
    store.set({}); // what shows these numbers reads them again
  }
}

/** Unit, token and value under the pointer. */
function tell(event, element) {
  const picture = within(event, ".gs-map img");
  const data = picture && numbersOf(element);
  if (!data) return;
  const box = picture.getBoundingClientRect();
  const row = Math.floor(((event.clientY - box.top) / box.height) * data.order.length);
  const place = Math.floor(((event.clientX - box.left) / box.width) * data.tokens.length);
  if (!(place in data.tokens) || !(row in data.order)) return;
  const unit = data.order[row];
  const said = element.querySelector(".gs-readout");
  said.textContent = filled(said.dataset.sentence, {
    unit,
    token: data.tokens[place],
    number: place + 1,
    symbol: data.symbol,
    value: number(data.at(place, unit), 3),
  });
}
