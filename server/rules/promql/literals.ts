import { parseDuration } from "../../core/duration.js";
import { Refusal, type Span } from "../text-problem.js";

/** A year as Prometheus counts it, 365 days, in milliseconds. */
export const yearMs = 365 * 86_400_000;

const decimal = /^(?:0|[1-9]\d*)?(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const hexadecimal = /^0x[0-9a-fA-F]+$/;
const infinity = /^inf$/i;
const notANumber = /^nan$/i;

/** Reads a duration such as `1h30m` in milliseconds; it must be positive. */
export function readDurationMs(text: string, span: Span): number {
  const ms = text === "0" ? null : parseDuration(text);
  if (ms === null) {
    throw new Refusal(`"${text}" is not a duration; write for example 5m, 1h30m or 7d, largest unit first.`, span);
  }
  if (ms === 0) throw new Refusal("A duration must be greater than 0.", span);
  return ms;
}

/** Reads a number without its sign. Forms that versions of Prometheus read differently are refused. */
export function readNumber(text: string, span: Span): number {
  if (infinity.test(text)) return Number.POSITIVE_INFINITY;
  if (notANumber.test(text)) return Number.NaN;
  const value = Number(text);
  if (hexadecimal.test(text) && Number.isSafeInteger(value)) return value;
  if (text !== "" && decimal.test(text) && Number.isFinite(value)) return value;
  if (parseDuration(text) !== null) throw new Refusal(`Write ${text} in seconds: a duration is no number here.`, span);
  if (/^0\d/.test(text))
    throw new Refusal(`Write ${text} without leading zeros; Prometheus reads them as octal.`, span);
  throw new Refusal(`"${text}" is not a number that every Prometheus reads; write it in plain decimals.`, span);
}

const simpleEscapes: ReadonlyMap<string, string> = new Map(
  Object.entries({ a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\" }),
);
const escapeSequence = /\\(?:([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]?))/g;

/** Reads a string literal, in single quotes, double quotes or backticks, as Prometheus does (util/strutil/quote.go). */
export function readString(text: string, span: Span): string {
  const quote = text[0];
  if (text.length < 2 || !text.endsWith(String(quote))) {
    throw new Refusal(`This string does not end; close it with ${quote}.`, span);
  }
  const body = text.slice(1, -1);
  if (quote === "`") return body;
  if (body.includes("\n")) throw new Refusal("Write a line break in a string as \\n.", span);
  return body.includes("\\") ? body.replaceAll(escapeSequence, unescapeOf(quote, span)) : body;
}

function unescapeOf(quote: string | undefined, span: Span) {
  return (written: string, octal?: string, byte?: string, short?: string, long?: string, simple?: string): string => {
    if (simple !== undefined) {
      const character = simple === quote ? quote : simpleEscapes.get(simple);
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

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const namedEscapes: ReadonlyMap<string, string> = new Map(
  Object.entries({ '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" }),
);

/** Prints a string in double quotes so that every Prometheus reads back exactly `value`. */
export function printString(value: string): string {
  if (/^[\w .:/|*+()^$?=,;@%&<>!~#-]*$/.test(value)) return `"${value}"`;
  return `"${Array.from(value, printCharacter).join("")}"`;
}

function printCharacter(character: string): string {
  const named = namedEscapes.get(character);
  if (named !== undefined) return named;
  // Prometheus refuses U+FFFD in a literal: its decoder gives the same for bytes that are no UTF-8.
  if (printable.test(character) && character !== "\ufffd") return character;
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Prints a number so that it is read back as the very same double. */
export function printNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return Object.is(value, -0) ? "-0" : String(value);
}
