/* What was said of reviews and waits for the server: sent one batch at a time, and again until it is answered.

   It is the fields of rows, not notes, so that to send them twice, or beside another tab's, harms nothing. */

const LONGEST = 20_000; // ms that an answer may take
const AGAIN = 2_000; // ms after which a batch is sent again

/** `send({ number, said, elsewhere, … })` reaches the server, whose answer says the number. */
export function createQueue(connection, send) {
  let number = 0;
  let waiting = new Map(); // fields by row
  let extra = null; // what is told beside them
  let elsewhere = new Set(); // rows of which another tab said something
  let sent = null; // the batch that is under way
  let timer = 0;
  let asking = false;

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(next, wait);
  }

  function backIn() {
    for (const [row, said] of sent.said) waiting.set(row, { ...said, ...waiting.get(row) });
    for (const row of sent.elsewhere) elsewhere.add(row);
    extra = { ...sent.extra, ...extra };
    sent = null;
  }

  async function next() {
    if (sent || asking || !(waiting.size || extra)) return;
    asking = true;
    const answers = await connection.ask();
    asking = false;
    if (!answers) return later(AGAIN);
    sent = { said: waiting, extra, elsewhere, number: ++number };
    waiting = new Map();
    extra = null;
    elsewhere = new Set();
    const said = [...sent.said].map(([row, fields]) => ({ row, ...fields }));
    send({ number, said, elsewhere: [...sent.elsewhere], ...sent.extra });
    clearTimeout(timer);
    timer = setTimeout(() => {
      backIn();
      next();
    }, LONGEST);
  }

  function stop() {
    clearTimeout(timer);
    if (sent) backIn();
  }

  return {
    /** Say this of a row, in `wait` ms at the latest; `other`: another tab said it. */
    add(row, said, wait = 0, other = false) {
      waiting.set(row, { ...waiting.get(row), ...said });
      if (other) elsewhere.add(row);
      if (!sent) later(wait);
    },
    /** Wait no longer. */
    hurry: () => sent || later(0),
    /** Tell this beside what is said. */
    tell(more) {
      extra = { ...extra, ...more };
      if (!sent) later(0);
    },
    /** The fields of a row that the server has not confirmed. */
    waiting: (row) => Object.keys({ ...sent?.said.get(row), ...waiting.get(row) }),
    answered(which) {
      if (which !== sent?.number) return;
      sent = null;
      clearTimeout(timer);
      later(0);
    },
    /** Send nothing until something is added. */
    stop,
    /** Forget all: it is kept elsewhere. */
    drop() {
      stop();
      waiting = new Map();
      elsewhere = new Set();
      extra = null;
    },
  };
}
