/* Hands the scores that came after the reading (views/stage/stage.py: scores) to the stage and the staves. */
import { scopeOf } from "./scope.js";

export function attach({ element, props, watch }) {
  const take = () => scopeOf(element).store.set({ scores: props.value });
  watch("value", take);
  if (props.value) take();
}
