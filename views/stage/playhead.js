/* The playhead by hand: buttons, pointer and touch on the curve, and keys. */

const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

/** `place` tells where it stands, among `count` tokens; it may `go` to a place, and `toggle` between reading and not. */
export function listenToPlayhead(element, { count, place, toggle, go }) {
  const within = (event, selector) => event.target.closest?.(selector);

  element.addEventListener("click", (event) => {
    if (within(event, ".gs-read")) toggle();
    else if (within(event, ".gs-step-on")) go(place() + 1);
    else if (within(event, ".gs-step-back")) go(place() - 1);
  });

  const scrub = (event, curve) => {
    const box = curve.getBoundingClientRect();
    go(Math.floor(((event.clientX - box.left) / box.width) * count()));
  };
  element.addEventListener("pointerdown", (event) => {
    const curve = within(event, ".gs-curve");
    if (!curve) return;
    curve.setPointerCapture(event.pointerId);
    scrub(event, curve);
  });
  element.addEventListener("pointermove", (event) => {
    const curve = within(event, ".gs-curve");
    if (curve?.hasPointerCapture(event.pointerId)) scrub(event, curve);
  });

  element.addEventListener("keydown", (event) => {
    if (!within(event, ".gs-curve")) return;
    const ends = { Home: 0, End: count() - 1 };
    if (event.key === " ") toggle();
    else if (event.key in STEPS) go(place() + STEPS[event.key]);
    else if (event.key in ends) go(ends[event.key]);
    else return;
    event.preventDefault();
  });
}
