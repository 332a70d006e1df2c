/* Tells the server which token a person chose: the value of this component is its place. */
import { scopeOf } from "./scope.js";

export function attach({ element, props, trigger }) {
  scopeOf(element).store.subscribe(element, ({ place }, change) => {
    if (change.by !== "person" || props.value === place) return;
    props.value = place;
    trigger("input");
  });
}
