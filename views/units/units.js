/* Telling units: the name of a unit leads into its cell. */
import { scopeOf } from "../stage/scope.js";
import { announce } from "../stage/sheet.js";
import { openCell } from "../stage/unit.js";
import { within } from "../stage/tokens.js";

export function attach(component) {
  const { element } = component;
  const { root } = scopeOf(element);
  element.addEventListener("click", (event) => {
    const name = within(event, ".gs-open-unit");
    if (!name) return;
    const { layer, direction, unit } = name.dataset;
    openCell(root, { layer, direction, unit });
  });
  announce(component);
}
