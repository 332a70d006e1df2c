/* A unit that is named beside the tracks is looked at there: a click chooses it, in its layer and direction. */
import { scopeOf } from "../stage/scope.js";
import { announce } from "../stage/sheet.js";
import { within } from "../stage/tokens.js";
import { chooseUnit } from "../stage/unit.js";

export function attach(component) {
  const { element } = component;
  const { root } = scopeOf(element);
  element.addEventListener("click", (event) => {
    const look = within(event, ".gs-look-unit");
    if (look) chooseUnit(root, look.dataset);
  });
  announce(component);
}
