/* A step of the lesson is about a picture: bring that below the stage.

   Listens to the document, since the lesson's buttons are Gradio's own, which take no script, stand in two places of the
   page, and the answer that follows is drawn in a third. */

// where the picture of a tab begins: the first that is seen is meant
const PICTURES = ["#gs-weights", ".gs-cell-figure", ".gs-unit-map", ".gs-staves", "#gs-inside"];

export function attach() {
  let follow = false; // whether the next answer belongs to a step of the lesson
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest(".gs-lesson-go")) follow = true;
    // charts hear of the window alone: tell them of the room that the lesson takes and gives back
    if (event.target.closest(".gs-lesson-go, .gs-lesson-holder button")) setTimeout(() => dispatchEvent(new Event("resize")), 700);
  });
  document.addEventListener("gs-drawn", (event) => {
    if (!follow || !event.target.closest("#gs-reading")) return;
    follow = false;
    setTimeout(showPicture, 400); // the tabs below have changed their height by then
  });
}

function showPicture() {
  if (!document.querySelector(".gs-lesson")) return;
  const picture = PICTURES.map((each) => document.querySelector(each)).find((each) => each?.offsetParent);
  picture?.scrollIntoView({ block: "start", behavior: "smooth" }); // below the stage, which covers what lies under it
}
