/* Asks the server what a valve would do to the verdict: the value of this component is the valve that was grabbed. */
import { scopeOf } from "../stage/scope.js";

export function attach({ element, props, trigger }) {
  scopeOf(element).store.subscribe(element, ({ valve }, change) => {
    if (!("valve" in change)) return;
    props.value = valve;
    trigger("input");
  });
}
