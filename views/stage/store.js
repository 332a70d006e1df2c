/* What is chosen in a part of the page about one review, and who wants to know of it. */

/**
 * @typedef {object} Chosen
 * @property {number} place of the chosen token, from 0
 * @property {number | null} pointed the token that is pointed at or has the focus, which is marked in its stead
 * @property {"person" | "server" | "reading" | "scores"} by who chose it last
 * @property {string} asked the answer of the server that it belongs to
 * @property {object | null} moments what the stage shows at each token (views/stage/stage.py)
 * @property {object | null} scores what each token did, and what says so (the same)
 * @property {object | null} valve the one that was grabbed last (views/cell/cell.js)
 * @property {object | null} openings what is known of a valve (views/cell/tried.py)
 * @property {{ probability: number, said: string } | null} supposed the verdict with a valve held, while one is
 * @property {boolean} playing whether the player goes from token to token
 */

/** @typedef {(chosen: Readonly<Chosen>, change: Partial<Chosen>) => void} Listener */

/** A store; `subscribe` a listener for as long as its `element` is on the page, it hears of each `set`. */
export function createStore() {
  /** @type {Readonly<Chosen>} */
  let state = Object.freeze({
    place: 0,
    pointed: null,
    by: "server",
    asked: "",
    moments: null,
    scores: null,
    valve: null,
    openings: null,
    supposed: null,
    playing: false,
  });
  /** @type {Map<Listener, Element>} */
  const listeners = new Map();
  return {
    get state() {
      return state;
    },
    /** @param {Partial<Chosen>} change */
    set(change) {
      state = Object.freeze({ ...state, ...change });
      for (const [listener, element] of [...listeners]) {
        if (element.isConnected) listener(state, change);
        else listeners.delete(listener);
      }
    },
    /** @param {Element} element @param {Listener} listener */
    subscribe(element, listener) {
      listeners.set(listener, element);
    },
  };
}
