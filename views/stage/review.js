/* The review that is typed: Ctrl+Enter analyses it, where it was changed since, what is shown says so, and what was
   typed and not analysed yet outlives a loading of the page anew. */
import { createStorage } from "../drawing/storage.js";
import { within } from "./tokens.js";

const DRAFT = "gatescope-draft"; // in the browser alone, for as long as its tab is open

export function attach({ element }) {
  const storage = createStorage(() => window.sessionStorage);
  const main = element.closest(".gs-main"); // the review's box is Gradio's own, and takes no script
  let analysed = null; // the text that is drawn; while it was read, another may have been typed
  const box = () => main.querySelector("#gs-review textarea");
  const written = () => box()?.value ?? null;
  const isStale = () => analysed !== null && written() !== analysed;

  function compare() {
    main.toggleAttribute("data-stale", isStale());
    main.toggleAttribute("data-blank", !written()?.trim());
  }

  function take() {
    const drawn = main.querySelector("#gs-reading .gs-reading");
    if (!drawn) return;
    analysed = JSON.parse(drawn.dataset.review);
    takeUp();
    compare();
  }

  /** What was typed before the page was loaded anew, over the review that was analysed then. */
  function takeUp() {
    const draft = JSON.parse(storage.get(DRAFT) ?? "null");
    storage.remove(DRAFT);
    if (draft?.analysed !== analysed) return;
    box().value = draft.written;
    box().dispatchEvent(new Event("input", { bubbles: true }));
  }

  main.addEventListener("gs-drawn", (event) => {
    if (within(event, "#gs-reading")) take();
  });
  main.addEventListener("input", (event) => {
    if (within(event, "#gs-review")) compare();
  });
  main.addEventListener("click", (event) => {
    if (!within(event, "#gs-analyse")) return;
    // a link stays in the address while the page shows what it leads to: it would win when the page is loaded anew
    const page = document.documentElement;
    if (!page.hasAttribute("data-opening") && location.hash.startsWith("#view="))
      history.replaceState(null, "", location.pathname + location.search);
    page.removeAttribute("data-opening");
  });
  main.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !within(event, "#gs-review")) return;
    event.preventDefault();
    // Gradio takes a text over when it is typed; a click in the next frame sends what stands there now
    requestAnimationFrame(() => main.querySelector("#gs-analyse")?.click());
  });
  addEventListener("pagehide", () => {
    if (isStale()) storage.set(DRAFT, JSON.stringify({ analysed, written: written() }));
  });
  take();
}
