import type { Labels } from "../../core/labels.js";

/** Characters of a text that has a column of its own. */
export const longestColumn = 255;

const mostEntries = 64;
const mostCharacters = 1_024;

/** Names and texts of which very long ones are cut, and very many left out: history keeps what people read. */
export function cutTexts(texts: Labels): Labels {
  const entries = Object.entries(texts);
  if (entries.length <= mostEntries && entries.every(([, text]) => text.length <= mostCharacters)) return texts;
  return Object.fromEntries(entries.slice(0, mostEntries).map(([name, text]) => [name, cut(text)]));
}

function cut(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`;
}
