/* Anything that is drawn about a review's tokens: says to the part of the page that it stands in when it was drawn. */
import { scopeOf } from "./scope.js";

/** Let the event gs-drawn rise from the component now and after each drawing; `before` is done before that. */
export function announce({ element, watch }, before = () => {}) {
  const tell = () => {
    before();
    element.dispatchEvent(new CustomEvent("gs-drawn", { bubbles: true }));
  };
  scopeOf(element);
  watch("value", tell);
  tell();
}

export const attach = (component) => announce(component);
