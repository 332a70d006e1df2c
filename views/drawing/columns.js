/* The columns of the sheets in a part of the page: their width, which of them are in sight, and the shadows where a sheet
   goes on. Sheets of one review scroll together. */

const NARROW = 16; // pixels; in narrower columns no word can be read
const [READABLE, WIDEST] = [26, 56]; // pixels
const LEANS_OUT = 44; // pixels, by which the last word may stand out of its column
const WHOLE = "data-whole"; // of the page, where all sheets show the whole review at once

/** `seen` is called whenever a sheet comes into sight or changes its width; `fit` gives the columns theirs. */
export function showColumns({ root, store }, seen) {
  const sheets = () => [...root.querySelectorAll(".gs-scroll")].filter((each) => each.offsetParent);
  const sizes = new ResizeObserver(seen);

  /** Columns wide enough to read their words, or narrow enough to see the whole review at once. */
  function fit() {
    for (const scroller of root.querySelectorAll(".gs-scroll")) sizes.observe(scroller);
    const [first] = sheets();
    if (!first) return;
    const whole = document.documentElement.hasAttribute(WHOLE);
    const tokens = first.querySelector(".gs-names > div").children.length;
    const wide = first.clientWidth - first.querySelector(".gs-row > b").offsetWidth - LEANS_OUT;
    const column = Math.min(WIDEST, Math.max(whole ? 1 : READABLE, wide / tokens));
    root.classList.toggle("gs-fit", column < NARROW);
    const width = `${column}px`;
    if (root.style.getPropertyValue("--gs-col") !== width) root.style.setProperty("--gs-col", width);
    for (const button of root.querySelectorAll(".gs-zoom")) button.setAttribute("aria-pressed", String(whole));
    reveal();
    fade();
  }

  /** Bring the chosen column into the middle of the sheets, sideways only. */
  function reveal() {
    for (const scroller of sheets()) {
      const name = scroller.querySelector(".gs-names > div")?.children[store.state.place];
      if (!name) continue;
      const label = scroller.querySelector(".gs-row > b").offsetWidth;
      const wide = scroller.clientWidth - label;
      const left = name.offsetLeft - scroller.scrollLeft - label;
      if (left < 0 || left + name.offsetWidth > wide) scroller.scrollLeft = name.offsetLeft - label - wide / 2;
    }
  }

  /** A shadow at an end of a sheet that goes on there. */
  function fade() {
    for (const scroller of sheets()) {
      const rest = scroller.scrollWidth - scroller.clientWidth - scroller.scrollLeft;
      scroller.classList.toggle("gs-more-right", rest > 2);
      scroller.classList.toggle("gs-more-left", scroller.scrollLeft > 2);
    }
  }

  store.subscribe(root, (_, change) => {
    if (change.by === "person") reveal();
  });
  const together = (event) => {
    if (!event.target.matches(".gs-scroll")) return;
    for (const other of sheets()) if (other !== event.target) other.scrollLeft = event.target.scrollLeft;
    fade();
  };
  root.addEventListener("scroll", together, true); // it does not bubble
  root.addEventListener("click", (event) => {
    if (!event.target.closest(".gs-zoom")) return;
    document.documentElement.toggleAttribute(WHOLE);
    fit();
  });
  addEventListener("resize", fit);
  return { fit };
}
