/* What a valve that is held would do to the verdict: the curve and the sentences beside the drawing of a step. */
import { filled, number } from "../drawing/numbers.js";
import { sigmoid } from "./formula.js";

const FINEST = 4; // digits of a verdict, where fewer do not tell two apart

/** P(positive) on a curve at an opening, in a straight line between those that were read. */
function read({ openings, probabilities }, opening) {
  const after = Math.max(1, openings.findIndex((each) => each >= opening));
  const share = (opening - openings[after - 1]) / (openings[after] - openings[after - 1]);
  return probabilities[after - 1] + share * (probabilities[after] - probabilities[after - 1]);
}

/** As many digits as tell two numbers apart; 0 where none do. */
function digitsApart(one, other) {
  for (let digits = 2; digits <= FINEST; digits++) if (one.toFixed(digits) !== other.toFixed(digits)) return digits;
  return 0;
}

const points = ({ openings, probabilities }) =>
  openings.map((opening, at) => `${100 * opening},${(100 * (1 - probabilities[at])).toFixed(2)}`).join(" ");

/** How open a valve is in words, as views/cell/words.py says it. */
export function openness(panel, value) {
  const percent = Math.round(100 * value);
  if (percent === 0) return panel.dataset.shut;
  return percent === 100 ? panel.dataset.open : filled(panel.dataset.part, { percent });
}

/** What the stage shows while a valve is held away from where it stands by itself; null before the answer has come. */
export function supposed(panel, { now }, held, answer) {
  if (!held || !answer || number(held.opening) === number(now[held.symbol])) return null;
  const said = filled(panel.dataset.supposed, { symbol: held.symbol, opening: number(held.opening) });
  return { probability: read(answer.alone, held.opening), said };
}

/** Show the `answer` of the server for a valve held at an opening; before it has come, what is held. */
export function tell(panel, { logit, now }, held, answer) {
  const part = (selector) => panel.querySelector(selector);
  part(".gs-tried-foot").hidden = !held;
  part(".gs-tried-curve").hidden = !held || !answer; // without the answer there is nothing to draw
  part(".gs-tried-hint").hidden = Boolean(held);
  const [said, all] = [part(".gs-tried-said"), part(".gs-tried-all")];
  if (!held || !answer) {
    said.textContent = held ? panel.dataset.waiting : "";
    all.textContent = "";
    return;
  }
  const { symbol, name, opening } = held;
  const { unit, units, token, alone, same, own, together } = panel.dataset;
  const verdict = sigmoid(logit);
  const [one, many] = [read(answer.alone, opening), read(answer.together, opening)];
  const digits = digitsApart(one, verdict);
  const values = { gate: name, unit, units, token, opening: number(opening), own: number(now[symbol]) };
  const sentence = values.opening === values.own ? own : digits ? alone : same;
  said.textContent = filled(sentence, { ...values, held: one.toFixed(digits || 2), verdict: verdict.toFixed(digits || 2) });
  all.textContent = filled(together, { ...values, held: many.toFixed(2) });
  part(".gs-tried-alone").setAttribute("points", points(answer.alone));
  part(".gs-tried-together").setAttribute("points", points(answer.together));
  part(".gs-tried-gate").textContent = `${name} ${number(opening)}`;
  const curve = part(".gs-tried-curve");
  for (const [property, value] of Object.entries({ "--at": opening, "--one": one, "--all": many }))
    curve.style.setProperty(property, value.toFixed(4));
}
