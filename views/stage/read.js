/* The stage reads: the playhead goes from token to token at a person's pace, or through all of them in a few seconds. */
import { count } from "./tokens.js";

const WHOLE = 4000; // milliseconds for a whole review where no other pace is chosen
const FASTEST = 16; // milliseconds between two drawings; where they take longer, several tokens are read at once
const REST = 900; // milliseconds at the end, before the reading has ended

/** `part` finds an element of the stage; `ended` is called when all has been read. */
export function createReading({ scope, part, ended }) {
  const { store } = scope;
  let timer = 0;

  function label() {
    const button = part(".gs-read");
    if (!button) return;
    button.textContent = timer ? button.dataset.pause : button.dataset.play;
    button.setAttribute("aria-pressed", String(Boolean(timer)));
  }

  function stop() {
    clearInterval(timer);
    clearTimeout(timer);
    timer = 0;
    label();
  }

  /** All has been read. It is told only then, so that whoever fails over the last token cannot hold it there. */
  function rest() {
    stop();
    timer = setTimeout(() => {
      stop();
      ended();
    }, REST);
  }

  return {
    goes: () => Boolean(timer),
    stop,

    /** Read from the beginning, or from the playhead. */
    start(fromTheBeginning) {
      const last = count(scope.root) - 1;
      const from = fromTheBeginning || store.state.place >= last ? -1 : store.state.place;
      const pace = Number(part(".gs-pace-of-stage").value);
      const each = pace ? 1000 / pace : Math.min(250, WHOLE / (last + 1));
      const begun = performance.now();
      timer = setInterval(() => {
        const place = Math.min(from + Math.max(1, Math.round((performance.now() - begun) / each)), last);
        if (place === last) rest();
        if (place !== store.state.place || place === last) store.set({ place, pointed: null, by: "reading" });
      }, Math.max(FASTEST, each));
      label();
    },
  };
}
