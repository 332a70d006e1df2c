/* Which reviews of a file were looked at, as this browser keeps it, and the marks of it in the list. */

const SEEN = "gatescope:seen:";
const MOST = 100_000; // rows

export function createSeen(storage, key) {
  function read() {
    try {
      const rows = JSON.parse(storage.get(SEEN + key) ?? "[]");
      return new Set(Array.isArray(rows) ? rows.filter(Number.isSafeInteger).slice(0, MOST) : []);
    } catch {
      return new Set();
    }
  }
  return {
    add(row) {
      const rows = read(); // another tab may have added some
      if (row >= 0 && !rows.has(row)) storage.set(SEEN + key, JSON.stringify([...rows, row]));
    },
    show(root) {
      const rows = read();
      for (const button of root.querySelectorAll('.gs-review-list tr [data-value^=\'{"row"\']'))
        button.closest("tr").toggleAttribute("data-seen", rows.has(JSON.parse(button.dataset.value).row));
    },
    forget: () => storage.remove(SEEN + key),
  };
}
