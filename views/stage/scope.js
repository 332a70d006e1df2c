/* A part of the page about one review: its text, its sheets, and what is chosen in them.

   Such a part has the class gs-scope and stays as long as the page does, while Gradio draws anew what is in it. So the
   listeners sit on the part, and what was drawn says so itself, by the event gs-drawn (sheet.js). */
import { showColumns } from "../drawing/columns.js";
import { savePictures } from "../drawing/pictures.js";
import { listenToKeys } from "./keyboard.js";
import { showMarks } from "./marks.js";
import { listenToPointer } from "./pointer.js";
import { createStore } from "./store.js";
import { count } from "./tokens.js";

/** @typedef {{ root: Element, store: ReturnType<typeof createStore> }} Scope */

/** @type {WeakMap<Element, Scope>} */
const scopes = new WeakMap();

/** The part of the page that an element stands in. */
export function scopeOf(element) {
  const root = element.closest(".gs-scope");
  if (!scopes.has(root)) scopes.set(root, open(root));
  return scopes.get(root);
}

function open(root) {
  const scope = { root, store: createStore() };
  const columns = showColumns(scope, () => draw(scope, columns));
  showMarks(scope);
  listenToPointer(scope);
  listenToKeys(scope);
  savePictures(root);
  root.addEventListener("gs-drawn", () => draw(scope, columns));
  return scope;
}

/** Something was drawn anew, or came into sight. */
function draw({ root, store }, columns) {
  const text = root.querySelector(".gs-reading");
  if (text) {
    const { asked, chosen } = text.dataset;
    const change = { by: "server", pointed: null, place: Math.max(0, Math.min(store.state.place, count(root) - 1)) };
    // the server says which token is chosen in a new answer
    if (asked !== store.state.asked) Object.assign(change, { asked, place: Number(chosen), playing: false });
    store.set(change);
  }
  columns.fit();
}
