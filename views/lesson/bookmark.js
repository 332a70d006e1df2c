/* Keeps what the page shows for as long as its tab is open, in the browser alone, so that loading it anew loses nothing. */
import { createStorage } from "../drawing/storage.js";
import { scopeOf } from "../stage/scope.js";

const KEY = "gatescope"; // views/lesson/header.py reads it

export function attach({ props, watch }) {
  const text = () => document.querySelector("#gs-reading");
  const place = () => (text() ? scopeOf(text()).store.state.place : 0);
  const storage = createStorage(() => window.sessionStorage);
  const keep = () => props.value && storage.set(KEY, `view=${props.value}&place=${place()}`);
  watch("value", keep);
  addEventListener("pagehide", () => storage.get(KEY) && keep());
}
