/* What is marked in the text is marked in every sheet and in the numbers beside them, and the other way round. */
import { count } from "./tokens.js";

/** @type {WeakMap<Element, { text: string, values: string[] }>} */
const parsed = new WeakMap(); // the numbers of the tracks that have some

function textsOf(output) {
  const text = output.dataset.numbers; // which a new drawing may have put into the same element
  if (parsed.get(output)?.text !== text) parsed.set(output, { text, values: JSON.parse(text) });
  return parsed.get(output).values;
}

export function showMarks({ root, store }) {
  store.subscribe(root, ({ place, pointed }, change) => {
    if ("place" in change)
      for (const token of root.querySelectorAll(".gs-token")) token.tabIndex = Number(token.dataset.place) === place ? 0 : -1;
    mark(root, pointed ?? place);
  });
}

function mark(root, place) {
  if (place < 0 || place >= count(root)) return;
  for (const old of root.querySelectorAll(".gs-marked")) old.classList.remove("gs-marked");
  for (const each of root.querySelectorAll(`.gs-token[data-place="${place}"]`)) each.classList.add("gs-marked");
  for (const names of root.querySelectorAll(".gs-names > div")) names.children[place]?.classList.add("gs-marked");
  for (const output of root.querySelectorAll(".gs-row output"))
    output.textContent = textsOf(output)[place] ?? "";
  // not on the root, which would style all that stands in it anew
  for (const marker of root.querySelectorAll(".gs-marker")) marker.style.setProperty("--gs-at", place);
}
