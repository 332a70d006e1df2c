/* Hands the scores that came after the reading (views/stage/stage.py: scores) to the stage and the staves. */
import { handed } from "./handed.js";

export const attach = handed("scores");
