/* Arrow keys, Home and End walk through the tokens, from the text, a sheet or the player. */
import { choose } from "./tokens.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
const ENDS = { Home: 0, End: Number.MAX_SAFE_INTEGER };

export function listenToKeys(scope) {
  scope.root.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!target.closest(".gs-text, .gs-scroll, .gs-player") || target.closest(":is(select, input)")) return;
    const focus = Boolean(target.closest(".gs-text"));
    if (event.key in STEPS) choose(scope, scope.store.state.place + STEPS[event.key], focus);
    else if (event.key in ENDS) choose(scope, ENDS[event.key], focus);
    else if ((event.key === "Enter" || event.key === " ") && target.closest(".gs-token"))
      choose(scope, Number(target.dataset.place), focus);
    else return;
    event.preventDefault();
  });
}
