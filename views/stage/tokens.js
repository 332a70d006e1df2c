/* The tokens of a review: how many there are, which one is meant, and how one becomes the chosen one. */

/** The element around what an event is about, if it matches. */
export const within = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

/** How many tokens the review in a part of the page has. */
export const count = (root) => root.querySelectorAll(".gs-reading .gs-token").length;

/** The token under the pointer, in the text or in a column of a sheet; -1 if none. */
export function placeOf(event, root) {
  const token = within(event, ".gs-token");
  if (token) return Number(token.dataset.place);
  const row = within(event, ".gs-row > div");
  if (!row) return -1;
  const tokens = Number(row.closest(".gs-grid").style.getPropertyValue("--n"));
  const box = row.getBoundingClientRect();
  const place = Math.floor(((event.clientX - box.left) / box.width) * tokens);
  return place >= 0 && place < count(root) ? place : -1;
}

/** A person chooses a token: the nearest that there is; `focus` moves to it, if asked for. */
export function choose({ root, store }, place, focus = false) {
  store.set({ by: "person", pointed: null, place: Math.max(0, Math.min(place, count(root) - 1)) });
  if (focus) root.querySelector('.gs-token[tabindex="0"]')?.focus({ preventScroll: true });
}
