/* Hands what the server says of each token (views/stage/stage.py: moments) to the stage. */
import { handed } from "./handed.js";

export const attach = handed("moments");
