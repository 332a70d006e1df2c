/* What the whole page does from its beginning: it follows the lesson, and a link that is opened where it stands open. */
import { attach as followLesson } from "./lesson.js";

export function attach() {
  followLesson();
  addEventListener("hashchange", () => location.reload());
}
