/* Tells the server what was pressed in the HTML of the Errors tab: the value of this component is the pick.

   A value and not the event's own data, since Gradio sends those of the first of two quick events for both. */

const NARROW = 760; // pixels; there, what is explained stands below the list

export function attach({ element, props, trigger }) {
  const root = element.closest(".gs-workbench");
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick]");
    if (!button) return;
    props.value = button.dataset.value;
    trigger(button.dataset.pick);
    const detail = root.querySelector("#gs-errors-detail");
    if (button.closest(".gs-review-list, .gs-neighbours") && innerWidth < NARROW && detail?.offsetParent)
      detail.scrollIntoView({ behavior: "smooth" });
  });
}
