/* The notes on a file as this browser keeps them: one entry a row, so that two tabs lose nothing of each other.

   What comes from the storage may be anybody's: it is text of known fields, or it is passed over. */

export const FIELDS = ["category", "text", "choice"]; // of a note; "" says nothing
const NOTE = "gatescope:note:";
const FILE = "gatescope:file:";
const LAST = "gatescope:last";
const KEY = /^[0-9a-f]{32}$/;
const LONGEST = { category: 60, text: 5000, choice: 40 }; // characters
const OTHERS = 3; // files whose notes are offered

const empty = (note) => FIELDS.every((field) => !note[field]);

function parsed(text) {
  try {
    const found = JSON.parse(text);
    return typeof found === "object" && !Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}

function words(found, names, most = () => 300) {
  return Object.fromEntries(
    names.map((name) => [name, typeof found[name] === "string" ? found[name].slice(0, most(name)) : ""]),
  );
}

/** A note from its text, or null. `unsent` names what the server has not confirmed. */
export function readNote(text) {
  const found = text === null ? null : parsed(text);
  if (!found) return null;
  const unsent = Array.isArray(found.unsent) ? FIELDS.filter((field) => found.unsent.includes(field)) : [];
  return { ...words(found, [...FIELDS, "mark", "at"], (name) => LONGEST[name] ?? 40), unsent };
}

/** Where the name of an entry is that of a note on this file: its row, or null. */
export function rowOf(key, name) {
  const start = `${NOTE}${key}:`;
  return name?.startsWith(start) && /^\d{1,9}$/.test(name.slice(start.length)) ? Number(name.slice(start.length)) : null;
}

/** The notes on the file of this key. */
export function createKept(storage, key) {
  const name = (row) => `${NOTE}${key}:${row}`;
  const write = (row, note) => {
    if (empty(note) && !note.unsent.length) storage.remove(name(row));
    else storage.set(name(row), JSON.stringify(note));
  };
  const kept = {
    read: (row) => readNote(storage.get(name(row))),
    /** All of them, by row. */
    all() {
      const rows = storage.names(`${NOTE}${key}:`).map((each) => rowOf(key, each));
      const found = rows.filter((row) => row !== null).map((row) => [row, kept.read(row)]);
      return new Map(found.filter(([, note]) => note));
    },
    /** Keep what is said of a row now, beside what was said of it before, in whichever tab. */
    say(row, said) {
      const before = kept.read(row) ?? { category: "", text: "", choice: "", mark: "", unsent: [] };
      const unsent = FIELDS.filter((field) => field in said || before.unsent.includes(field));
      write(row, { ...before, ...said, unsent, at: new Date().toISOString() });
    },
    /** What the server has of a row is right, but for what waits to be sent. */
    settle(note, waiting) {
      const before = kept.read(note.row);
      const own = before ? waiting : [];
      const mine = Object.fromEntries(own.map((field) => [field, before[field]]));
      const at = before?.at || new Date().toISOString();
      write(note.row, { ...words(note, [...FIELDS, "mark"], (each) => LONGEST[each] ?? 40), ...mine, unsent: own, at });
    },
    forget() {
      for (const row of kept.all().keys()) storage.remove(name(row));
      storage.remove(FILE + key);
    },
  };
  return kept;
}

/** Keep what file is gone through: `name`, `digest`, `checkpoint`, and the id of the button that loads it `again`. */
export function keepFile(storage, key, about) {
  storage.set(FILE + key, JSON.stringify(about));
  storage.set(LAST, key);
}

function fileOf(storage, key) {
  const found = KEY.test(key) ? parsed(storage.get(FILE + key) ?? "null") : null;
  return found && words(found, ["name", "digest", "checkpoint", "again"]);
}

/** The file that was gone through last, and how many notes there are on it; null where there is none. */
export function lastFile(storage) {
  const key = storage.get(LAST) ?? "";
  const about = fileOf(storage, key);
  return about && { ...about, key, count: createKept(storage, key).all().size };
}

export function forgetLast(storage) {
  storage.remove(LAST);
}

/** Notes on other files that may be about rows of this one: of the same name or content, the newest first. */
export function others(storage, key, about) {
  return storage
    .names(FILE)
    .map((name) => name.slice(FILE.length))
    .filter((each) => each !== key && KEY.test(each))
    .map((each) => ({ ...fileOf(storage, each), key: each }))
    .filter((each) => each.name === about.name || each.digest === about.digest)
    .map((each) => ({ ...each, notes: [...createKept(storage, each.key).all().values()].filter((note) => note.mark) }))
    .filter((each) => each.notes.length)
    .map((each) => ({ ...each, at: each.notes.map((note) => note.at).sort().at(-1) }))
    .sort((one, other) => (one.at < other.at ? 1 : -1))
    .slice(0, OTHERS);
}
