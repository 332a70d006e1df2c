/* Whether the server answers. Gradio loads the page anew after an event that did not reach the server, which forgets the
   file: so it is asked first, and while it does not answer nothing is sent. */

const AGAIN = 2_000; // ms between two tries
const LONGEST = 8_000; // ms that one try may take
const ADDRESS = new URL("connection.js", import.meta.url); // anything that the server has

/** `changed(lost)` hears when the connection is lost or back. */
export function createConnection(changed) {
  let lost = false;
  let trying = 0;

  function set(now) {
    if (now !== lost) {
      lost = now;
      changed(lost);
    }
    clearTimeout(trying);
    if (lost) trying = setTimeout(ask, AGAIN);
    return !lost;
  }

  async function ask() {
    if (!navigator.onLine) return set(true);
    try {
      await fetch(ADDRESS, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(LONGEST) });
      return set(false);
    } catch {
      return set(true);
    }
  }

  addEventListener("offline", () => set(true));
  addEventListener("online", ask);
  return {
    get lost() {
      return lost;
    },
    ask,
  };
}
