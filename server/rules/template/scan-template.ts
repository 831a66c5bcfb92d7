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

const opening = "{{";
const closing = "}}";
const commentStart = /\{\{(?:-[ \t\r\n])?\/\*/y;
const commentEnd = /\*\/(?:[ \t\r\n]-)?\}\}/y;
const trimAfterOpening = /-(?=[ \t\r\n])/y;
const whiteSpace = /[ \t\r\n]+/y;
const actionEnd = /(?:[ \t\r\n]+-)?\}\}/y;
/** What must follow a word, a variable or a field, as in Go's `atTerminator`. */
const terminator = /^(?:$|[ \t\r\n.|()]|\}\})/;

const tokenPatterns: readonly (readonly [TemplateToken["kind"], RegExp])[] = [
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
  let at = text.indexOf(opening);
  while (at !== -1) {
    const comment = lengthOf(commentStart, text, at);
    const action = comment > 0 ? scanComment(text, at, comment) : scanAction(text, at);
    if (comment === 0 || action.problem) actions.push(action);
    at = text.indexOf(opening, action.to);
  }
  return actions;
}

function scanComment(text: string, from: number, length: number): TemplateAction {
  const end = text.indexOf("*/", from + length);
  const close = end === -1 ? 0 : lengthOf(commentEnd, text, end);
  if (close > 0) return { tokens: [], from, to: end + close };
  return unreadable(text, [], from, from, "This comment is not closed; end it with */}}.");
}

function scanAction(text: string, from: number): TemplateAction {
  const tokens: TemplateToken[] = [];
  let at = from + opening.length;
  at += lengthOf(trimAfterOpening, text, at);
  for (;;) {
    const close = lengthOf(actionEnd, text, at);
    if (close > 0) return { tokens, from, to: at + close };
    if (at >= text.length) return unreadable(text, tokens, from, from, "This is not closed; end it with }}.");
    const space = lengthOf(whiteSpace, text, at);
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
  for (const [kind, pattern] of tokenPatterns) {
    const length = lengthOf(pattern, text, from);
    if (length === 0) continue;
    const to = from + length;
    const isName = kind === "variable" || kind === "field" || kind === "word";
    return isName && !terminator.test(text.slice(to, to + 2))
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
  const close = text.indexOf(closing, at);
  const to = close === -1 ? text.length : close + closing.length;
  return { tokens, from, to, problem: { message, from: at, to } };
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
