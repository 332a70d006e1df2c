/* The list of reviews and the chosen one: beside each other, or on a narrow screen one swipe apart. */

/** Bring a pane into sight where the two do not stand beside each other, from its top. */
export function showPane(root, id) {
  const pane = root.querySelector(`#${id}`);
  const row = pane?.closest(".gs-panes");
  if (!row?.offsetParent || row.scrollWidth <= row.clientWidth + 1) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  if (id === "gs-errors-detail") pane.scrollTop = 0;
  row.scrollIntoView({ behavior, block: "start" });
  row.scrollTo({ left: pane.offsetLeft - row.offsetLeft, behavior });
}
