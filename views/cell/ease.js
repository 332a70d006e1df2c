/* Moves sizes from what they were to what they are, so that the eye can follow; not where a person wants no motion. */

const LASTS = 220; // milliseconds
const still = matchMedia("(prefers-reduced-motion: reduce)");

const slowing = (share) => 1 - (1 - share) ** 3;

/** `draw` takes sizes by name. What it was called with last is where the next motion begins. */
export function createEase() {
  let drawn = null;
  let motion = 0; // the one that goes on

  function put(draw, sizes) {
    drawn = sizes;
    draw(sizes);
  }

  return {
    /** At once. */
    jump(draw, sizes) {
      motion += 1;
      put(draw, sizes);
    },

    /** From what is drawn, where it has the same parts. */
    go(draw, sizes) {
      motion += 1;
      const [from, mine] = [drawn, motion];
      if (still.matches || !from || Object.keys(sizes).some((name) => !(name in from))) return put(draw, sizes);
      const begun = performance.now();
      const step = () => {
        if (mine !== motion) return;
        const share = slowing(Math.min(1, (performance.now() - begun) / LASTS));
        const between = Object.entries(sizes).map(([name, size]) => [name, from[name] + (size - from[name]) * share]);
        put(draw, share < 1 ? Object.fromEntries(between) : sizes);
        if (share < 1) requestAnimationFrame(step);
      };
      step();
    },
  };
}
