/* Computes the formulas of a step as views/cell/live.py writes them. */

const OPERATIONS = {
  times: (one, other) => one * other,
  plus: (...terms) => terms.reduce((sum, term) => sum + term, 0),
  rest: (value) => 1 - value,
  tanh: Math.tanh,
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
};

export const sigmoid = OPERATIONS.sigmoid;

/** What a formula comes to, for the quantities at a token and the states before it, by symbol. */
export function evaluate(formula, now, before) {
  if (typeof formula === "number") return formula;
  if (typeof formula === "string") return now[formula];
  const [operation, ...parts] = formula;
  if (operation === "before") return before[parts[0]];
  return OPERATIONS[operation](...parts.map((part) => evaluate(part, now, before)));
}

/** The quantities of a step where some are `held`, by symbol: what follows from them is computed anew. */
export function quantities({ now, before, formulas }, held) {
  if (!Object.keys(held).length) return now;
  const found = { ...now, ...held };
  for (const [symbol, formula] of formulas) found[symbol] = evaluate(formula, found, before);
  return found;
}
