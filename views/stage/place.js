/* Tells the server which token was chosen on the page: the value of this component is its place. */
import { scopeOf } from "./scope.js";

export function attach({ element, props, trigger }) {
  scopeOf(element).store.subscribe(element, ({ place }, change) => {
    if (!["person", "scores"].includes(change.by) || props.value === place) return;
    props.value = place;
    trigger("input");
  });
}
