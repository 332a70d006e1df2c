/* The staves: a click on the name of a quantity shows all its units. */
import { draw } from "../stage/paint.js";
import { scopeOf } from "../stage/scope.js";
import { announce } from "../stage/sheet.js";
import { placeOf, within } from "../stage/tokens.js";
import { forget, numbersOf } from "./numbers.js";

export function attach(component) {
  const { element } = component;
  const { root, store } = scopeOf(element);
  element.addEventListener("click", (event) => {
    const symbol = within(event, "[data-symbol]")?.dataset.symbol;
    if (!symbol || placeOf(event, root) >= 0) return;
    root.querySelector(`.gs-quantity input[value="${symbol}"]`)?.click();
    root.querySelector("#gs-map-wanted input:not(:checked)")?.click();
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
