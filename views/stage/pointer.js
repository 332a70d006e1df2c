/* Pointing at a token marks it, a click or a tap chooses it. */
import { choose, placeOf, within } from "./tokens.js";

export function listenToPointer(scope) {
  const { root, store } = scope;
  const point = (place) => {
    if (place !== store.state.pointed) store.set({ pointed: place });
  };
  root.addEventListener("pointermove", (event) => {
    const place = placeOf(event, root);
    point(place < 0 ? null : place);
  });
  root.addEventListener("pointerleave", () => point(null));
  root.addEventListener("focusin", (event) => {
    const token = within(event, ".gs-token");
    if (token) point(Number(token.dataset.place));
  });
  root.addEventListener("click", (event) => {
    const place = placeOf(event, root);
    if (place >= 0) choose(scope, place, Boolean(within(event, ".gs-token")));
  });
}
