import type { Spend } from "./regex-program.js";

/** Says whether a text, as a whole, is matched, and tells what steps that takes. */
export type Regex = (text: string, spend: Spend) => boolean;

interface Alternative {
  readonly text: string;
  /** How many characters there must be before and after the text; null where there may be none. */
  readonly least: readonly [before: number | null, after: number | null];
}

const alternative = /^(\.[*+])?((?:[^\\.+*?()|[\]{}^$]|\\[!-/:-@[-`{-~])*)(\.[*+])?$/;
const escaped = /\\(.)/g;
const loneSurrogate = /\p{Surrogate}/u;
const charactersPerStep = 64;

/**
 * Reads a regular expression that is no more than texts, each with `.*` or `.+` around it if at all, and `|` between them:
 * `web-.*`, `a|b|c`, `.+`. Most are, and need no engine. Null for all others.
 */
export function readPlainPattern(pattern: string): Regex | null {
  if (loneSurrogate.test(pattern)) return null;
  const read = pattern.split(/(?<!\\)\|/).map(readAlternative);
  const alternatives = read.filter((one) => one !== null);
  if (alternatives.length < read.length) return null;
  const whole = new Set(alternatives.filter(isWhole).map(({ text }) => text));
  const open = alternatives.filter((one) => !isWhole(one));
  return (text, spend) => {
    spend(1);
    if (whole.has(text)) return true;
    if (open.length === 0) return false;
    spend(Math.ceil(text.length / charactersPerStep));
    // No `.` takes a newline, and the texts between them have none.
    return !text.includes("\n") && open.some((one) => holds(one, text, spend));
  };
}

function readAlternative(pattern: string): Alternative | null {
  const [found, before, text = "", after] = alternative.exec(pattern) ?? [];
  if (found === undefined) return null;
  const isOpen = before !== undefined || after !== undefined;
  // What would need a closer look: a newline beside a wildcard, and two wildcards that share their characters.
  if (isOpen && text.includes("\n")) return null;
  if (text === "" && before !== undefined && after !== undefined) return null;
  return { text: text.replace(escaped, "$1"), least: [leastOf(before), leastOf(after)] };
}

function leastOf(wildcard: string | undefined): number | null {
  return wildcard === undefined ? null : wildcard === ".+" ? 1 : 0;
}

function isWhole({ least: [before, after] }: Alternative): boolean {
  return before === null && after === null;
}

function holds({ text: part, least: [before, after] }: Alternative, text: string, spend: Spend): boolean {
  spend(1);
  if (text.length < part.length + (before ?? 0) + (after ?? 0)) return false;
  if (before === null) return text.startsWith(part);
  if (after === null) return text.endsWith(part);
  spend(Math.ceil((part.length * text.length) / charactersPerStep));
  const at = text.indexOf(part, before);
  return at >= 0 && at + part.length + after <= text.length;
}
