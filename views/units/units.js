/* Telling units: the name of a unit leads into its cell, what stands below the name to where it is across reviews. */
import { scopeOf } from "../stage/scope.js";
import { announce } from "../stage/sheet.js";
import { openCell, showAcross } from "../stage/unit.js";
import { within } from "../stage/tokens.js";

export function attach(component) {
  const { element } = component;
  const { root } = scopeOf(element);
  element.addEventListener("click", (event) => {
    const name = within(event, ".gs-open-unit, .gs-across-unit");
    if (!name) return;
    const { layer, direction, unit } = name.dataset;
    (name.matches(".gs-open-unit") ? openCell : showAcross)(root, { layer, direction, unit });
  });
  announce(component);
}
