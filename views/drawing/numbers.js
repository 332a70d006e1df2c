/* Numbers as views/drawing/numbers.py writes them, and sentences of the server with what belongs into them. */

export const number = (value, digits = 2) => value.toFixed(digits).replace("-", "−");

export function signed(value, digits = 2) {
  const shown = number(value, digits); // what is rounded to nothing has no sign
  return Number(value.toFixed(digits)) === 0 ? shown.replace("−", "") : (value > 0 ? "+" : "") + shown;
}

/** A sentence such as "unit {unit}" with its `values`. */
export const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
