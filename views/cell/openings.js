/* Hands what the server says of a valve (views/cell/tried.py: answer) to the cell in hand. */
import { handed } from "../stage/handed.js";

export const attach = handed("openings");
