/* Tells the server what was pressed in the HTML of the Errors tab: the value of this component is the pick.

   A value and not the event's own data, since Gradio sends those of the first of two quick events for both. */
import { showPane } from "./panes.js";

export function attach({ element, props, trigger }) {
  const root = element.closest(".gs-workbench");
  root.addEventListener("click", (event) => {
    const turned = event.target.closest("[data-pane]");
    if (turned) showPane(root, turned.dataset.pane);
    const button = event.target.closest("[data-pick]");
    if (!button) return;
    props.value = button.dataset.value;
    trigger(button.dataset.pick);
    if (button.closest(".gs-review-list, .gs-neighbours")) showPane(root, "gs-errors-detail");
  });
}
