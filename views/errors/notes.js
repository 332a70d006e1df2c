/* Keeps what is said of reviews in this browser as it is written, and sends it to the server when that answers.

   The value of this component goes both ways: what is told to the server, and its answer (views/errors/keeper_tab.py). */
import { createConnection } from "./connection.js";
import { FIELDS, createKept, forgetLast, keepFile, lastFile, others, readNote, rowOf } from "./kept.js";
import { createQueue } from "./queue.js";
import { createSeen } from "./seen.js";
import { createStorage } from "../drawing/storage.js";

const STAYS = '.gs-categories *, [role="tab"], .label-wrap, [data-pane], [data-do], a'; // can be pressed without a server

export function attach({ element, props, trigger, watch }) {
  const root = element.closest(".gs-workbench");
  const storage = createStorage();
  const connection = createConnection(() => show());
  let file = null; // that the server has scored
  let kept = null; // the notes on it
  let seen = null; // its reviews that were looked at
  let gone = false; // whether the server has forgotten it
  const queue = createQueue(connection, (told) => {
    props.value = { ...told, file: file.key };
    trigger("tell");
  });

  const rowSeen = () => Number(root.querySelector("#gs-errors-detail .gs-row-head")?.dataset.row ?? -1);

  function show() {
    const last = file ? null : lastFile(storage);
    const states = {
      lost: connection.lost,
      gone: gone && storage.state !== "forbidden",
      "gone-unkept": gone && storage.state === "forbidden",
      full: storage.state === "full",
      forbidden: storage.state === "forbidden" && file !== null,
      again: last !== null && !gone,
    };
    for (const line of root.querySelectorAll(".gs-notes-told [data-state]")) line.hidden = !states[line.dataset.state];
    for (const slot of root.querySelectorAll("[data-slot]")) slot.textContent = last?.[slot.dataset.slot] ?? "";
    const again = root.querySelector('[data-do="again"]');
    if (again) again.hidden = !last?.again;
  }

  function say(row, said, wait = 0) {
    if (!kept || row < 0) return;
    kept.say(row, said);
    queue.add(row, said, wait);
    paint();
    show();
  }

  /** The pressed category is the one that was pressed last, whatever answer is on its way. */
  function paint() {
    const row = rowSeen();
    const waits = kept && queue.waiting(row).includes("category");
    const buttons = root.querySelectorAll(".gs-categories [data-name]");
    if (!waits) return;
    const { category } = kept.read(row);
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.name === category));
  }

  function begin(answer) {
    file = answer.file;
    kept = createKept(storage, file.key);
    seen = createSeen(storage, file.key);
    gone = false;
    queue.drop();
    const found = kept.all();
    const known = new Map(answer.notes.map((note) => [note.row, note]));
    for (const [row, note] of found) {
      const fields = known.has(row) ? note.unsent : FIELDS.filter((field) => note[field] || note.unsent.includes(field));
      if (fields.length) queue.add(row, Object.fromEntries(fields.map((field) => [field, note[field]])));
    }
    for (const note of known.values()) kept.settle(note, queue.waiting(note.row));
    const offered = answer.file.digest && !known.size && !found.size ? others(storage, file.key, file) : [];
    keepFile(storage, file.key, file);
    const at = [...found.values()].map((note) => note.at).sort().at(-1);
    if (found.size || offered.length) queue.tell({ found: found.size ? { count: found.size, at } : null, others: offered });
  }

  function hear() {
    const answer = props.value;
    if (!answer || !("answers" in answer)) return;
    if (answer.file === null) {
      gone = file !== null;
      queue.stop();
    } else if (answer.answers === null) begin(answer);
    else {
      queue.answered(answer.answers);
      for (const note of answer.notes) kept?.settle(note, queue.waiting(note.row));
    }
    paint();
    show();
  }

  function pressed(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches(".gs-categories [data-name]")) {
      const { row } = button.closest(".gs-categories").dataset;
      const taken = button.getAttribute("aria-pressed") === "true";
      say(Number(row), { category: taken ? "" : button.dataset.name });
    } else if (button.dataset.do === "forget") {
      kept?.forget();
      seen?.forget();
      button.closest("p").hidden = true;
    } else if (button.dataset.do === "again") root.querySelector(`#${lastFile(storage)?.again}`)?.click();
    else if (button.dataset.do === "adopt") {
      const taken = others(storage, file.key, file).filter((each) => each.key === button.dataset.key);
      queue.tell({ others: taken, adopt: true });
    } else if (button.closest("#gs-errors-own")) nameIt(button.closest("#gs-errors-own").querySelector(":is(textarea,input)"));
    else if (connection.lost && !button.matches(STAYS)) root.querySelector(".gs-notes-told").scrollIntoView({ block: "nearest" });
    else return;
    event.stopPropagation();
  }

  function nameIt(box) {
    if (box.value.trim()) say(rowSeen(), { category: box.value.trim() });
    box.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  root.addEventListener("click", pressed, { capture: true });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.closest("#gs-errors-own")) return;
    event.preventDefault();
    event.stopPropagation();
    nameIt(event.target);
  }, { capture: true });
  root.addEventListener("gs-drawn", () => {
    seen?.add(rowSeen());
    seen?.show(root);
    paint();
  });
  root.addEventListener("input", ({ target }) => {
    if (target.matches("#gs-errors-note textarea")) say(rowSeen(), { text: target.value }, 400);
  });
  root.addEventListener("change", ({ target }) => {
    if (target.matches("#gs-errors-note textarea")) queue.hurry();
    if (target.matches("#gs-errors-corrected input")) say(rowSeen(), { choice: target.value });
  });
  addEventListener("storage", (event) => {
    const row = file && rowOf(file.key, event.key);
    const now = row === null ? null : readNote(event.newValue);
    if (!now) return;
    const before = readNote(event.oldValue) ?? {};
    const said = Object.fromEntries(FIELDS.filter((each) => now[each] !== (before[each] ?? "")).map((each) => [each, now[each]]));
    if (Object.keys(said).length) queue.add(row, said, 0, true);
  });
  watch("value", hear);
  hear();
  show();
  if (storage.state === "forbidden") forgetLast(storage);
}
