import { BadUserInputError } from "./errors.js";
import type { Labels } from "./labels.js";
import { Matching } from "./matching.js";
import type { TextPredicate } from "./regex.js";

/** One condition on one label, in Alertmanager's API form: `=` is isEqual, `=~` isEqual and isRegex, `!~` isRegex only. */
export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

/** Says whether a set of labels is matched; an absent label counts as "", as in Prometheus and Alertmanager. */
export type LabelPredicate = (labels: Labels) => boolean;

// Go's \s, which is less than JavaScript's: [\t\n\f\r ]. The value's own trailing space is cut by `trimEnd`, in linear time.
const syntax = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*(.*)$/s;
const operators: Readonly<Record<string, Pick<Matcher, "isRegex" | "isEqual">>> = {
  "=": { isRegex: false, isEqual: true },
  "!=": { isRegex: false, isEqual: false },
  "=~": { isRegex: true, isEqual: true },
  "!~": { isRegex: true, isEqual: false },
};

/** The value of a label, "" when it is absent; safe for labels that are named like a property of every object. */
export function labelValue(labels: Labels, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] ?? "") : "";
}

/**
 * Parses one matcher as Alertmanager 0.25 does (`pkg/labels/parse.go`): `name`, one of `= != =~ !~`, a value with or without
 * double quotes, in which `\"`, `\\` and `\n` are escapes and any other backslash is itself. Regular expressions are read,
 * and counted, by `matching`. Throws `BadUserInputError`.
 */
export function parseMatcher(text: string, matching: Matching): Matcher {
  const [, name, operator, raw] = syntax.exec(text) ?? [];
  const type = operators[operator ?? ""];
  if (name === undefined || raw === undefined || type === undefined) {
    throw new BadUserInputError(
      `"${excerpt(text)}" is not a matcher: expected a label name, one of = != =~ !~, and a value.`,
    );
  }
  const value = unquote(trimEnd(raw));
  const read = type.isRegex ? matching.read(value) : null;
  if (typeof read === "string") throw new BadUserInputError(read);
  return { name, value, ...type };
}

/** Parses a list like `{foo="bar", dings!="bums"}`, braces optional, as Alertmanager 0.25 does. Throws `BadUserInputError`. */
export function parseMatchers(text: string, matching: Matching): Matcher[] {
  const parts = splitOutsideQuotes(text.replace(/^\{/, "").replace(/\}$/, ""));
  return parts.map((part) => parseMatcher(part, matching));
}

/** Prints a matcher so that `parseMatcher` and Alertmanager's own tools read it back as it is: `name=~"value"`. */
export function formatMatcher(matcher: Matcher): string {
  const operator = matcher.isRegex ? (matcher.isEqual ? "=~" : "!~") : matcher.isEqual ? "=" : "!=";
  const value = matcher.value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
  return `${matcher.name}${operator}"${value}"`;
}

/** Whether these labels are matched. For more than one set of labels compile once with `compileMatchers`. */
export function matches(matcher: Matcher, labels: Labels): boolean {
  return compileMatchers([matcher], new Matching())(labels);
}

/**
 * Compiles matchers, ANDed, into one test of labels, whose work `matching` counts; throws `BadUserInputError` at a regular
 * expression that is invalid.
 */
export function compileMatchers(matchers: readonly Matcher[], matching: Matching): LabelPredicate {
  const tests = matchers.map((matcher) => ({ name: matcher.name, accepts: compileMatcher(matcher, matching) }));
  return (labels) => tests.every(({ name, accepts }) => accepts(labelValue(labels, name)));
}

/** Compiles one matcher into a test of its label's value. */
export function compileMatcher({ value, isRegex, isEqual }: Matcher, matching: Matching): TextPredicate {
  if (isRegex) {
    const accepts = matching.compile(value);
    return (text) => accepts(text) === isEqual;
  }
  return (text) => {
    matching.spend(1);
    return (text === value) === isEqual;
  };
}

function unquote(raw: string): string {
  const quoted = raw.startsWith('"');
  const text = quoted ? raw.slice(1) : raw;
  let closed = !quoted;
  let value = "";
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    const last = i === text.length - 1;
    if (char === "\\" && !last) {
      const next = text.charAt(++i);
      value += next === "n" ? "\n" : next === '"' || next === "\\" ? next : `\\${next}`;
    } else if (char === '"') {
      if (closed || !last) throw strayQuote(raw);
      closed = true;
    } else {
      value += char;
    }
  }
  if (!closed) throw strayQuote(raw);
  return value;
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && "\t\n\f\r ".includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function strayQuote(raw: string): BadUserInputError {
  return new BadUserInputError(
    `The matcher's value ${excerpt(raw)} has a double quote that is not escaped or not closed.`,
  );
}

// Alertmanager's own loop, kept as it is: a backslash before a comma inside quotes stays in force for the next character.
function splitOutsideQuotes(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  let escaped = false;
  for (const char of text) {
    if (char === "," && !quoted) {
      parts.push(part);
      part = "";
      continue;
    }
    if (char === '"') {
      if (!escaped) quoted = !quoted;
      escaped = false;
    } else if (char === "\\") {
      escaped = !escaped;
    } else if (char !== ",") {
      escaped = false;
    }
    part += char;
  }
  return part.trim() === "" ? parts : [...parts, part.trim()];
}

function excerpt(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
