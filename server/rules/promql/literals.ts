import { Refusal, type Span } from "../text-problem.js";

const MS = 1;
const SECOND = 1000 * MS;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** A year as Prometheus counts it, 365 days, in milliseconds. */
export const YEAR_MS = 365 * DAY;

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const DURATION_UNITS_MS = [YEAR_MS, WEEK, DAY, HOUR, MINUTE, SECOND, MS];

const NUMBER = /^(?:0|[1-9]\d*)?(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^0x[0-9a-fA-F]+$/;
const INFINITY = /^inf$/i;
const NOT_A_NUMBER = /^nan$/i;

/** Reads a duration such as `1h30m` in milliseconds; it must be positive. */
export function readDurationMs(text: string, span: Span): number {
  const parts = DURATION.exec(text);
  if (!parts || text === "") {
    throw new Refusal(`"${text}" is not a duration; write for example 5m, 1h30m or 7d, largest unit first.`, span);
  }
  const ms = DURATION_UNITS_MS.reduce((sum, unit, index) => sum + Number(parts[index + 1] ?? 0) * unit, 0);
  if (ms === 0) throw new Refusal("A duration must be greater than 0.", span);
  return ms;
}

/** Reads a number without its sign. Forms that versions of Prometheus read differently are refused. */
export function readNumber(text: string, span: Span): number {
  if (INFINITY.test(text)) return Number.POSITIVE_INFINITY;
  if (NOT_A_NUMBER.test(text)) return Number.NaN;
  const value = Number(text);
  if (HEXADECIMAL.test(text) && Number.isSafeInteger(value)) return value;
  if (text !== "" && NUMBER.test(text) && Number.isFinite(value)) return value;
  if (DURATION.test(text)) throw new Refusal(`Write ${text} in seconds: a duration is no number here.`, span);
  if (/^0\d/.test(text))
    throw new Refusal(`Write ${text} without leading zeros; Prometheus reads them as octal.`, span);
  throw new Refusal(`"${text}" is not a number that every Prometheus reads; write it in plain decimals.`, span);
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\" }),
);
const ESCAPE = /\\(?:([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]?))/g;

/** Reads a string literal, in single quotes, double quotes or backticks, as Prometheus does (util/strutil/quote.go). */
export function readString(text: string, span: Span): string {
  const quote = text[0];
  if (text.length < 2 || !text.endsWith(String(quote))) {
    throw new Refusal(`This string does not end; close it with ${quote}.`, span);
  }
  const body = text.slice(1, -1);
  if (quote === "`") return body;
  if (body.includes("\n")) throw new Refusal("Write a line break in a string as \\n.", span);
  return body.includes("\\") ? body.replaceAll(ESCAPE, unescapeOf(quote, span)) : body;
}

function unescapeOf(quote: string | undefined, span: Span) {
  return (written: string, octal?: string, byte?: string, short?: string, long?: string, simple?: string): string => {
    if (simple !== undefined) {
      const character = simple === quote ? quote : SIMPLE_ESCAPES.get(simple);
      if (character !== undefined) return character;
      throw new Refusal(`"${written}" is no escape sequence; a backslash itself is written \\\\.`, span);
    }
    const code = octal === undefined ? Number.parseInt(byte ?? short ?? long ?? "", 16) : Number.parseInt(octal, 8);
    const isByte = octal !== undefined || byte !== undefined;
    if (isByte && code > 0x7f) {
      throw new Refusal(`"${written}" is a single byte beyond ASCII; write the character itself, or \\u….`, span);
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      throw new Refusal(`"${written}" is no Unicode character.`, span);
    }
    return String.fromCodePoint(code);
  };
}

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const NAMED_ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" }),
);

/** Prints a string in double quotes so that every Prometheus reads back exactly `value`. */
export function printString(value: string): string {
  if (/^[\w .:/|*+()^$?=,;@%&<>!~#-]*$/.test(value)) return `"${value}"`;
  return `"${Array.from(value, printCharacter).join("")}"`;
}

function printCharacter(character: string): string {
  const named = NAMED_ESCAPES.get(character);
  if (named !== undefined) return named;
  // Prometheus refuses U+FFFD in a literal: its decoder gives the same for bytes that are no UTF-8.
  if (PRINTABLE.test(character) && character !== "\ufffd") return character;
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

const PRINTED_UNITS: readonly (readonly [unit: string, ms: number, onlyWhole: boolean])[] = [
  ["y", YEAR_MS, true],
  ["w", WEEK, true],
  ["d", DAY, false],
  ["h", HOUR, false],
  ["m", MINUTE, false],
  ["s", SECOND, false],
  ["ms", MS, false],
];

/** Prints a positive duration as Prometheus does: years and weeks only when nothing remains, since 90d reads better than 12w6d. */
export function printDuration(durationMs: number): string {
  let rest = durationMs;
  let text = "";
  for (const [unit, ms, onlyWhole] of PRINTED_UNITS) {
    const count = Math.floor(rest / ms);
    if (count === 0 || (onlyWhole && rest % ms !== 0)) continue;
    text += `${count}${unit}`;
    rest -= count * ms;
  }
  return text;
}

/** Prints a number so that it is read back as the very same double. */
export function printNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return Object.is(value, -0) ? "-0" : String(value);
}
