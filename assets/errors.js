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

  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, [contenteditable]")) return;
    const detail = seen("#gs-errors-detail");
    if (!detail) return;
    const moves = { j: "#gs-errors-next", k: "#gs-errors-back" };
    if (event.key in moves) document.querySelector(moves[event.key])?.click();
    else if (/^[1-9]$/.test(event.key)) {
      const button = detail.querySelector(`[data-key="${event.key}"]`);
      if (!button || button.getAttribute("aria-pressed") === "true") return;
      send(button);
    } else if (event.key === "0") {
      const button = detail.querySelector('.gs-categories [aria-pressed="true"]');
      if (!button) return;
      send(button);
    } else if (event.key === "n") seen("#gs-errors-note textarea")?.focus();
    else return;
    event.preventDefault();
  });
})();
