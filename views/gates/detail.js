/* The numbers of the marked token, as terms and values. A review's text is only ever written with textContent. */
import { filled, number, signed } from "../drawing/numbers.js";
import { scopeOf } from "../stage/scope.js";
import { numbersOf } from "./numbers.js";

export function attach({ element }) {
  const { root, store } = scopeOf(element);
  const panel = element.querySelector(".gs-detail");
  let waits = 0; // for the next frame: to ask what is seen in the middle of a drawing costs as much as the drawing
  const describe = () => {
    waits = 0;
    const data = panel.offsetParent && numbersOf(root);
    const place = store.state.pointed ?? store.state.place;
    if (data && place in data.tokens) panel.replaceChildren(title(data, place, panel.dataset), happens(data, place, panel.dataset), terms(data, place, panel.dataset));
  };
  store.subscribe(element, () => {
    waits ||= requestAnimationFrame(describe);
  });
  describe();
}

function title(data, place, words) {
  const line = document.createElement("p");
  const token = document.createElement("bdi");
  token.textContent = data.tokens[place];
  const where = data.unknown.includes(place) ? filled(words.unknown, data) : data.where;
  line.append(filled(words.token, { number: place + 1, count: data.tokens.length }), token, where);
  return line;
}

/** How many units moved, of the quantity that tells most, in a sentence. */
function happens(data, place, words) {
  const { symbol, gate, units } = data.first;
  const { name, up, down } = data.quantities.find((each) => each.symbol === symbol);
  const line = document.createElement("p");
  line.className = "gs-happens";
  const given = { token: data.tokens[place], name, units, up: up[place], down: down[place] };
  line.textContent = filled(single(data) ? words.single : gate ? words.gate : words.state, given);
  return line;
}

function terms(data, place, words) {
  const [unit, before, after] = data.change[place];
  const score = data.scores ? (data.signed ? signed : (value) => number(value, 3))(data.scores[place]) : "…";
  const list = document.createElement("dl");
  list.append(term(words.attribution, score, data.unit));
  for (const each of data.quantities) {
    const [ends, middle] = [{ low: each.low[place], high: each.high[place] }, { value: number(each.middle[place]) }];
    const [half, beyond] = [filled(words.middle, middle), filled(each.ends, ends)];
    const moved = single(data) ? half : `↑ ${each.up[place]}  ↓ ${each.down[place]}`;
    list.append(term(`${each.name} ${each.symbol}`, moved, single(data) ? beyond : `${half} · ${beyond}`));
  }
  list.append(term(words.change, filled(words.unit, { unit }), `${number(before)} → ${number(after)}`));
  return list;
}

/** Of a review of one token no unit has moved from where it mostly is. */
function single(data) {
  return data.tokens.length === 1;
}

function term(name, value, more) {
  const item = document.createElement("div");
  for (const [tag, text] of [["dt", name], ["dd", value], ["dd", more]]) {
    const part = document.createElement(tag);
    part.textContent = text;
    item.append(part);
  }
  return item;
}
