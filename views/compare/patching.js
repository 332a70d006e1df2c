/* The grids of states put in: each begins at the first word that differs, and shows at which edge it goes on. */

const MARGIN = 60; // pixels of what comes before, beside the names of the readers
const SLACK = 2; // pixels of a grid that is at its end

export function attach({ element, watch }) {
  const grids = () => element.querySelectorAll(".gs-patches");

  function mark(grid) {
    const [read, room] = [Math.abs(grid.scrollLeft), grid.scrollWidth - grid.clientWidth];
    const edges = grid.closest(".gs-pairs-holder");
    edges.toggleAttribute("data-before", read > SLACK);
    edges.toggleAttribute("data-after", read < room - SLACK);
  }

  function begin() {
    for (const grid of grids()) {
      const first = grid.querySelector(".gs-pair-other");
      const names = grid.querySelector(".gs-pair-key").getBoundingClientRect();
      if (first) {
        const [word, rtl] = [first.getBoundingClientRect(), getComputedStyle(grid).direction === "rtl"];
        grid.scrollLeft += rtl ? word.right - names.left + MARGIN : word.left - names.right - MARGIN;
      }
      grid.addEventListener("scroll", () => mark(grid), { passive: true });
      mark(grid);
    }
  }

  watch("value", () => requestAnimationFrame(begin));
  begin();
  new ResizeObserver(() => grids().forEach(mark)).observe(element);
}
