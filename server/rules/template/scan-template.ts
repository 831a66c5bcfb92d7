import type { Span, TextProblem } from "../text-problem.js";

/** A word of the language inside `{{ … }}`. */
export interface TemplateToken extends Span {
  readonly kind: "string" | "number" | "variable" | "field" | "dot" | "word" | "(" | ")" | "|";
  readonly text: string;
}

/** One `{{ … }}`; with a `problem`, its tokens are those before the place that could not be read. */
export interface TemplateAction extends Span {
  readonly tokens: readonly TemplateToken[];
  readonly problem?: TextProblem;
}

const OPENING = "{{";
const CLOSING = "}}";
const COMMENT = /\{\{(?:-[ \t\r\n])?\/\*/y;
const COMMENT_END = /\*\/(?:[ \t\r\n]-)?\}\}/y;
const TRIM_AFTER_OPENING = /-(?=[ \t\r\n])/y;
const SPACE = /[ \t\r\n]+/y;
const CLOSE = /(?:[ \t\r\n]+-)?\}\}/y;
/** What must follow a word, a variable or a field, as in Go's `atTerminator`. */
const TERMINATOR = /^(?:$|[ \t\r\n.|()]|\}\})/;

const TOKENS: readonly (readonly [TemplateToken["kind"], RegExp])[] = [
  ["string", /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y],
  ["number", /[-+]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])/y],
  ["variable", /\$[A-Za-z_]?\w*/y],
  ["field", /\.[A-Za-z_]\w*/y],
  ["dot", /\./y],
  ["word", /[A-Za-z_]\w*/y],
  ["(", /\(/y],
  [")", /\)/y],
  ["|", /\|/y],
];

/**
 * Finds the actions of a Go template (text/template/parse/lex.go) and cuts them into tokens; comments are left out.
 * It knows a part of the language, so that what it does not know is refused: never read past as if it were text.
 */
export function scanTemplate(text: string): readonly TemplateAction[] {
  const actions: TemplateAction[] = [];
  let at = text.indexOf(OPENING);
  while (at !== -1) {
    const comment = lengthOf(COMMENT, text, at);
    const action = comment > 0 ? scanComment(text, at, comment) : scanAction(text, at);
    if (action.tokens.length > 0 || action.problem || comment === 0) actions.push(action);
    at = text.indexOf(OPENING, action.to);
  }
  return actions;
}

function scanComment(text: string, from: number, length: number): TemplateAction {
  const end = text.indexOf("*/", from + length);
  const close = end === -1 ? 0 : lengthOf(COMMENT_END, text, end);
  if (close > 0) return { tokens: [], from, to: end + close };
  return unreadable(text, [], from, from, "This comment is not closed; end it with */}}.");
}

function scanAction(text: string, from: number): TemplateAction {
  const tokens: TemplateToken[] = [];
  let at = from + OPENING.length;
  at += lengthOf(TRIM_AFTER_OPENING, text, at);
  for (;;) {
    const close = lengthOf(CLOSE, text, at);
    if (close > 0) return { tokens, from, to: at + close };
    if (at >= text.length) return unreadable(text, tokens, from, from, "This is not closed; end it with }}.");
    const space = lengthOf(SPACE, text, at);
    at += space;
    if (space > 0) continue;
    const token = scanToken(text, at);
    if (!token) {
      return unreadable(text, tokens, from, at, "A template may only read $labels and $value, and format them.");
    }
    tokens.push(token);
    at = token.to;
  }
}

function scanToken(text: string, from: number): TemplateToken | undefined {
  for (const [kind, pattern] of TOKENS) {
    const length = lengthOf(pattern, text, from);
    if (length === 0) continue;
    const to = from + length;
    const isName = kind === "variable" || kind === "field" || kind === "word";
    return isName && !TERMINATOR.test(text.slice(to, to + 2))
      ? undefined
      : { kind, text: text.slice(from, to), from, to };
  }
  return undefined;
}

function unreadable(
  text: string,
  tokens: readonly TemplateToken[],
  from: number,
  at: number,
  message: string,
): TemplateAction {
  const close = text.indexOf(CLOSING, at);
  const to = close === -1 ? text.length : close + CLOSING.length;
  return { tokens, from, to, problem: { message, from: at, to } };
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
