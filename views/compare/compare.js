/* The comparison: saves its picture, and says so where a review was changed since. */
import { savePictures } from "../drawing/pictures.js";

export function attach({ element, watch }) {
  const tab = element.closest('[role="tabpanel"]'); // the reviews' boxes are Gradio's own, and take no script
  savePictures(element);
  tab.addEventListener("input", (event) => {
    if (event.target.closest("#gs-compare-a, #gs-compare-b")) tab.toggleAttribute("data-stale", true);
  });
  watch("value", () => tab.toggleAttribute("data-stale", false));
}
