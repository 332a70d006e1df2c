/* Tells the server what a person says that the labels count as: the value of this component, by the labels' spelling. */

export function attach({ element, props, trigger }) {
  const root = element.closest(".gs-workbench");
  root.addEventListener("change", (event) => {
    const select = event.target.closest(".gs-meanings select");
    if (!select || select.value === "") return;
    props.value = { ...props.value, [select.dataset.value]: Number(select.value) };
    trigger("input");
  });
}
