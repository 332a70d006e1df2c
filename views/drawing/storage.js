/* What this browser keeps for the page: one of its storages, or memory where that is forbidden or full. */

const PROBE = "gatescope:probe";

/** A storage of texts by name. `kept` says whether what was set last outlives the page. */
export function createStorage(open = () => window.localStorage) {
  const memory = new Map();
  let store = null;
  try {
    store = open();
    if (store?.forgets) store = null; // what stands in for it
    store?.getItem(PROBE);
  } catch {
    store = null; // third-party storage is off in a frame, or all of it
  }
  let full = false;
  return {
    get state() {
      return store ? (full ? "full" : "kept") : "forbidden";
    },
    get(name) {
      return memory.get(name) ?? store?.getItem(name) ?? null;
    },
    set(name, text) {
      try {
        if (!store) throw new Error("none");
        store.setItem(name, text);
        memory.delete(name);
        full = false;
      } catch {
        full = store !== null;
        memory.set(name, text);
      }
    },
    remove(name) {
      memory.delete(name);
      store?.removeItem(name);
    },
    names(prefix) {
      const all = new Set(memory.keys());
      for (let place = 0; place < (store?.length ?? 0); place++) all.add(store.key(place));
      return [...all].filter((name) => name.startsWith(prefix));
    },
  };
}
