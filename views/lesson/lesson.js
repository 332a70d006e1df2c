/* A step of the lesson is about a picture: bring that below the lesson.

   Listens to the document, since the lesson's buttons are Gradio's own, which take no script, stand in two places of the
   page, and the answer that follows is drawn in a third. */

export function attach() {
  let follow = false; // whether the next answer belongs to a step of the lesson
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest(".gs-lesson-go")) follow = true;
  });
  document.addEventListener("gs-drawn", (event) => {
    if (!follow || !event.target.closest("#gs-reading")) return;
    follow = false;
    setTimeout(showPicture, 400); // the tabs below have changed their height by then
  });
}

function showPicture() {
  const holder = document.querySelector(".gs-lesson")?.closest(".gs-lesson-holder");
  // the lesson on gradients speaks of the words as well
  const target = document.querySelector(document.querySelector("#gs-decay")?.offsetParent ? "#gs-reading" : "#gs-where");
  if (!holder || !target?.offsetParent) return;
  const { position } = getComputedStyle(holder);
  const beside = position === "fixed";
  if (!beside && position !== "sticky") return; // the texts come first where both do not fit
  const covered = beside ? 0 : holder.offsetHeight;
  scrollTo({ top: scrollY + target.getBoundingClientRect().top - covered - 8, behavior: "smooth" });
}
