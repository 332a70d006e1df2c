/* Keys while reviews are gone through: to the next one, a category, a corrected label, the note.

   Listens to the document, since a key comes to whatever has the focus, mostly to the page itself. */
import { createWaiting } from "./waiting.js";

const KEYS = /^[jknru0-9+=-]$/;
const MOVES = { j: "#gs-errors-next", k: "#gs-errors-back" };
const WRITING = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';
const ROW = '[data-value^=\'{"row"\']';

export function attach({ element }) {
  const detail = element.closest("#gs-errors-detail");
  const corrections = JSON.parse(element.querySelector(".gs-keys").dataset.corrections);
  const waiting = createWaiting(detail, (key) => detail.offsetParent && press(detail, corrections, key));

  detail.setAttribute("aria-keyshortcuts", "J K N R U 0 1 2 3 4 5 6 7 8 9 + - ="); // from now on they are heard
  detail.closest(".gs-workbench").addEventListener("click", (event) => {
    if (event.target.closest(`${ROW}, ${Object.values(MOVES)}`)) waiting.fetch();
  });
  document.addEventListener("keydown", function listen(event) {
    if (!element.isConnected) return document.removeEventListener("keydown", listen);
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(WRITING)) {
      if (event.key === "Escape" && target.closest("#gs-errors-note")) target.blur();
      return;
    }
    if (!KEYS.test(event.key) || !detail.offsetParent) return;
    event.preventDefault();
    waiting.key(event.key);
  });
}

function press(detail, corrections, key) {
  const pressed = detail.querySelector('.gs-categories [aria-pressed="true"]');
  if (key in MOVES) detail.querySelector(MOVES[key])?.click();
  else if (key in corrections) detail.querySelector(`#gs-errors-corrected input[value="${corrections[key]}"]`)?.click();
  else if (key === "n") detail.querySelector("#gs-errors-note textarea")?.focus();
  else if (key === "0") pressed?.click();
  else {
    const button = detail.querySelector(`.gs-categories [data-key="${key}"]`);
    if (button !== pressed) button?.click();
  }
}
