/* The words that are named beside a review are looked at where they stand: a click chooses them on the stage. */
import { scopeOf } from "./scope.js";
import { choose, within } from "./tokens.js";

export function attach({ element }) {
  const scope = scopeOf(element);
  element.addEventListener("click", (event) => {
    const look = within(event, ".gs-look");
    if (!look) return;
    choose(scope, Number(look.dataset.place));
    if (look.dataset.ink) scope.root.querySelector(`#gs-ink input[value="${look.dataset.ink}"]`)?.click();
  });
}
