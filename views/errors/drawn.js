/* Says that the list of reviews was drawn. */

export function attach({ element, watch }) {
  const tell = () => element.dispatchEvent(new CustomEvent("gs-drawn", { bubbles: true }));
  watch("value", tell);
}
