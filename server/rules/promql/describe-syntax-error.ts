import type { TextProblem } from "../text-problem.js";

const shownCharacters = 20;

/** Says in plain words what is wrong where the grammar gave up, which was at `from`. */
export function describeSyntaxError(text: string, from: number, to: number): TextProblem {
  const rest = text.slice(from).trimStart();
  if (rest === "") {
    const message = "The expression ends too early; a closing bracket, a closing quote or an operand is missing.";
    return { message, from: text.trimEnd().length, to: text.length };
  }
  const start = text.length - rest.length;
  const name = /([a-zA-Z_:][\w:]*)\s*$/.exec(text.slice(0, start));
  if (rest.startsWith("(") && name?.[1]) {
    const message = `"${name[1]}" is not a function that may be used here; check its spelling.`;
    return { message, from: name.index, to: name.index + name[1].length };
  }
  const shown = rest.length > shownCharacters ? `${rest.slice(0, shownCharacters)}…` : rest;
  const message = `The expression cannot be read from "${shown}" on; check the brackets, commas, quotes and operators around it.`;
  return { message, from: start, to: Math.max(to, start + 1) };
}
