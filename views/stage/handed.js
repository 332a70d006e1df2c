/* What the server hands over beside what it draws: the value of a hidden component goes into the store. */
import { scopeOf } from "./scope.js";

/** An `attach` that puts the value into the store under a name. */
export const handed =
  (name) =>
  ({ element, props, watch }) => {
    const take = () => scopeOf(element).store.set({ [name]: props.value });
    watch("value", take);
    if (props.value) take();
  };
