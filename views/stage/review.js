/* The review that is typed: Ctrl+Enter analyses it, and where it was changed since, what is shown says so. */
import { within } from "./tokens.js";

export function attach({ element }) {
  const main = element.closest(".gs-main"); // the review's box is Gradio's own, and takes no script
  let analysed = null; // the text in the box when the page was drawn
  const written = () => main.querySelector("#gs-review textarea")?.value ?? null;
  const compare = () => main.toggleAttribute("data-stale", analysed !== null && written() !== analysed);

  function take() {
    if (!main.querySelector("#gs-reading .gs-reading")) return;
    analysed = written();
    compare();
  }

  main.addEventListener("gs-drawn", (event) => {
    if (within(event, "#gs-reading")) take();
  });
  main.addEventListener("input", (event) => {
    if (within(event, "#gs-review")) compare();
  });
  main.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !within(event, "#gs-review")) return;
    event.preventDefault();
    // Gradio takes a text over when it is typed; a click in the next frame sends what stands there now
    requestAnimationFrame(() => main.querySelector("#gs-analyse")?.click());
  });
  take();
}
