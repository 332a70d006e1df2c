/* The map of all units: says what is pointed at, and a click chooses token and unit. */
import { filled, number } from "../drawing/numbers.js";
import { scopeOf } from "../stage/scope.js";
import { announce } from "../stage/sheet.js";
import { within } from "../stage/tokens.js";
import { chooseUnit, openCell } from "../stage/unit.js";

const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

export function attach(component) {
  const { element } = component;
  const { root } = scopeOf(element);
  let data = null; // of the map that is drawn, unpacked when it is first pointed at

  function unpack(map) {
    const { tokens, symbol, step, units, values } = map.dataset;
    const order = new Uint16Array(bytes(units).buffer); // unit numbers from top to bottom
    const packed = new Int16Array(bytes(values).buffer);
    const at = (place, unit) => packed[place * order.length + unit] * Number(step);
    return { tokens: JSON.parse(tokens), symbol, order, at };
  }

  /** The token and the unit under the pointer, null beside the map. */
  function under(event) {
    const picture = within(event, ".gs-unit-map img");
    if (!picture) return null;
    data ??= unpack(picture.closest(".gs-unit-map"));
    const box = picture.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * data.order.length);
    const place = Math.floor(((event.clientX - box.left) / box.width) * data.tokens.length);
    return place in data.tokens && row in data.order ? { place, unit: data.order[row] } : null;
  }

  element.addEventListener("pointermove", (event) => {
    const found = under(event);
    if (!found) return;
    const said = element.querySelector(".gs-readout");
    const { tokens, symbol, at } = data;
    const value = number(at(found.place, found.unit), 3);
    said.textContent = filled(said.dataset.sentence, {
      unit: found.unit,
      token: tokens[found.place],
      number: found.place + 1,
      symbol,
      value,
    });
  });
  element.addEventListener("click", (event) => {
    const open = element.querySelector(".gs-open-cell");
    if (event.target === open) openCell(root, { unit: open.dataset.unit });
    const unit = under(event)?.unit;
    if (unit === undefined || !chooseUnit(root, { unit })) return;
    open.dataset.unit = unit;
    open.textContent = filled(open.dataset.label, { unit });
    open.hidden = false;
  });
  announce(component, () => {
    data = null;
    root.toggleAttribute("data-mapped", Boolean(element.querySelector(".gs-unit-map")));
  });
}
