/* The player: goes from token to token in the order in which the chosen direction reads. */
import { scopeOf } from "../stage/scope.js";
import { choose, count, within } from "../stage/tokens.js";

export function attach({ element }) {
  const scope = scopeOf(element);
  const { root, store } = scope;
  const button = element.querySelector(".gs-play");
  const onward = () => (root.querySelector("#gs-direction input:checked")?.value === "backward" ? -1 : 1);
  const go = (steps) => choose(scope, store.state.place + steps * onward());
  let timer = 0;

  function start() {
    const last = onward() > 0 ? count(root) - 1 : 0;
    if (store.state.place === last) choose(scope, count(root) - 1 - last); // from the beginning again
    store.set({ playing: true });
  }

  function step() {
    const next = store.state.place + onward();
    if (next < 0 || next >= count(root) || !element.offsetParent) store.set({ playing: false });
    else choose(scope, next);
  }

  store.subscribe(element, ({ playing }, change) => {
    if (!("playing" in change)) return;
    clearInterval(timer);
    if (playing) timer = setInterval(step, 1000 / Number(element.querySelector(".gs-pace").value));
    button.textContent = playing ? button.dataset.pause : button.dataset.play;
    button.setAttribute("aria-pressed", String(playing));
  });
  element.addEventListener("click", (event) => {
    if (within(event, ".gs-next")) go(1);
    else if (within(event, ".gs-back")) go(-1);
    else if (!within(event, ".gs-play")) return;
    else if (store.state.playing) store.set({ playing: false });
    else start();
  });
  element.addEventListener("change", (event) => {
    if (within(event, ".gs-pace") && store.state.playing) start();
  });
}
