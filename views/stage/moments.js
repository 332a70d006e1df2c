/* Hands what the server says of each token (views/stage/stage.py: moments) to the stage. */
import { scopeOf } from "./scope.js";

export function attach({ element, props, watch }) {
  const take = () => scopeOf(element).store.set({ moments: props.value });
  watch("value", take);
  if (props.value) take();
}
