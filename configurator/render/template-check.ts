import { costOf, type TemplateToken } from "./template-cost.js";

const words = (text: string) => new Set(text.split(" "));

const keywords = words("if else end true false and or not eq ne lt le gt ge len index printf");
const functions = words(
  "humanize humanize1024 humanizeDuration humanizePercentage humanizeTimestamp title toLower toUpper stripPort " +
    "stripDomain match reReplaceAll",
);
const variables = words("$labels $value");
const fields = words(".Labels .Value");

/** How many labels and values all templates of a rule together may read: `$labels` once, and 32 besides. */
const mostReads = 96;

/**
 * Says why the templates of a rule's labels and annotations may not run, or undefined: each of them, and all together.
 * Prometheus fills them in for each series, so that what they read over and over would soon fill its memory.
 */
export function templatesProblem(texts: readonly string[]): string | undefined {
  const actions: Action[] = [];
  for (const text of texts) {
    const found = readActions(text);
    if (typeof found === "string") return found;
    actions.push(...found);
  }
  let reads = 0;
  for (const { tokens } of actions) {
    const cost = costOf(tokens);
    if (cost === undefined) return "a template is written in a way that this agent does not understand";
    reads += cost;
  }
  return reads > mostReads ? `its templates read ${reads} labels and values, and ${mostReads} are allowed` : undefined;
}

interface Action {
  readonly tokens: readonly TemplateToken[];
  readonly end: number;
}

/**
 * Reads a label's or annotation's template, or says why it may not run. Prometheus gives templates a function that reads
 * series, `query`, and it reads those of every project. So a template may hold only what is listed here: its own alert's
 * labels and value, and functions that format them.
 */
function readActions(text: string): readonly Action[] | string {
  const actions: Action[] = [];
  let position = 0;
  for (;;) {
    const start = text.indexOf("{{", position);
    if (start === -1) return actions;
    const action = readAction(text, start + 2);
    if (action === undefined) return "a template is not closed";
    const refused = refusedWord(action.tokens);
    if (refused !== undefined) return `a template must not use ${JSON.stringify(refused)}`;
    actions.push(action);
    position = action.end;
  }
}

/** The first word of an action that is not listed. */
function refusedWord(tokens: readonly TemplateToken[]): string | undefined {
  let before = "";
  for (const { text, literal } of tokens) {
    const isLabel = text.startsWith(".") && before === "$labels" && /^\.\w+$/.test(text);
    if (!isLabel && literal === undefined && !isAllowed(text)) return text;
    before = text;
  }
  return undefined;
}

function isAllowed(token: string): boolean {
  if (/^(?:[\s()|+-]+|\d[\d.]*(?:[eE][-+]?\d+)?)$/.test(token)) return true;
  if (token.startsWith(".Labels.")) return /^\.Labels\.\w+$/.test(token);
  return keywords.has(token) || functions.has(token) || variables.has(token) || fields.has(token);
}

/** The action's words, its strings being found and comments left out as Go's lexer does, and where it ends; 'c' is refused. */
function readAction(text: string, start: number): Action | undefined {
  const comment = /^(?:- )?\s*\/\*[\s\S]*?\*\/\s*(?: -)?\}\}/.exec(text.slice(start));
  if (comment !== null) return { tokens: [], end: start + comment[0].length };
  const literals: string[] = [];
  let code = "";
  for (let at = start; at < text.length; ) {
    if (text.startsWith("}}", at)) return { tokens: wordsOf(code, literals), end: at + 2 };
    const character = text.charAt(at);
    const end = character === '"' || character === "`" ? quoteEnd(text, at) : at + 1;
    if (end === undefined) return undefined;
    code += character;
    if (end > at + 1) literals.push(literalOf(text.slice(at, end)));
    at = end;
  }
  return undefined;
}

/** Cuts an action into words; of each string `code` holds the first quote alone. */
function wordsOf(code: string, literals: readonly string[]): readonly TemplateToken[] {
  const found = code.matchAll(/\$\w*|\.?[\p{L}_][\p{L}\p{N}_]*(?:\.\w+)*|[\d.]+(?:[eE][-+]?\d+)?|[-+()|]|\s+|./gsu);
  let strings = 0;
  return Array.from(found, ([text]) =>
    text === '"' || text === "`" ? { text, literal: literals[strings++] } : { text },
  );
}

/** What a string says; escapes that Go does not know stand for what follows them, and Prometheus refuses those. */
function literalOf(quoted: string): string {
  const body = quoted.slice(1, -1);
  if (quoted.startsWith("`")) return body;
  return body.replaceAll(
    /\\(?:([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs,
    (_, octal?: string, byte?: string, short?: string, long?: string, character?: string) => {
      if (character !== undefined) return character;
      const code = octal === undefined ? Number.parseInt(byte ?? short ?? long ?? "", 16) : Number.parseInt(octal, 8);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "";
    },
  );
}

function quoteEnd(text: string, start: number): number | undefined {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) === "\\" && quote !== "`") at++;
    else if (text.charAt(at) === quote) return at + 1;
  }
  return undefined;
}
