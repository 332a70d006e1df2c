/* The drawing of a step on the page: its numbers, flows and valves for other quantities than those it was drawn with. */
import { signed } from "../drawing/numbers.js";
import { evaluate } from "./formula.js";

const KINDS = { "-1": "gs-cell-negative", 0: "gs-cell-even", 1: "gs-cell-positive" };

const sized = (value, most) => Math.max(-most, Math.min(most, value));

function colour(part, sign) {
  part.classList.remove(...Object.values(KINDS));
  part.classList.add(KINDS[sign]);
}

/** Of a figure; `before` are the states before the step. */
export function createPicture(figure, { before }) {
  const shown = [...figure.querySelectorAll("[data-shows]")].map((part) => [part, JSON.parse(part.dataset.shows)]);
  const flows = shown.filter(([part]) => part.dataset.flow);
  const valves = [...figure.querySelectorAll(".gs-cell-valve")].map((part) => {
    const [first, second] = part.querySelectorAll("rect");
    const [start, length] = first.getAttribute("x") === second.getAttribute("x") ? ["y", "height"] : ["x", "width"];
    const from = Number(first.getAttribute(start));
    const to = Number(second.getAttribute(start)) + Number(second.getAttribute(length));
    return { symbol: part.dataset.gate, first, second, start, length, from, to, leaf: Number(part.dataset.leaf) };
  });

  return {
    /** The numbers, which are right at once. */
    tell(now) {
      for (const [part, formula] of shown) {
        if (part.dataset.flow) continue;
        const value = evaluate(formula, now, before);
        const text = signed(value);
        if (part.matches(".gs-cell-number")) part.textContent = text;
        colour(part, part.matches(".gs-cell-number") && !/^[+−]/.test(text) ? 0 : Math.sign(value));
      }
    },

    /** How full each flow is, with its sign, and how open each valve, by name. */
    sizes(now) {
      const full = flows.map(([part, formula]) => [part.dataset.flow, sized(evaluate(formula, now, before) / part.dataset.full, 1)]);
      return Object.fromEntries([...full, ...valves.map(({ symbol }) => [`valve:${symbol}`, now[symbol]])]);
    },

    /** Draw flows and valves at such sizes. */
    draw(sizes) {
      for (const [part] of flows) {
        const size = sizes[part.dataset.flow];
        const [least, most] = [Number(part.dataset.least), Number(part.dataset.most)];
        part.setAttribute("stroke-width", (least + (most - least) * Math.abs(size)).toFixed(2));
        colour(part, Math.sign(size));
      }
      for (const { symbol, first, second, start, length, from, to, leaf } of valves) {
        const tube = to - from - 2 * leaf;
        const reach = leaf + (tube * (1 - sized(sizes[`valve:${symbol}`], 1))) / 2;
        for (const each of [first, second]) each.setAttribute(length, reach.toFixed(2));
        second.setAttribute(start, (to - reach).toFixed(2));
      }
    },
  };
}
