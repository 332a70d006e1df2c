/* Links the running text, the staves and the numbers: what is marked in one is marked in the others.

   All listeners sit on the document, since Gradio replaces the content of its components. Text from a review is only
   ever written with textContent. */
(() => {
  "use strict";
  let chosen = 0; // the token that was clicked or reached by arrow keys
  let fit = false; // whether the staves show the whole review at once
  let stave = null; // what is known about the staves on the page: see read()

  const $ = (selector, root = document) => root.querySelector(selector);
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const number = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
  const signed = (value, digits = 2) => (value >= 0 ? "+" : "") + number(value, digits);

  /** The data of the staves on the page, decoded once for each time they are drawn; the observer below resets it. */
  function read() {
    const root = $(".gs-staves");
    if (!root) return null;
    if (stave) return stave;
    stave = {
      root,
      ...JSON.parse(root.dataset.numbers),
      symbol: root.dataset.symbol,
      step: Number(root.dataset.step),
      values: new Int16Array(bytes(root.dataset.values).buffer),
      order: new Uint16Array(bytes(root.dataset.units).buffer),
    };
    return stave;
  }

  function mark(place) {
    const data = read();
    if (!data || !(place in data.tokens)) return;
    for (const old of document.querySelectorAll(".gs-marked")) old.classList.remove("gs-marked");
    for (const each of document.querySelectorAll(`.gs-token[data-place="${place}"]`)) each.classList.add("gs-marked");
    data.root.querySelectorAll(".gs-names span")[place].classList.add("gs-marked");
    $(".gs-grid", data.root).style.setProperty("--at", place);
    describe(data, place);
  }

  /** The numbers of one token, as terms and values. */
  function describe(data, place) {
    const panel = $("#gs-detail");
    if (!panel) return;
    const terms = [["attribution", data.signed ? signed(data.scores[place]) : number(data.scores[place], 3), data.unit]];
    for (const each of data.quantities) {
      const gate = "ifo".includes(each.symbol);
      const ends = gate
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
    const data = read();
    if (!data) return;
    const wide = $(".gs-scroll", data.root).clientWidth - $(".gs-row > b", data.root).offsetWidth;
    const column = Math.min(56, Math.max(fit ? 1 : 26, wide / data.tokens.length));
    data.root.classList.toggle("gs-fit", column < 16);
    data.root.style.setProperty("--gs-col", `${column}px`);
    $(".gs-zoom", data.root).setAttribute("aria-pressed", String(fit));
    reveal(data);
  }

  function choose(place, { scroll = true, focus = false } = {}) {
    const data = read();
    if (!data) return;
    chosen = Math.max(0, Math.min(place, data.tokens.length - 1));
    for (const token of document.querySelectorAll(".gs-token")) {
      token.tabIndex = Number(token.dataset.place) === chosen ? 0 : -1;
      if (focus && token.tabIndex === 0) token.focus({ preventScroll: true });
    }
    mark(chosen);
    if (scroll) reveal(data);
  }

  /** Bring the chosen column into the middle of the staves, sideways only. */
  function reveal(data) {
    const scroller = $(".gs-scroll", data.root);
    const name = data.root.querySelectorAll(".gs-names span")[chosen];
    const label = $(".gs-row > b", data.root).offsetWidth;
    const wide = scroller.clientWidth - label;
    const left = name.offsetLeft - scroller.scrollLeft - label;
    if (left < 0 || left + name.offsetWidth > wide) scroller.scrollLeft = name.offsetLeft - label - wide / 2;
  }

  /** The token under the pointer, in the text or in a column of the staves; -1 if none. */
  function placeOf(event) {
    const target = event.target instanceof Element ? event.target : null;
    const token = target?.closest(".gs-token");
    if (token) return Number(token.dataset.place);
    const row = target?.closest(".gs-row > div");
    const data = row && read();
    if (!data) return -1;
    const box = row.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * data.tokens.length);
    return place in data.tokens ? place : -1;
  }

  function readout(event) {
    const picture = event.target instanceof Element && event.target.closest(".gs-map img");
    const data = picture && read();
    if (!data) return;
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
  document.addEventListener("pointermove", (event) => {
    const place = placeOf(event);
    mark(place < 0 ? chosen : place);
    readout(event);
  });
  document.addEventListener("click", (event) => {
    const place = placeOf(event);
    if (place >= 0) choose(place, { focus: Boolean(event.target.closest(".gs-token")) });
    const symbol = event.target instanceof Element && event.target.closest("[data-symbol]")?.dataset.symbol;
    if (symbol && place < 0) $(`#gs-quantity input[value="${symbol}"]`)?.click();
    if (event.target instanceof Element && event.target.closest(".gs-zoom")) {
      fit = !fit;
      zoom();
    }
  });
  document.addEventListener("focusin", (event) => {
    const token = event.target instanceof Element && event.target.closest(".gs-token");
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
    if (!target.closest(".gs-text, .gs-scroll")) return;
    const steps = { ArrowLeft: -1, ArrowRight: 1 };
    const ends = { Home: 0, End: Number.MAX_SAFE_INTEGER };
    const focus = Boolean(target.closest(".gs-text"));
    if (event.key in steps) choose(chosen + steps[event.key], { focus });
    else if (event.key in ends) choose(ends[event.key], { focus });
    else if (event.key === "Enter" || event.key === " ") choose(Number(target.dataset.place ?? chosen), { focus });
    else return;
    event.preventDefault();
  });

  // New staves: a new review starts at the token that Python chose; another gate or method keeps the token. Gradio
  // may replace the elements or change them in place, so both are observed.
  let text = "";
  new MutationObserver((changes) => {
    const drawn = changes.some(
      ({ target }) => target.closest?.("#gs-staves, #gs-reading") && !target.closest(".gs-readout"),
    );
    if (!drawn) return;
    stave = null;
    const data = read();
    if (!data) return;
    const now = data.tokens.join(" ");
    if (now !== text) chosen = Number($(".gs-token[tabindex='0']")?.dataset.place ?? 0);
    text = now;
    choose(chosen, { scroll: false });
    zoom();
  }).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-numbers", "data-values", "data-place"],
  });
})();
