/* Where a browser forbids the page its storage (a frame without third-party storage, or none at all), asking for it is an
   error, and Gradio's component that remembers the visitor would take the whole tab with it. There, memory stands in; it
   comes when the page is there already, so that what the page's own scripts keep goes through storage.js. */

class Memory {
  #texts = new Map();
  forgets = true; // what storage.js asks
  get length() {
    return this.#texts.size;
  }
  key(place) {
    return [...this.#texts.keys()][place] ?? null;
  }
  getItem(name) {
    return this.#texts.get(name) ?? null;
  }
  setItem(name, text) {
    this.#texts.set(name, String(text));
  }
  removeItem(name) {
    this.#texts.delete(name);
  }
  clear() {
    this.#texts.clear();
  }
}

export function attach() {
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name].getItem("");
    } catch {
      Object.defineProperty(window, name, { configurable: true, value: new Memory() });
    }
  }
}
