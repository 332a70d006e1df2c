/* Links the running text, the sheets and the numbers: what is marked in one is marked in the others.

   A review with its sheets stands in a part of the page with the class gs-scope; the part that can be seen is the one
   that is worked on, and each remembers its own chosen token. All listeners sit on the document, since Gradio replaces
   the content of its components. Text from a review is only ever written with textContent. */
(() => {
  "use strict";
  const memory = new WeakMap(); // of each scope: the token that was clicked or reached by arrow keys, and what was asked
  let fit = false; // whether the sheets show the whole review at once
  let stave = null; // what is known about the staves on the page: see read()

  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const number = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
  const signed = (value, digits = 2) => {
    const shown = number(value, digits); // what is rounded to nothing has no sign
    return Number(value.toFixed(digits)) === 0 ? shown.replace("−", "") : (value > 0 ? "+" : "") + shown;
  };
  const within = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  /** The part of the page that is looked at. */
  const scope = () => all(".gs-scope").find((each) => each.offsetParent) ?? document.body;

  /** What is known of the review in it. */
  function known() {
    const here = scope();
    if (!memory.has(here)) memory.set(here, { chosen: 0, asked: "" });
    return memory.get(here);
  }

  /** How many tokens the review has. */
  const count = () => all(".gs-reading .gs-token", scope()).length;

  /** The sheets that can be seen now. */
  const sheets = () => all(".gs-scroll").filter((each) => each.offsetParent);

  /** The data of the staves on the page, decoded once for each time they are drawn; the observer below resets it. */
  function read() {
    const root = $(".gs-staves", scope());
    if (!root) return null;
    if (stave?.root === root) return stave;
    stave = {
      root,
      ...JSON.parse(root.dataset.numbers),
      symbol: root.dataset.symbol,
      step: Number(root.dataset.step),
      order: new Uint16Array(bytes(root.dataset.units).buffer),
    };
    return stave;
  }

  function mark(place) {
    if (place < 0 || place >= count()) return;
    const here = scope();
    for (const old of all(".gs-marked", here)) old.classList.remove("gs-marked");
    for (const each of all(`.gs-token[data-place="${place}"]`, here)) each.classList.add("gs-marked");
    for (const names of all(".gs-names > div", here)) names.children[place]?.classList.add("gs-marked");
    for (const output of all(".gs-row output", here)) output.textContent = JSON.parse(output.dataset.numbers)[place] ?? "";
    document.documentElement.style.setProperty("--gs-at", place);
    describe(place);
  }

  /** The numbers of one token, as terms and values. */
  function describe(place) {
    const panel = $(".gs-detail", scope());
    const data = panel?.offsetParent && read();
    if (!data || !(place in data.tokens)) return;
    const terms = [["attribution", data.signed ? signed(data.scores[place]) : number(data.scores[place], 3), data.unit]];
    for (const each of data.quantities) {
      const ends = each.gate
        ? `${each.low[place]} shut · ${each.high[place]} open`
        : `${each.low[place]} low · ${each.high[place]} high`;
      terms.push([`${each.name} ${each.symbol}`, number(each.mean[place]), ends]);
    }
    const [unit, before, after] = data.change[place];
    terms.push(["largest change", `unit ${unit}`, `${number(before)} → ${number(after)}`]);
    const title = document.createElement("p");
    const word = document.createElement("bdi");
    word.textContent = data.tokens[place];
    const unknown = data.unknown.includes(place) ? ", unknown" : "";
    title.append(`Token ${place + 1} of ${data.tokens.length}`, word, `${data.where}${unknown}`);
    const list = document.createElement("dl");
    for (const [name, value, more] of terms) {
      const item = document.createElement("div");
      for (const [tag, text] of [["dt", name], ["dd", value], ["dd", more]]) {
        const part = document.createElement(tag);
        part.textContent = text;
        item.append(part);
      }
      list.append(item);
    }
    panel.replaceChildren(title, list);
  }

  /** Columns wide enough to read their words, or narrow enough to see the whole review at once. */
  function zoom() {
    const [first] = sheets();
    if (!first) return;
    const tokens = $(".gs-names > div", first).children.length;
    const wide = first.clientWidth - $(".gs-row > b", first).offsetWidth;
    const column = Math.min(56, Math.max(fit ? 1 : 26, wide / tokens));
    document.documentElement.classList.toggle("gs-fit", column < 16);
    document.documentElement.style.setProperty("--gs-col", `${column}px`);
    for (const button of all(".gs-zoom")) button.setAttribute("aria-pressed", String(fit));
    mark(known().chosen);
    reveal();
    fade();
  }

  /** Make a token the chosen one; `tell` the server, which draws what depends on it. */
  function choose(place, { scroll = true, focus = false, tell = true } = {}) {
    const chosen = Math.max(0, Math.min(place, count() - 1));
    known().chosen = chosen;
    if (tell) send(chosen);
    for (const token of all(".gs-token", scope())) {
      token.tabIndex = Number(token.dataset.place) === chosen ? 0 : -1;
      if (focus && token.tabIndex === 0) token.focus({ preventScroll: true });
    }
    mark(chosen);
    if (scroll) reveal();
  }

  function send(place) {
    const box = $("#gs-place input", scope());
    if (!box || Number(box.value) === place) return;
    box.value = place;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Bring the chosen column into the middle of the sheets, sideways only. */
  function reveal() {
    for (const scroller of sheets()) {
      const name = $(".gs-names > div", scroller)?.children[known().chosen];
      if (!name) continue;
      const label = $(".gs-row > b", scroller).offsetWidth;
      const wide = scroller.clientWidth - label;
      const left = name.offsetLeft - scroller.scrollLeft - label;
      if (left < 0 || left + name.offsetWidth > wide) scroller.scrollLeft = name.offsetLeft - label - wide / 2;
    }
  }

  /** A shadow at an end of a sheet that goes on there. */
  function fade() {
    for (const scroller of sheets()) {
      const rest = scroller.scrollWidth - scroller.clientWidth - scroller.scrollLeft;
      scroller.classList.toggle("gs-more-right", rest > 2);
      scroller.classList.toggle("gs-more-left", scroller.scrollLeft > 2);
    }
  }

  /** The token under the pointer, in the text or in a column of a sheet; -1 if none. */
  function placeOf(event) {
    const token = within(event, ".gs-token");
    if (token) return Number(token.dataset.place);
    const row = within(event, ".gs-row > div");
    if (!row) return -1;
    const tokens = Number(row.closest(".gs-grid").style.getPropertyValue("--n"));
    const box = row.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * tokens);
    return place >= 0 && place < count() ? place : -1;
  }

  function readout(event) {
    const picture = within(event, ".gs-staves .gs-map img");
    const data = picture && read();
    if (!data) return;
    data.values ??= new Int16Array(bytes(data.root.dataset.values).buffer);
    const place = placeOf(event);
    const box = picture.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * data.order.length);
    if (place < 0 || !(row in data.order)) return;
    const unit = data.order[row];
    const value = data.values[place * data.order.length + unit] * data.step;
    $(".gs-readout", data.root).textContent =
      `unit ${unit} · ${data.tokens[place]} (${place + 1}) · ${data.symbol} = ${number(value, 3)}`;
  }

  addEventListener("resize", zoom);
  document.addEventListener(
    "scroll",
    (event) => {
      const scroller = within(event, ".gs-scroll");
      if (!scroller) return;
      for (const other of sheets()) if (other !== scroller) other.scrollLeft = scroller.scrollLeft;
      fade();
    },
    true,
  );
  document.addEventListener("pointermove", (event) => {
    const place = placeOf(event);
    mark(place < 0 ? known().chosen : place);
    readout(event);
  });
  document.addEventListener("click", (event) => {
    const place = placeOf(event);
    if (place >= 0) choose(place, { focus: Boolean(within(event, ".gs-token")) });
    const symbol = within(event, ".gs-staves [data-symbol]")?.dataset.symbol;
    if (symbol && place < 0) $(`.gs-quantity input[value="${symbol}"]`, scope())?.click();
    if (within(event, ".gs-zoom")) {
      fit = !fit;
      zoom();
    }
  });
  document.addEventListener("focusin", (event) => {
    const token = within(event, ".gs-token");
    if (token) mark(Number(token.dataset.place));
  });
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.closest("#gs-review")) {
      event.preventDefault();
      // Gradio takes a text over when it is typed; a click in the next frame sends what stands there now
      requestAnimationFrame(() => $("#gs-analyse")?.click());
      return;
    }
    if (!target.closest(".gs-text, .gs-scroll, .gs-player") || target.closest("select, input")) return;
    const steps = { ArrowLeft: -1, ArrowRight: 1 };
    const ends = { Home: 0, End: Number.MAX_SAFE_INTEGER };
    const focus = Boolean(target.closest(".gs-text"));
    if (event.key in steps) choose(known().chosen + steps[event.key], { focus });
    else if (event.key in ends) choose(ends[event.key], { focus });
    else if ((event.key === "Enter" || event.key === " ") && target.closest(".gs-token"))
      choose(Number(target.dataset.place), { focus });
    else return;
    event.preventDefault();
  });

  /* The player: goes from token to token in the order in which the chosen direction reads. */
  let playing = 0; // the timer, 0 while it stands still

  const onward = () => ($("#gs-direction input:checked")?.value === "backward" ? -1 : 1);

  function pause() {
    clearInterval(playing);
    playing = 0;
    label();
  }

  function label() {
    for (const button of all(".gs-play")) {
      button.textContent = playing ? "❚❚ Pause" : "▶ Play";
      button.setAttribute("aria-pressed", String(Boolean(playing)));
    }
  }

  function play() {
    const last = onward() > 0 ? count() - 1 : 0;
    if (known().chosen === last) choose(count() - 1 - last); // from the beginning again
    playing = setInterval(
      () => {
        const next = known().chosen + onward();
        if (next < 0 || next >= count() || !$(".gs-player")?.offsetParent) pause();
        else choose(next);
      },
      1000 / Number($(".gs-pace")?.value ?? 1),
    );
    label();
  }

  document.addEventListener("click", (event) => {
    if (within(event, ".gs-play")) playing ? pause() : play();
    else if (within(event, ".gs-next")) choose(known().chosen + onward());
    else if (within(event, ".gs-back")) choose(known().chosen - onward());
  });
  document.addEventListener("change", (event) => {
    if (within(event, ".gs-pace") && playing) {
      pause();
      play();
    }
  });

  document.addEventListener("click", (event) => {
    const button = within(event, ".gs-projector-switch");
    if (!button) return;
    const on = document.documentElement.classList.toggle("gs-projector");
    button.setAttribute("aria-pressed", String(on));
    dispatchEvent(new Event("resize"));
  });

  /* A review that was changed since it was analysed: what is shown is of the text before, and says so. */
  let analysed = null; // the text in the box when the page was drawn
  const written = () => $("#gs-review textarea")?.value ?? null;
  const stale = () => document.body.classList.toggle("gs-stale", analysed !== null && written() !== analysed);
  document.addEventListener("input", (event) => {
    if (within(event, "#gs-review")) stale();
    if (within(event, "#gs-compare-a, #gs-compare-b")) document.body.classList.add("gs-stale-pair");
  });

  /* A step of the lesson is about a picture: bring that below the lesson. */
  let follow = false; // whether the next drawing belongs to a step of the lesson
  document.addEventListener("click", (event) => {
    if (within(event, ".gs-lesson-go")) follow = true;
  });

  function showPicture() {
    if (!follow) return;
    follow = false;
    setTimeout(() => {
      const holder = $(".gs-lesson");
      // the lesson on gradients speaks of the words as well
      const target = $($("#gs-decay")?.offsetParent ? "#gs-reading" : "#gs-where");
      if (!holder || !target?.offsetParent) return;
      const style = getComputedStyle(holder.closest(".gs-lesson-holder"));
      const beside = style.position === "fixed";
      if (!beside && style.position !== "sticky") return; // the texts come first where both do not fit
      const covered = beside ? 0 : holder.closest(".gs-lesson-holder").offsetHeight;
      scrollTo({ top: scrollY + target.getBoundingClientRect().top - covered - 8, behavior: "smooth" });
    }, 400);
  }
  addEventListener("hashchange", () => location.reload()); // a link that is opened in a page that stands open already

  /* New drawings: Python says which token is chosen in a new review. Gradio may replace the elements or change them in
     place, so both are observed; a sheet that comes into sight takes its width then. */
  const sizes = new ResizeObserver(() => {
    take();
    zoom();
  });

  /** Take over which token Python says is chosen, where it speaks of a new review. */
  function take() {
    const text = $(".gs-reading", scope());
    if (!text) return;
    const here = known();
    if (text.dataset.asked !== here.asked) {
      here.asked = text.dataset.asked;
      here.chosen = Number(text.dataset.chosen);
      pause();
      if (text.closest("#gs-reading")) {
        analysed = written();
        stale();
        showPicture();
      }
    }
    choose(here.chosen, { scroll: false, tell: false });
  }

  new MutationObserver((changes) => {
    if (changes.some(({ target }) => target.closest?.("#gs-compared"))) document.body.classList.remove("gs-stale-pair");
    const drawn = changes.some(
      ({ target }) =>
        target.closest?.("#gs-staves, #gs-reading, .gs-sheet-holder") && !target.closest(".gs-readout, output"),
    );
    if (!drawn) return;
    stave = null;
    for (const scroller of all(".gs-scroll")) sizes.observe(scroller);
    take();
    zoom();
  }).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-numbers", "data-values", "data-place", "data-asked", "style"],
  });
})();
