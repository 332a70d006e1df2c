/* The switch that makes everything large enough to be read from the back of a room. */

export function attach({ element }) {
  element.addEventListener("click", (event) => {
    const button = event.target.closest(".gs-projector-switch");
    if (!button) return;
    const on = document.documentElement.classList.toggle("gs-projector");
    button.setAttribute("aria-pressed", String(on));
    dispatchEvent(new Event("resize"));
  });
}
