/* A key may come before the review that it is meant for: while the next one is fetched, keys wait. Where none comes,
   they are dropped, since they would name another. */

const LONGEST = 60_000; // ms
const REST = 60; // ms in which the rest of an answer is drawn

/** Keys go to `press` at once, or when the review that is fetched into `detail` stands there. */
export function createWaiting(detail, press) {
  const waiting = [];
  let before = null; // what was shown when the next review was asked for; null while none is
  let longest = 0; // the timer

  /** Changes whenever a review is shown, the same one as well. */
  const shown = () => detail.querySelector(".gs-reading")?.dataset.asked ?? "";

  /** Whether the categories are those of the review that is shown, whose name begins with its row. */
  const complete = () => detail.querySelector(".gs-categories")?.dataset.row === shown().split("-")[0];

  /** What is written while another review is fetched would be of neither. */
  function hold(on) {
    detail.classList.toggle("gs-fetching", on);
    const boxes = "#gs-errors-note textarea, #gs-errors-own textarea, #gs-errors-own input";
    for (const box of detail.querySelectorAll(boxes)) box.disabled = on;
  }

  function giveUp() {
    waiting.length = 0;
    release();
  }

  function release() {
    clearTimeout(longest);
    before = null;
    hold(false);
    while (waiting.length && before === null) press(waiting.shift());
  }

  function settle() {
    if (before === null || shown() === before) return;
    if (complete()) release();
    else setTimeout(settle, REST);
  }

  detail.addEventListener("gs-drawn", () => setTimeout(settle, REST));
  return {
    /** From now on another review is fetched. */
    fetch() {
      before = shown();
      hold(true);
      clearTimeout(longest);
      longest = setTimeout(giveUp, LONGEST);
    },
    key(key) {
      if (before === null) press(key);
      else waiting.push(key);
    },
  };
}
