/* The Errors tab: tells the server what was pressed in its HTML, and takes keys while reviews are gone through. */
(() => {
  "use strict";
  let sent = 0; // makes what is pressed twice two messages

  const seen = (selector) => [...document.querySelectorAll(selector)].find((each) => each.offsetParent);

  function send(button) {
    const box = document.querySelector(`#${button.dataset.send} :is(input, textarea)`);
    if (!box) return;
    sent += 1;
    box.value = `${button.dataset.value}\n${sent}`;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-send]");
    if (!button) return;
    send(button);
    // on a narrow page what is explained stands below the list
    if (button.closest(".gs-review-list, .gs-neighbours") && innerWidth < 760)
      seen("#gs-errors-detail")?.scrollIntoView({ behavior: "smooth" });
  });

  /* A key may come before the review that it is meant for: while the next one is fetched, keys wait. */
  const LONGEST = 20_000; // ms
  let since = 0; // when the review that is fetched now was asked for; 0 if none is
  const waiting = [];
  const CORRECTED = { "+": "positive", "-": "negative", "=": "as it is" };

  /** Changes whenever a review is shown, the same one as well. */
  const shown = () => seen("#gs-errors-detail")?.querySelector(".gs-reading")?.dataset.asked ?? "";
  let before = "";

  function press(key) {
    const detail = seen("#gs-errors-detail");
    if (!detail) return;
    const moves = { j: "#gs-errors-next", k: "#gs-errors-back" };
    if (key in moves) {
      document.querySelector(moves[key])?.click();
    } else if (/^[1-9]$/.test(key)) {
      const button = detail.querySelector(`[data-key="${key}"]`);
      if (button && button.getAttribute("aria-pressed") !== "true") send(button);
    } else if (key in CORRECTED) {
      detail.querySelector(`#gs-errors-corrected input[value="${CORRECTED[key]}"]`)?.click();
    } else if (key === "0") {
      const button = detail.querySelector('.gs-categories [aria-pressed="true"]');
      if (button) send(button);
    } else seen("#gs-errors-note textarea")?.focus();
  }

  const fetching = () => since && Date.now() - since < LONGEST && shown() === before;

  /** From now on another review is fetched: what is written meanwhile would be of neither. */
  function fetch() {
    before = shown();
    since = Date.now();
    hold(true);
  }

  function hold(on) {
    const detail = seen("#gs-errors-detail");
    detail?.classList.toggle("gs-fetching", on);
    for (const box of detail?.querySelectorAll("#gs-errors-note textarea, #gs-errors-own textarea, #gs-errors-own input") ?? [])
      box.disabled = on;
  }

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const row = target.closest("[data-send]")?.dataset.value?.startsWith('{"row"');
    if (row || target.closest("#gs-errors-next, #gs-errors-back")) fetch();
  });

  setInterval(() => {
    if (!since || fetching()) return;
    since = 0;
    hold(false);
    while (waiting.length && !since) press(waiting.shift());
  }, 60);

  const WRITING = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(WRITING)) {
      if (event.key === "Escape" && target.closest("#gs-errors-note")) target.blur();
      return;
    }
    if (!/^[jkn0-9+=-]$/.test(event.key) || !seen("#gs-errors-detail")) return;
    event.preventDefault();
    if (since) waiting.push(event.key);
    else press(event.key);
  });
})();
