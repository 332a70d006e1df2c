/* The numbers that staves carry: of each token, and of each unit at each token. Decoded once for each drawing. */

const decoded = new WeakMap();
const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** Of the staves in a part of the page; null where none are drawn. */
export function numbersOf(root) {
  const staves = root.querySelector(".gs-staves");
  if (!staves) return null;
  if (!decoded.has(staves)) {
    const { numbers, symbol, step, units, values } = staves.dataset;
    let unpacked = null;
    decoded.set(staves, {
      ...JSON.parse(numbers),
      symbol,
      order: new Uint16Array(bytes(units).buffer), // unit numbers from top to bottom of the map
      /** The value of a unit at a token. */
      at(place, unit) {
        unpacked ??= new Int16Array(bytes(values).buffer);
        return unpacked[place * this.order.length + unit] * Number(step);
      },
    });
  }
  return decoded.get(staves);
}

/** They were drawn anew. */
export const forget = (root) => decoded.delete(root.querySelector(".gs-staves"));
