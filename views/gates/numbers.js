/* The numbers that staves carry of each token. Parsed once for each drawing. */

const parsed = new WeakMap();

/** Of the staves in a part of the page; null where none are drawn. */
export function numbersOf(root) {
  const staves = root.querySelector(".gs-staves");
  if (!staves) return null;
  if (!parsed.has(staves)) parsed.set(staves, JSON.parse(staves.dataset.numbers));
  return parsed.get(staves);
}

/** They were drawn anew. */
export const forget = (root) => parsed.delete(root.querySelector(".gs-staves"));
