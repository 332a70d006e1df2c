/* Saves a picture of the page as PNG: a chart, a drawing, or a sheet with its names and rows. */

const SCALE = 2; // pixels of the file for each pixel of the page
const LARGEST = 16000; // pixels that a browser's canvas holds on a side
const STYLES = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "opacity", "font-family",
  "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline", "vector-effect", "filter", "display",
];

function save(canvas, name) {
  const link = document.createElement("a");
  link.href = canvas.toDataURL("image/png");
  link.download = name;
  link.click();
}

function load(source) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve(picture);
    picture.onerror = reject;
    picture.src = source;
  });
}

/** A drawing as an image of its own, with the styles that the page gives it. */
function standAlone(drawing) {
  const copy = drawing.cloneNode(true);
  const from = [drawing, ...drawing.querySelectorAll("*")];
  const to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((each, place) => {
    const style = getComputedStyle(each);
    for (const name of STYLES) to[place].style.setProperty(name, style.getPropertyValue(name));
  });
  const box = drawing.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", box.width);
  copy.setAttribute("height", box.height);
  return load(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`);
}

function canvasOf(width, height, root) {
  const scale = Math.min(SCALE, LARGEST / width, LARGEST / height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.fillStyle = getComputedStyle(root).getPropertyValue("--gs-surface") || "#fff";
  pen.fillRect(0, 0, width, height);
  return canvas;
}

function write(pen, element, x, y, text = element.textContent) {
  const style = getComputedStyle(element);
  pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  pen.fillStyle = style.color;
  pen.fillText(text, x, y);
}

/** Name and remark of a row, line by line as they stand on the page. */
function label(pen, name, origin) {
  const range = document.createRange();
  const walker = document.createTreeWalker(name, NodeFilter.SHOW_TEXT);
  pen.textBaseline = "middle";
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (!text.data.trim()) continue;
    for (const word of text.data.matchAll(/\S+/g)) {
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const box = range.getBoundingClientRect();
      if (!box.width) continue;
      const left = box.left - name.getBoundingClientRect().left;
      write(pen, text.parentElement, left, box.top + box.height / 2 - origin.top, word[0]);
    }
  }
}

async function sheet(scroller) {
  const grid = scroller.querySelector(".gs-grid");
  const origin = grid.getBoundingClientRect();
  const canvas = canvasOf(origin.width + 60, origin.height, grid);
  const pen = canvas.getContext("2d");
  for (const row of grid.querySelectorAll(".gs-row")) {
    const holder = row.lastElementChild;
    for (const drawing of holder.querySelectorAll(":scope > svg, :scope > img")) {
      const box = drawing.getBoundingClientRect();
      const picture = drawing.tagName === "IMG" ? drawing : await standAlone(drawing);
      pen.imageSmoothingEnabled = false;
      pen.filter = drawing.tagName === "IMG" ? getComputedStyle(drawing).filter : "none"; // drawings bring their own
      pen.drawImage(picture, box.left - origin.left, box.top - origin.top, box.width, box.height);
    }
    label(pen, row.firstElementChild, origin);
  }
  for (const name of grid.querySelectorAll(".gs-names bdi")) {
    if (getComputedStyle(name).display === "none") continue;
    const column = name.parentElement.getBoundingClientRect();
    pen.save();
    pen.translate(column.left - origin.left + column.width / 2, column.bottom - origin.top - 6);
    pen.rotate((-52 * Math.PI) / 180);
    write(pen, name, 0, 0);
    pen.restore();
  }
  return canvas;
}

/** A drawing with words and marks over it, each where it stands on the page. */
async function overlaid(source) {
  const origin = source.getBoundingClientRect();
  const canvas = await drawing(source.querySelector("svg"));
  const pen = canvas.getContext("2d");
  for (const mark of source.querySelectorAll("i")) {
    const [box, style] = [mark.getBoundingClientRect(), getComputedStyle(mark)];
    pen.save();
    pen.translate(box.left - origin.left + box.width / 2, box.top - origin.top + box.height / 2);
    pen.beginPath();
    if (style.transform === "none") {
      pen.arc(0, 0, box.width / 2 - 1, 0, 2 * Math.PI);
    } else {
      const side = mark.offsetWidth - 2;
      pen.rotate(Math.PI / 4); // the only marks that are turned are squares on their corner
      pen.rect(-side / 2, -side / 2, side, side);
    }
    Object.assign(pen, { fillStyle: style.backgroundColor, strokeStyle: style.borderTopColor, lineWidth: 2 });
    pen.fill();
    pen.stroke();
    pen.restore();
  }
  label(pen, source, origin);
  return canvas;
}

async function drawing(source) {
  const box = source.getBoundingClientRect();
  const canvas = canvasOf(box.width, box.height, source);
  canvas.getContext("2d").drawImage(await standAlone(source), 0, 0, box.width, box.height);
  return canvas;
}

/** Columns that wrap as words do: the coloured boxes and the words in them, where they stand on the page. */
function columns(source) {
  const canvas = canvasOf(source.scrollWidth, source.scrollHeight, source);
  const pen = canvas.getContext("2d");
  const origin = source.getBoundingClientRect();
  const at = (box) => [box.left - origin.left + source.scrollLeft, box.top - origin.top + source.scrollTop];
  for (const each of source.querySelectorAll("*")) {
    const box = each.getBoundingClientRect();
    pen.fillStyle = getComputedStyle(each).backgroundColor;
    if (box.width) pen.fillRect(...at(box), box.width, box.height);
    if (!each.matches(".gs-lane") || !box.width) continue;
    pen.fillStyle = getComputedStyle(each, "::before").borderTopColor;
    const [left, top] = at(box);
    pen.fillRect(left, top + box.height / 2, box.width, 1);
  }
  pen.textBaseline = "middle";
  const range = document.createRange();
  const walker = document.createTreeWalker(source, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    const [left, top] = at(box);
    if (box.width) write(pen, walker.currentNode.parentElement, left, top + box.height / 2, range.toString().trim());
  }
  return canvas;
}

/** Listen to the buttons that save a picture in a part of the page. */
export function savePictures(root) {
  root.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest(".gs-png");
    if (!button) return;
    const name = button.dataset.name;
    const chart = button.dataset.chart && root.querySelector(`#${button.dataset.chart} .js-plotly-plot`);
    if (chart) {
      const onPaper = { data: chart.data, layout: { ...chart.layout, paper_bgcolor: "#fff" } };
      const { offsetWidth: width, offsetHeight: height } = chart;
      window.Plotly.downloadImage(onPaper, { format: "png", filename: name.replace(/\.png$/, ""), scale: SCALE, width, height });
      return;
    }
    const around = button.closest(".gs-picture");
    const source = around?.querySelector(".gs-scroll, .gs-pairs, .gs-plane") ?? around?.querySelector("svg");
    if (!source) return;
    const ways = { svg: drawing, ".gs-pairs": columns, ".gs-plane": overlaid, ".gs-scroll": sheet };
    const kind = Object.keys(ways).find((each) => source.matches(each));
    save(await ways[kind](source), name);
  });
}
