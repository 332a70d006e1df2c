/* Scores that come after the reading: the words take their colours, and the track of scores its bars. */

/** Colour the words of a stage that was drawn without `scores` (views/stage/stage.py). */
export function paint(stage, { chosen, first, paints }) {
  delete stage.dataset.pending;
  Object.assign(stage.dataset, { chosen, first });
  for (const [place, token] of [...stage.querySelectorAll(".gs-token")].entries()) {
    const [kind, weight, tip] = paints[place];
    token.classList.replace("gs-plain", kind);
    token.style.setProperty("--w", weight.toFixed(3));
    token.dataset.tip = tip;
    token.setAttribute("aria-label", `${token.textContent}, ${tip}`);
  }
}

/** Draw the bars of staves that were drawn without `scores`. */
export function draw(staves, { bars, range }) {
  delete staves.dataset.pending;
  const row = staves.querySelector(".gs-bars");
  row.querySelector("small").textContent = range;
  for (const [kind, path] of Object.entries(bars)) row.querySelector(`path.${kind}`).setAttribute("d", path);
}
