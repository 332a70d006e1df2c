/* Keeps what the page shows for as long as its tab is open, in the browser alone, so that loading it anew loses nothing. */
import { scopeOf } from "../stage/scope.js";

const KEY = "gatescope"; // views/lesson/header.py reads it

export function attach({ props, watch }) {
  const text = () => document.querySelector("#gs-reading");
  const place = () => (text() ? scopeOf(text()).store.state.place : 0);
  const keep = () => props.value && sessionStorage.setItem(KEY, `view=${props.value}&place=${place()}`);
  watch("value", () => {
    keep();
    // an address that says something else than the page would win when it is loaded anew
    if (location.hash.startsWith("#view=") && location.hash !== `#view=${props.value}`)
      history.replaceState(null, "", location.pathname + location.search);
  });
  addEventListener("pagehide", () => sessionStorage.getItem(KEY) && keep());
}
