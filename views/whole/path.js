/* The path of the state: shows how far the playhead has come on it; a click chooses the nearest word. */
import { scopeOf } from "../stage/scope.js";
import { announce } from "../stage/sheet.js";
import { choose, within } from "../stage/tokens.js";

export function attach(component) {
  const { element } = component;
  const scope = scopeOf(element);
  const { store } = scope;
  let [drawn, spots] = [null, []]; // the picture whose numbers are read

  function spotsOf(plane) {
    if (plane !== drawn) [drawn, spots] = [plane, JSON.parse(plane.dataset.spots)];
    return spots;
  }

  function show() {
    const plane = element.querySelector(".gs-plane");
    if (!plane) return;
    const known = spotsOf(plane);
    const place = Math.min(store.state.pointed ?? store.state.place, known.length - 1);
    const read = [JSON.parse(plane.dataset.start), ...known.slice(0, place + 1)];
    plane.querySelector(".gs-path-so-far").setAttribute("d", read.map((spot, step) => (step ? "L" : "M") + spot.join()).join(""));
    const [left, top] = read.at(-1);
    Object.assign(plane.querySelector(".gs-path-head").style, { left: `${left}%`, top: `${top}%` });
  }

  element.addEventListener("click", (event) => {
    const plane = within(event, ".gs-plane");
    if (!plane) return;
    const box = plane.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const away = ([left, top]) => Math.hypot((left * box.width) / 100 - x, (top * box.height) / 100 - y);
    const distances = spotsOf(plane).map(away);
    choose(scope, distances.indexOf(Math.min(...distances)));
  });
  store.subscribe(element, show);
  announce(component, show);
}
