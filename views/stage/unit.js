/* The unit that is looked at, as the controls of the page say it. */

const SETTLES = 300; // ms from a drawing to its place on the page

/** Look at a unit; of another layer or direction too, where these are given. */
export function chooseUnit(root, { layer, direction, unit }) {
  if (layer) check(root.querySelector(`#gs-layer input[value="${layer}"]`));
  if (direction) check(root.querySelector(`#gs-direction input[value="${direction}"]`));
  const box = root.querySelector("#gs-unit input");
  if (!box) return false;
  box.value = unit;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

/** The same, and into its cell. */
export function openCell(root, chosen) {
  if (!chooseUnit(root, chosen)) return;
  root.querySelector("#gs-tab-step-button")?.click();
  root.querySelector("#gs-inside").scrollIntoView({ block: "start" });
}

/** The same, and to where it is highest and lowest across reviews. */
export function showAcross(root, chosen) {
  if (!chooseUnit(root, chosen)) return;
  root.querySelector("#gs-tab-units-button")?.click();
  const show = () => setTimeout(() => root.querySelector("#gs-across")?.scrollIntoView({ block: "start" }), SETTLES);
  show();
  root.addEventListener("gs-drawn", show); // what stands above it is drawn anew, part by part
  setTimeout(() => root.removeEventListener("gs-drawn", show), 10 * SETTLES);
}

function check(choice) {
  if (choice && !choice.checked) choice.click();
}
