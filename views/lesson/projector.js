/* The switch that makes everything large enough to be read from the back of a room; its value says whether it is on. */

export function attach({ element, props, trigger, watch }) {
  function show() {
    const on = Boolean(props.value);
    document.documentElement.classList.toggle("gs-projector", on);
    element.querySelector(".gs-projector-switch").setAttribute("aria-pressed", String(on));
    dispatchEvent(new Event("resize"));
  }

  element.addEventListener("click", (event) => {
    if (!event.target.closest(".gs-projector-switch")) return;
    props.value = !props.value;
    show();
    trigger("input");
  });
  watch("value", show);
}
